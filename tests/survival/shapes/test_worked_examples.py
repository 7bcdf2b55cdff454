"""Every table of the dozen subjects, row by row as worked out by hand, and estimated as R estimates it.

The folder `worked` has the rows, the R script that knows nothing but these, and what R said of them.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dozen import study, with_adverse_events
from r_estimates import CONF_TYPES, PROBABILITIES, same

import adamgate as ag
from adamgate.converters.survival.conf_type import ConfType
from adamgate.converters.survival.estimators import Curve, merged_times, product_limit, quantiles
from adamgate.converters.survival.log_rank import log_rank
from adamgate.schemas.study.study import Study

WORKED = Path(__file__).parent / "worked"
ARMS = ("A", "B", "C")
Known = dict[tuple[str, str, str], np.ndarray]

COMMON = {"gate": False, "arm": "TRT01P"}
MADE: dict[str, Callable[..., ag.AnalysisTable]] = {
    "one-record": lambda trial, **more: ag.survival(trial, "OS", **COMMON, **more),
    "wide": lambda trial, **more: ag.wide(trial, ["OS", "PFS"], **COMMON, **more),
    "delayed-entry": lambda trial, **more: ag.delayed_entry(trial, "OS", "RSPDT", **COMMON, **more),
    "landmark": lambda trial, **more: ag.landmark(trial, "OS", 60, ["RSPDT", "PFS"], **COMMON, **more),
    "person-time": lambda trial, **more: ag.person_time(trial, "OS", [60, 120], **COMMON, **more),
}
# What R calls a table, its shape, and its columns: event, end, entry.
ESTIMATED = {
    "one-record": ("one-record", "event", "duration", None),
    "wide OS": ("wide", "OS_event", "OS_duration", None),
    "wide PFS": ("wide", "PFS_event", "PFS_duration", None),
    "delayed-entry": ("delayed-entry", "event", "duration", "entry"),
    "landmark": ("landmark", "event", "duration", None),
    "person-time": ("person-time", "event", "stop", "start"),
}


def read_estimates(path: Path) -> Known:
    lines = path.read_text(encoding="utf-8").splitlines()
    table = pd.read_csv(io.StringIO("\n".join(lines[1:])), dtype=str, keep_default_na=False)
    return {
        (row.table, row.group, row.figure): np.array([float(each) for each in row.values.split()])
        for row in table.itertuples(index=False)
    }


def by_hand(name: str) -> pd.DataFrame:
    return pd.read_csv(WORKED / f"{name}.csv")


@pytest.fixture(scope="module")
def trial() -> Study:
    return study()


@pytest.fixture(scope="module")
def known() -> Known:
    return read_estimates(WORKED / "estimates.csv")


@pytest.mark.slow
def test_r_gives_these_estimates(known, rscript, tmp_path):
    subprocess.run([rscript, "--vanilla", WORKED / "estimates.R", "again.csv"], cwd=tmp_path, check=True)
    again = read_estimates(tmp_path / "again.csv")
    assert list(again) == list(known)
    assert [each for each in known if not same(again[each], known[each])] == []


@pytest.mark.parametrize("shape", MADE)
def test_the_rows_are_those_worked_out_by_hand(shape, trial):
    expected = by_hand(shape)
    found = MADE[shape](trial, strata=["REGION1"]).frame[list(expected)]
    for name, column in expected.items():
        missing = column.isna().tolist()
        assert found[name].isna().tolist() == missing, name
        assert found[name].dropna().tolist() == column.dropna().tolist(), name


def test_the_dozen_has_what_goes_wrong():
    one, late, days = by_hand("one-record"), by_hand("delayed-entry"), by_hand("adverse-events")
    together = (
        set(late["entry"]) & set(late["duration"][late["event"]]) & set(late["duration"][~late["event"]])
    )
    assert together == {61}, "an entry, an event and a censoring on one day"
    assert one[one["event"]]["duration"].isin([0, 1]).sum() == 2, "a death at time 0, and on day 1"
    assert by_hand("wide")["OS_duration"].isna().sum() == 1, "never treated: no record"
    assert not one[one["TRT01P"] == "C"]["event"].any(), "an arm without events"
    deaths = dict(zip(one[one["event"]]["USUBJID"], one[one["event"]]["duration"], strict=True))
    assert (days["USUBJID"].map(deaths) == days["day"]).sum() == 2, "adverse events on the day of death"


def test_the_curve_of_an_arm_stays_at_one_half(known):
    survival = known["one-record", "A", "surv"]
    assert 0.5 in survival
    lower, upper = known["one-record", "A", "time"][survival <= 0.5][:2]
    assert known["one-record", "A", "quantiles log-log"][1] == (lower + upper) / 2 == 75.5


# by the product's own estimators


def records(name: str, trial: Study) -> Iterator[tuple[str, pd.DataFrame]]:
    """The records of each arm and of all, with time, event, entry and subject in columns of their own."""
    shape, event, end, entry = ESTIMATED[name]
    frame = MADE[shape](trial, strata=["REGION1"]).frame.dropna(subset=[end])
    begin = np.full(len(frame), np.nan) if entry is None else frame[entry].to_numpy(float)
    ends = frame[end].to_numpy(float)
    if entry is None:
        (ends,) = merged_times(ends)
    else:
        ends, begin = merged_times(ends, begin)
    table = pd.DataFrame(
        {
            "time": ends,
            "event": frame[event].to_numpy(bool),
            "entry": begin,
            "subject": pd.factorize(frame["USUBJID"])[0],
            "arm": pd.Categorical(frame["TRT01P"].astype(str), ARMS).codes,
            "stratum": pd.factorize(frame["REGION1"])[0],
        }
    )
    yield from ((arm, table[table["arm"] == number]) for number, arm in enumerate(ARMS))
    yield "all", table


def curve_of(rows: pd.DataFrame) -> Curve:
    entry = None if rows["entry"].isna().any() else rows["entry"].to_numpy()
    return product_limit(rows["time"].to_numpy(), rows["event"].to_numpy(), entry, rows["subject"].to_numpy())


@pytest.mark.parametrize("name", ESTIMATED)
def test_curves_and_medians(name, trial, known):
    for group, rows in records(name, trial):
        curve = curve_of(rows)
        steps = curve.steps
        for figure, mine in (
            ("time", steps.time),
            ("n.risk", steps.at_risk),
            ("n.event", steps.events),
            ("n.censor", steps.censored),
            ("surv", steps.survival),
            ("std.err", steps.std_error),
        ):
            assert same(mine, known[name, group, figure]), (group, figure)
        for kind in CONF_TYPES:
            for figure, limit in zip(("lower", "upper"), steps.limits(ConfType(kind)), strict=True):
                # Where S is 1 R leaves log-log limits missing; here they are 1.
                expected = np.where(steps.survival == 1, 1.0, known[name, group, f"{figure} {kind}"])
                assert same(limit, expected), (group, figure, kind)
            found = quantiles(curve, PROBABILITIES, ConfType(kind))
            assert same(found.T.ravel(), known[name, group, f"quantiles {kind}"]), (group, kind)


@pytest.mark.parametrize("name", ESTIMATED)
def test_log_rank(name, trial, known):
    *_, (_, rows) = records(name, trial)
    entry = None if rows["entry"].isna().any() else rows["entry"].to_numpy()
    columns = [rows[each].to_numpy() for each in ("time", "event", "arm")]
    for figure, strata in (("plain", None), ("stratified", rows["stratum"].to_numpy())):
        found = log_rank(*columns, strata, entry, groups=len(ARMS))
        assert same([found.chi_square, found.df, found.p], known[name, "arms", f"log-rank {figure}"])


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_kaplan_meier_tables(conf_type, trial, known):
    at = [1, 60, 75, 120, 400]  # as AT and TAU in the R script
    options = {"by": "TRT01P", "strata": ["REGION1"], "conf_type": conf_type, "gate": False}
    curves = ag.kaplan_meier(trial, "OS", tau=100, **options)
    points = ag.kaplan_meier(trial, "OS", at=at, **options).estimates.frame
    summary = curves.summary.frame.set_index("group")
    for group in (*ARMS, "all"):
        own = curves.estimates.frame[curves.estimates.frame["group"] == group]
        for figure, column in (
            ("time", "time"),
            ("n.risk", "at_risk"),
            ("n.event", "events"),
            ("n.censor", "censored"),
            ("surv", "survival"),
            ("std.err", "std_error"),
        ):
            assert same(own[column], known["one-record", group, figure]), (group, column)
        for limit in ("lower", "upper"):
            expected = known["one-record", group, f"{limit} {conf_type}"]
            assert same(own[limit], np.where(own["survival"] == 1, 1.0, expected)), (group, limit)
        own = points[points["group"] == group]
        columns = ["at_risk", "events", "censored", "survival", "std_error", "lower", "upper"]
        expected = known["one-record", group, f"at {conf_type}"].reshape(len(columns), len(at)).copy()
        expected[-2:, (own["survival"] == 1).to_numpy()] = 1.0
        assert same(own[columns].to_numpy(float).T, expected), group
        row = summary.loc[group]
        names = [
            f"{each}{ending}" for ending in ("", "_lower", "_upper") for each in ("q25", "median", "q75")
        ]
        assert same(row[names].to_numpy(float), known["one-record", group, f"quantiles {conf_type}"])
        names = [f"follow_up{ending}" for ending in ("", "_lower", "_upper")]
        assert same(row[names].to_numpy(float), known["one-record", group, f"follow-up {conf_type}"])
        assert same(row[["rmean", "rmean_std_error"]].to_numpy(float), known["one-record", group, "rmean"])
    for test, figure in (("logrank", "plain"), ("stratified", "stratified")):
        mine = summary.loc["A", [f"{test}_{each}" for each in ("chisq", "df", "p")]].to_numpy(float)
        assert same(mine, known["one-record", "arms", f"log-rank {figure}"])


# by R, in the program that is written beside the table: curves at times with an event, as survival 3.5-3
# of R counts the censored wrongly where it is given several arms and intervals (id) at once.

IN_R = """
show <- function(name, x)
  cat("#", name, paste(ifelse(is.na(x), "NaN", sprintf("%.17g", x)), collapse = " "), "\\n", sep = ",")
for (s in c(SUFFIXES)) {
  km <- get(paste0("km", s)); cox <- get(paste0("cox", s)); test <- get(paste0("log_rank", s))
  for (n in 1:3) {
    arm <- km[n]; seen <- arm$n.event > 0; group <- levels(t$TRT01P)[n]
    for (each in c("time", "n.risk", "n.event", "surv", "lower", "upper")) {
      name <- if (each %in% c("lower", "upper")) paste(each, "log-log") else each
      show(paste(s, group, name, sep = ","), arm[[each]][seen])
    }
    q <- quantile(arm, c(0, 0.25, 0.5, 0.75))
    show(paste(s, group, "quantiles log-log", sep = ","), c(q$quantile[-1], q$lower[-1], q$upper[-1]))
  }
  show(paste(s, "arms", "test", sep = ","), if (is.numeric(test)) test else
    c(test$chisq, sum(rowSums(as.matrix(test$exp)) > 0) - 1, test$pvalue))
  se <- sqrt(diag(vcov(cox)))
  for (n in which(se < 100)) show(paste(s, levels(t$TRT01P)[n + 1], "Cox", sep = ","), c(coef(cox)[n], se[n]))
  show(paste(s, "arms", "loglik", sep = ","), cox$loglik[2])
}
"""
OF_CURVES = ("time", "n.risk", "n.event", "surv", "lower log-log", "upper log-log")


@pytest.mark.slow
@pytest.mark.parametrize("figure", ["plain", "stratified"])
@pytest.mark.parametrize("shape", MADE)
def test_the_written_program_in_r(shape, figure, trial, known, rscript, tmp_path):
    strata = ["REGION1"] if figure == "stratified" else []
    *_, program = MADE[shape](trial, strata=strata).write(tmp_path / "t.csv", "r")
    suffixes = {"": shape} if shape != "wide" else {"_OS": "wide OS", "_PFS": "wide PFS"}
    code = IN_R.replace("SUFFIXES", ", ".join(f'"{each}"' for each in suffixes))
    (tmp_path / "run.R").write_text(program.read_text(encoding="utf-8") + code, encoding="utf-8")
    ran = subprocess.run(
        [rscript, "--vanilla", "run.R"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    called = {"test": "log-rank"}
    seen = 0
    for line in ran.stdout.splitlines():
        if not line.startswith("#,"):
            continue
        _, suffix, group, name, values, *_ = line.split(",")
        name = f"{called.get(name, name)} {figure}" if name in ("test", "Cox", "loglik") else name
        expected = known[suffixes[suffix], group, name]
        if name in OF_CURVES:
            expected = expected[known[suffixes[suffix], group, "n.event"] > 0]
        assert same([float(each) for each in values.split()], expected), (suffix, group, name)
        seen += 1
    compared = {*OF_CURVES, "quantiles log-log", f"Cox {figure}", f"loglik {figure}", f"log-rank {figure}"}
    asked = [name for table, group, name in known if table in suffixes.values() and group != "all"]
    assert seen == sum(name in compared for name in asked), "every figure is compared"


# adverse events

AE_OPTIONS = {
    "by": ["AEBODSYS", "AEDECOD"],
    "arm": "TRTA",
    "population": "SAFFL",
    "where": "TRTEMFL == 'Y'",
    "gate": False,
}
AE_MEASURES = {
    "incidence": ["subjects", "denominator", "percent", "events"],
    "eair": ["subjects", "person_years", "rate", "lower", "upper"],
    "eaer": ["events", "person_years", "rate", "lower", "upper"],
}


@pytest.mark.parametrize("measure", AE_MEASURES)
def test_adverse_events(measure, known):
    times = {} if measure == "incidence" else {"start": "TRTSDT", "end": "min(TRTEDT + 30, DTHDT)"}
    trial = with_adverse_events()
    table = ag.adverse_events(trial, **AE_OPTIONS, measure=measure, **times).frame
    expected = {key[1:]: values for key, values in known.items() if key[2].startswith(f"{measure}: ")}
    for row in table.to_dict("records"):
        term = row["AEBODSYS"] if pd.isna(row["AEDECOD"]) else row["AEDECOD"]
        values = expected.pop((row["arm"], f"{measure}: {term}"))
        assert same([row[each] for each in AE_MEASURES[measure]], values), (term, row["arm"])
    assert all(not values[0] for values in expected.values()), "terms without a row have no event"


def test_the_events_are_those_written_by_hand():
    adae, adsl = (with_adverse_events()[name].frame for name in ("ADAE", "ADSL"))
    written = by_hand("adverse-events")
    first = np.datetime64("2020-01-01")
    day = (adae["ASTDT"].to_numpy() - first).astype("timedelta64[D]").astype(int) + 1
    assert list(written.itertuples(index=False, name=None)) == list(
        zip(adae["USUBJID"], adae["AEBODSYS"], adae["AEDECOD"], day.tolist(), adae["TRTEMFL"], strict=True)
    )
    subjects = by_hand("subjects")
    assert (
        subjects[["USUBJID", "TRT01A", "SAFFL"]].to_numpy().tolist()
        == adsl[["USUBJID", "TRT01A", "SAFFL"]].astype(object).to_numpy().tolist()
    )
