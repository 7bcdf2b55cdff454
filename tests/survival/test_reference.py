"""The CDISC pilot's time to first dermatologic event, against R's own answers, in three tools."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

ARMS = ("ALL", "Placebo", "Xanomeline High Dose", "Xanomeline Low Dose")
WITHIN = 1e-9


@pytest.fixture(scope="module")
def made(shared: Path):
    adam = shared / "data" / "cdiscpilot" / "adam"
    study = ag.read([adam / "adtte.xpt", adam / "adsl.xpt"])
    return ag.survival(study, "TTDE", arm="TRTP", covariates=["AGE", "SEX", "SITEGR1"], population="SAFFL")


@pytest.fixture(scope="module")
def reference(shared: Path):
    def table(name: str) -> pd.DataFrame:
        known = pd.read_csv(shared / "reference" / f"{name}.csv")
        return known[known["dataset"] == "cdiscpilot_adtte"].drop(columns="dataset").set_index("arm")

    return table


def of_arm(frame: pd.DataFrame, arm: str) -> pd.DataFrame:
    return frame if arm == "ALL" else frame[frame["TRTP"] == arm]


def close(found, expected) -> bool:
    return bool(np.allclose(found, expected, rtol=WITHIN, atol=WITHIN, equal_nan=True))


@pytest.mark.parametrize("arm", ARMS)
def test_counts_and_times(made, reference, arm):
    known = reference("tte_summary").loc[arm]
    mine = of_arm(made.frame, arm)
    assert (len(mine), mine["event"].sum(), (~mine["event"]).sum()) == (known.n, known.events, known.censored)
    duration = mine["duration"]
    assert (duration.min(), duration.max(), duration.sum()) == (known["min"], known["max"], known.person_time)
    assert made.codebook.time.unit == known.unit.lower()


def test_the_codebook_counts_the_same(made, reference):
    known = reference("tte_summary")
    assert made.codebook.counts == type(made.codebook.counts)(254, 152, 102)
    for arm in made.codebook.arms:
        expected = known.loc[arm.arm]
        assert (arm.counts.subjects, arm.counts.events) == (expected.n, expected.events)
    assert [each.reason for each in made.codebook.reasons] == [
        "Dematologic Event Occured",
        "Study Completion Date",
    ]


# lifelines


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Approximating using `survival_function_`")
@pytest.mark.parametrize("arm", ARMS)
def test_lifelines(made, reference, tmp_path, arm):
    lifelines = pytest.importorskip("lifelines")
    path, *_ = made.write(tmp_path / "ttde.parquet", "lifelines")
    mine = of_arm(pd.read_parquet(path), arm)
    known = reference("tte_summary").loc[arm]
    events = lifelines.KaplanMeierFitter().fit(mine["duration"], mine["event"])
    follow_up = lifelines.KaplanMeierFitter().fit(mine["duration"], ~mine["event"])
    assert events.event_table["observed"].sum() == known.events
    for share, name in ((0.75, "q25"), (0.5, "median"), (0.25, "q75")):
        expected = known[[name, f"{name}_lcl_loglog", f"{name}_ucl_loglog"]].to_numpy(float)
        assert close(quantile(events, share), expected), name
    expected = known[["revkm_median_followup", "revkm_lcl_loglog", "revkm_ucl_loglog"]].to_numpy(float)
    assert close(quantile(follow_up, 0.5), expected)
    mean = lifelines.utils.restricted_mean_survival_time(events, t=mine["duration"].max())
    assert close(mean, known.rmean_to_max)


def quantile(fitted, share: float) -> list[float]:
    """A quantile and its log-log interval; NaN where it is not reached."""
    interval = fitted.confidence_interval_
    curves = (fitted.survival_function_.iloc[:, 0], interval.iloc[:, 0], interval.iloc[:, 1])
    # R and lifelines differ in the last place of S(t); R counts a step that only just reaches the share.
    return [float(curve.index[curve <= share + 1e-12].min()) for curve in curves]


@pytest.mark.slow
@pytest.mark.parametrize("arm", ARMS)
def test_lifelines_curve(made, reference, arm):
    lifelines = pytest.importorskip("lifelines")
    known = reference("tte_km_full_loglog").loc[arm]
    mine = of_arm(made.frame, arm)
    fitted = lifelines.KaplanMeierFitter().fit(mine["duration"], mine["event"])
    times = known["time"]
    assert close(fitted.survival_function_at_times(times), known["surv"])
    assert fitted.event_table.loc[times, "at_risk"].tolist() == known["n_risk"].tolist()
    inner = known[(known["surv"] > 0) & (known["surv"] < 1)]
    interval = fitted.confidence_interval_.loc[inner["time"]]
    assert close(interval, inner[["lcl_loglog", "ucl_loglog"]])


# scikit-survival


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("arm", ARMS)
def test_scikit_survival(made, reference, tmp_path, arm, suffix):
    pytest.importorskip("sksurv")
    from sksurv.nonparametric import kaplan_meier_estimator
    from sksurv.util import Surv

    path, *_ = made.write(tmp_path / f"ttde{suffix}", "scikit-survival")
    table = pd.read_parquet(path) if suffix == ".parquet" else pd.read_csv(path)
    y = Surv.from_dataframe("event", "duration", of_arm(table, arm))
    known = reference("tte_km_full_loglog").loc[arm]
    times, survival = kaplan_meier_estimator(y["event"], y["duration"])
    assert times.tolist() == known["time"].tolist()
    assert close(survival, known["surv"])


# R

SUMMARY = r"""
suppressMessages(library(survival))
table <- {read}
stopifnot(is.logical(table$event), is.numeric(table$duration))
quantiles <- function(fit, p) {{
  q <- quantile(fit, p)
  c(q$quantile, q$lower, q$upper)
}}
summarise <- function(d) {{
  fit <- function(type, e = d$event) survfit(Surv(d$duration, e) ~ 1, conf.type = type)
  m <- sapply(c("log-log", "log", "plain"), function(type) quantiles(fit(type), 0.5))
  r <- sapply(c("log-log", "log"), function(type) quantiles(fit(type, !d$event), 0.5))
  rm <- summary(fit("log-log"), rmean = max(d$duration))$table
  c(n = nrow(d), events = sum(d$event), censored = sum(!d$event),
    min = min(d$duration), max = max(d$duration), person_time = sum(d$duration),
    median = m[1, 1], median_lcl_loglog = m[2, 1], median_ucl_loglog = m[3, 1],
    median_lcl_log = m[2, 2], median_ucl_log = m[3, 2],
    median_lcl_plain = m[2, 3], median_ucl_plain = m[3, 3],
    setNames(quantiles(fit("log-log"), 0.25), c("q25", "q25_lcl_loglog", "q25_ucl_loglog")),
    setNames(quantiles(fit("log-log"), 0.75), c("q75", "q75_lcl_loglog", "q75_ucl_loglog")),
    revkm_median_followup = r[1, 1], revkm_lcl_loglog = r[2, 1], revkm_ucl_loglog = r[3, 1],
    revkm_lcl_log = r[2, 2], revkm_ucl_log = r[3, 2],
    rmean_to_max = unname(rm[grep("^(\\*)?rmean", names(rm))]),
    rmean_se = unname(rm[grep("^(\\*)?se\\(rmean\\)", names(rm))]))
}}
arms <- c("ALL", sort(unique(as.character(table$TRTP))))
rows <- lapply(arms, function(a) summarise(if (a == "ALL") table else table[table$TRTP == a, ]))
found <- do.call(rbind, rows)
out <- data.frame(arm = arms, apply(found, 2, function(x) ifelse(is.na(x), "", sprintf("%.17g", x))))
write.csv(out, {out}, row.names = FALSE)
stopifnot(identical(names(table)[1:5], c("USUBJID", "duration", "event", "CNSR", "reason")))
cat(class(table$SITEGR1), class(table$SEX), class(table$USUBJID), nrow(table))
"""


def run_in_r(rscript: str, folder: Path, read: str) -> tuple[pd.DataFrame, str]:
    code = SUMMARY.format(read=read, out=json.dumps(str(folder / "found.csv")))
    (folder / "summary.R").write_text(code, encoding="utf-8")
    ran = subprocess.run(
        [rscript, "--vanilla", "summary.R"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return pd.read_csv(folder / "found.csv").set_index("arm"), ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("way", ["plain", "codebook"])
def test_r(made, reference, tmp_path, rscript, way):
    path, beside, _ = made.write(tmp_path / "ttde.csv", "r")
    read = f"read.csv({json.dumps(str(path))})"
    if way == "codebook":
        said = json.loads(beside.read_text(encoding="utf-8"))["read_with"]
        read = said[said.index("read.csv") : said.index("; t$TRTP")]
    found, classes = run_in_r(rscript, tmp_path, read)
    known = reference("tte_summary").drop(columns=["paramcd", "unit"])
    assert list(found.index) == list(known.index)
    assert list(found.columns) == list(known.columns)
    for name in known.columns:
        assert close(found[name].to_numpy(float), known[name].to_numpy(float)), name
    if way == "codebook":
        assert classes == "character character character 254"


@pytest.mark.slow
def test_r_keeps_what_it_would_otherwise_convert(make, tmp_path, rscript):
    """Leading zeros, a column of F, missing values, dates: with the classes of the codebook."""
    study = make(USUBJID=["001", "002", "003", "004", "005", "006"])
    adsl = study["ADSL"]
    renamed = adsl.frame.assign(USUBJID=adsl.frame["SUBJID"].str.zfill(3))
    study = ag.Study.of(study["ADTTE"], adsl.replace(frame=renamed))
    table = ag.survival(study, "OS", covariates=["SEX", "SITEID", "AGE", "TRTSDT", "ITTFL"], gate=False)
    _, beside, _ = table.write(tmp_path / "os.csv", "r")
    said = json.loads(beside.read_text(encoding="utf-8"))["read_with"]
    show = 'for (n in names(t)) cat(n, class(t[[n]]), paste(format(t[[n]]), collapse = "|"), "\\n")'
    ran = subprocess.run(
        [rscript, "--vanilla", "-e", f"{said}; {show}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = dict(line.rstrip().split(" ", 1) for line in ran.stdout.splitlines())
    assert lines["USUBJID"] == "character 001|002|003|004|005|006"
    assert lines["event"] == "logical  TRUE|FALSE|FALSE|FALSE| TRUE|FALSE"
    assert lines["SEX"] == "character F|F|F|F|F|F"
    assert lines["SITEID"] == "character 006|006|007|007|006|006"
    assert lines["AGE"] == "numeric 61|62|63|NA|65|66"
    assert lines["TRTSDT"].startswith("Date 2020-01-01|")
    assert lines["ITTFL"] == "character NA|N |Y |Y |Y |Y"


@pytest.mark.slow
def test_r_compares_with_the_reference_as_the_codebook_says(made, tmp_path, rscript):
    """The hazard ratio of lifelines and of R, each by its own line; the order is that of TRTPN."""
    lifelines = pytest.importorskip("lifelines")
    made.write(tmp_path / "ttde.csv", "r")
    said = json.loads((tmp_path / "ttde.codebook.json").read_text(encoding="utf-8"))
    assert said["arm_order"]["levels"] == ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    fit = "cat(levels(t$TRTP), sprintf('%.17g', coef(coxph(Surv(duration, event) ~ TRTP, t))), sep = '|')"
    ran = subprocess.run(
        [rscript, "--vanilla", "-e", f"library(survival); {said['read_with']}; {fit}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    *levels, low, high = ran.stdout.split("|")
    assert levels == said["arm_order"]["levels"]
    path, *_ = made.write(tmp_path / "km.parquet", "lifelines")
    t = pd.read_parquet(path)[["duration", "event", "TRTP"]]
    assert t["TRTP"].cat.ordered
    assert list(t["TRTP"].cat.categories) == levels
    fitted = lifelines.CoxPHFitter().fit(t, "duration", "event", formula="TRTP")
    assert [each.partition("[T.")[2] for each in fitted.params_.index] == [f"{each}]" for each in levels[1:]]
    assert np.allclose(fitted.params_, [float(low), float(high)], rtol=1e-4)


@pytest.mark.slow
def test_r_reads_the_text_na(make, tmp_path, rscript):
    study = make(COUNTRY=["NA", "DE", None, "NA", "US", "NA"])
    ag.survival(study, "OS", covariates="COUNTRY", gate=False).write(tmp_path / "os.csv", "r")
    said = json.loads((tmp_path / "os.codebook.json").read_text(encoding="utf-8"))["read_with"]
    show = "cat(sum(t$COUNTRY == 'NA', na.rm = TRUE), sum(is.na(t$COUNTRY)))"
    ran = subprocess.run(
        [rscript, "--vanilla", "-e", f"{said}; {show}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "3 1"
