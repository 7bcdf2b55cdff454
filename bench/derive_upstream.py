"""What ADTTE rests on, each beside the same in pandas: raw lines to SDTM, ADSL, ADRS, measurements."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from make_adae import DATA
from measure import Measured, interleaved, typical

PAGE = Path(__file__).resolve().parent.parent / "docs" / "speed.md"
COMMAND = "python bench/derive_upstream.py --page"
HEAD = ("| derive | adamgate | pandas | ratio |", "|---|---|---|---|")
_TIMES = "\N{MULTIPLICATION SIGN}"
FOLDER = DATA / "derive_upstream"
SUBJECTS = 100_000
LINES = 1_000_000
"""Of the raw file, and records of RS."""
RECORDS = 5_000_000
"""Of EX and of LB."""
SEED = 20240131
FIRST_DAY = 19_000
"""2022-01-08, in days since 1970-01-01."""


@dataclass(frozen=True)
class Case:
    """Something that is derived, with the two ways."""

    title: str
    setup: str
    ours: str
    pandas: str


_SETUP = f"""
import numpy as np, pandas as pd
import adamgate as ag
folder = {str(FOLDER)!r}
"""

RAW = Case(
    f"raw to AE: {LINES:,} lines x 12 columns, reading included",
    _SETUP
    + """
import adamgate.converters.raw_exports.read_raw
yes = {"Yes": "Y", "No": "N"}
column = lambda name, **how: ag.RawVariable(column=name, **how)
variables = {
    "USUBJID": ag.RawVariable(template="BENCH-{SUBJECT}"), "AETERM": column("IT.AETERM"),
    "AESEV": column("SEV", map={"Mild": "MILD", "Moderate": "MODERATE", "Severe": "SEVERE"}),
    "AESER": column("SER", map=yes), "AESHOSP": column("HOSP", map=yes), "AESDTH": column("DEATH", map=yes),
    "AEREL": column("REL", map=yes), "AEACN": column("ACTION", case="upper"),
    "AEOUT": column("OUTCOME", case="upper"), "SITEID": column("SITE"),
    "AESTDTC": column("START", date_forms=("%d%b%Y",)), "AEENDTC": column("END", date_forms=("%d%b%Y",)),
}
what = ag.RawSpecification({"AE": ag.RawDataset(
    files=("ae_raw.csv",), variables=variables, sequence="AESEQ", order=("AESTDTC", "AETERM"),
    same_order="position", subjects="keep",
)})
""",
    f"found = ag.read_raw(folder, what)['AE']; assert len(found) == {LINES}",
    f"""
raw = pd.read_csv(folder + "/ae_raw.csv", dtype=str)
yes = {{"Yes": "Y", "No": "N"}}
ae = pd.DataFrame({{"USUBJID": "BENCH-" + raw["SUBJECT"], "AETERM": raw["IT.AETERM"], "SITEID": raw["SITE"]}})
for name, column in (("AESER", "SER"), ("AESHOSP", "HOSP"), ("AESDTH", "DEATH"), ("AEREL", "REL")):
    ae[name] = raw[column].map(yes)
ae["AESEV"] = raw["SEV"].str.upper()
ae["AEACN"], ae["AEOUT"] = raw["ACTION"].str.upper(), raw["OUTCOME"].str.upper()
for name, column in (("AESTDTC", "START"), ("AEENDTC", "END")):
    ae[name] = pd.to_datetime(raw[column], format="%d%b%Y").dt.strftime("%Y-%m-%d")
ae = ae.sort_values(["USUBJID", "AESTDTC", "AETERM"], kind="stable")
ae["AESEQ"] = ae.groupby("USUBJID").cumcount() + 1
assert len(ae) == {LINES}
""",
)

ADSL = Case(
    f"ADSL: {SUBJECTS:,} subjects, 8 variables, {RECORDS:,} records of EX, beyond reading",
    _SETUP
    + """
import adamgate.converters.derivations.derive
import adamgate.converters.derivations.subjects.dataset
study = ag.read([folder + "/dm.parquet", folder + "/ex.parquet"])
dm, ex = study["DM"].frame, study["EX"].frame
variable, source = ag.DerivedVariable, ag.DerivationSource
what = ag.Specification(
    {"ADSL": ag.SubjectLevel(carry=("AGE", "SEX", "ARM"))}, {},
    {
        "FIRST": source(dataset="EX", date="EXSTDTC", where="EXDOSE > 0"),
        "LAST": source(dataset="EX", date="EXENDTC", where="EXDOSE > 0"),
    },
    subjects={
        "TRTSDT": variable(sources=("FIRST",), take="first"),
        "TRTEDT": variable(sources=("LAST",), take="last"),
        "TRTDURD": variable(expression="TRTEDT - TRTSDT + 1"),
        "SAFFL": variable(exists="FIRST", no="N"),
        "DOSES": variable(sources=("FIRST",), statistic="count"),
        "CUMDOSE": variable(sources=("FIRST",), statistic="sum", of="EXDOSE"),
        "AGEGR1": variable(
            cases=(ag.Case("AGE < 65", "<65"), ag.Case("AGE >= 65", ">=65")), number="AGEGR1N"
        ),
    },
)
""",
    f"found = ag.derive(study, what)['ADSL']; assert len(found) == {SUBJECTS}",
    f"""
dosed = ex[ex["EXDOSE"] > 0]
dosed = dosed.assign(start=pd.to_datetime(dosed["EXSTDTC"].astype(str), format="%Y-%m-%d"),
                     end=pd.to_datetime(dosed["EXENDTC"].astype(str), format="%Y-%m-%d"))
by = dosed.groupby("USUBJID", observed=True)
adsl = dm.join(by.agg(TRTSDT=("start", "min"), TRTEDT=("end", "max"), DOSES=("EXDOSE", "size"),
                      CUMDOSE=("EXDOSE", "sum")), on="USUBJID")
adsl["TRTDURD"] = (adsl["TRTEDT"] - adsl["TRTSDT"]).dt.days + 1
adsl["SAFFL"] = np.where(adsl["TRTSDT"].notna(), "Y", "N")
adsl["AGEGR1N"] = np.where(adsl["AGE"] < 65, 1, 2)
adsl["AGEGR1"] = np.where(adsl["AGE"] < 65, "<65", ">=65")
assert len(adsl) == {SUBJECTS}
""",
)

ADRS = Case(
    f"ADRS: {SUBJECTS:,} subjects, 4 parameters, {LINES:,} records of RS, beyond reading",
    _SETUP
    + """
import adamgate.converters.derivations.derive
import adamgate.converters.derivations.responses.dataset
study = ag.read([folder + "/adsl.parquet", folder + "/rs.parquet"])
adsl, rs = study["ADSL"].frame, study["RS"].frame
what = ag.Specification(
    {"ADRS": ag.Responses(carry=("AGE", "SEX", "ARM"))}, {},
    {"INV": ag.DerivationSource(dataset="RS", date="RSDTC", order=("RSSEQ",))},
    responses={
        "OVR": ag.ResponseAssessments(param="Overall Response", source="INV", value="RSSTRESC"),
        "PD": ag.FirstResponse(param="Progression", of="OVR", values=("PD",), without="keep"),
        "RSP": ag.FirstResponse(param="Response", of="OVR", values=("CR", "PR"), without="keep"),
        "LSTA": ag.LastResponse(param="Last Assessment", of="OVR", without="keep"),
    },
)
""",
    f"found = ag.derive(study, what)['ADRS']; assert len(found) == {LINES} + 3 * {SUBJECTS}",
    f"""
ovr = rs.assign(AVALC=rs["RSSTRESC"].astype(str))
ovr["ADT"] = pd.to_datetime(ovr["RSDTC"].astype(str), format="%Y-%m-%d")
ovr = ovr.sort_values(["USUBJID", "ADT", "RSSEQ"], kind="stable")
ovr["AVAL"] = ovr["AVALC"].map({{"CR": 1, "PR": 2, "SD": 3, "PD": 5, "NE": 6}})
parts = [ovr.assign(PARAMCD="OVR", PARAM="Overall Response")]
for paramcd, param, values, keep in (
    ("PD", "Progression", ["PD"], "first"), ("RSP", "Response", ["CR", "PR"], "first"),
    ("LSTA", "Last Assessment", ["CR", "PR", "SD", "PD", "NE"], "last"),
):
    one = ovr[ovr["AVALC"].isin(values)].drop_duplicates("USUBJID", keep=keep)
    one = adsl[["USUBJID"]].merge(one, on="USUBJID", how="left")
    if keep == "first":
        one["AVALC"] = np.where(one["ADT"].notna(), "Y", "N")
    parts.append(one.assign(PARAMCD=paramcd, PARAM=param))
adrs = pd.concat(parts).merge(adsl[["USUBJID", "AGE", "SEX", "ARM"]], on="USUBJID")
adrs = adrs.sort_values(["USUBJID", "PARAMCD", "ADT", "RSSEQ"], kind="stable")
adrs["ASEQ"] = adrs.groupby("USUBJID", observed=True).cumcount() + 1
assert len(adrs) == {LINES} + 3 * {SUBJECTS}
""",
)

MEASUREMENTS = Case(
    f"ADLB: {SUBJECTS:,} subjects, 5 parameters, {RECORDS:,} records of LB, beyond reading",
    _SETUP
    + """
import adamgate.converters.derivations.derive
import adamgate.converters.derivations.measurements.dataset
study = ag.read([folder + "/adsl.parquet", folder + "/lb.parquet"])
adsl, lb = study["ADSL"].frame, study["LB"].frame
what = ag.Specification(
    {"ADLB": ag.Measurements(
        dataset="LB", param="{LBTEST}", carry=("AGE", "SEX", "ARM", "TRTSDT"), change=("CHG", "PCHG"),
        baseline_order=("ADT", "LBSEQ"), number=("PARAMCD", "ADT", "LBSEQ"),
    )},
)
""",
    f"found = ag.derive(study, what)['ADLB']; assert len(found) == {RECORDS}",
    f"""
made = lb.merge(adsl[["USUBJID", "AGE", "SEX", "ARM", "TRTSDT"]], on="USUBJID")
made["ADT"] = pd.to_datetime(made["LBDTC"].astype(str), format="%Y-%m-%d")
made["PARAMCD"], made["PARAM"], made["AVAL"] = made["LBTESTCD"], made["LBTEST"], made["LBSTRESN"]
made["ADY"] = (made["ADT"] - made["TRTSDT"]).dt.days
made["ADY"] += made["ADY"] >= 0
before = made[(made["ADT"] <= made["TRTSDT"]) & made["AVAL"].notna()]
before = before.sort_values(["ADT", "LBSEQ"], kind="stable")
base = before.drop_duplicates(["USUBJID", "PARAMCD"], keep="last")
made["ABLFL"] = np.where(made.index.isin(base.index), "Y", "")
base = base[["USUBJID", "PARAMCD", "AVAL"]].rename(columns={{"AVAL": "BASE"}})
made = made.merge(base, on=["USUBJID", "PARAMCD"], how="left")
made["CHG"] = made["AVAL"] - made["BASE"]
made["PCHG"] = 100 * made["CHG"] / made["BASE"].abs()
made = made.sort_values(["USUBJID", "PARAMCD", "ADT", "LBSEQ"], kind="stable")
made["ASEQ"] = made.groupby("USUBJID", observed=True).cumcount() + 1
assert len(made) == {RECORDS}
""",
)

CASES = {"raw": RAW, "adsl": ADSL, "adrs": ADRS, "adlb": MEASUREMENTS}


def make_sources() -> None:
    """The raw file, and DM, ADSL, EX, RS and LB as Parquet, once."""
    if (FOLDER / "ae_raw.csv").exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    names = np.array([f"BENCH-{number:07}" for number in range(SUBJECTS)])
    treated = FIRST_DAY + random.integers(0, 365, SUBJECTS)
    described = {
        "STUDYID": pa.array(["BENCH"] * SUBJECTS),
        "USUBJID": pa.array(names),
        "AGE": pa.array(random.integers(18, 90, SUBJECTS).astype(float)),
        "SEX": pa.array(random.choice(["F", "M"], SUBJECTS)),
        "ARM": pa.array(random.choice(["A", "B"], SUBJECTS)),
    }
    pq.write_table(pa.table(described), FOLDER / "dm.parquet")
    days = pa.array(treated.astype(np.int32), pa.int32()).cast(pa.date32())
    pq.write_table(pa.table(described | {"TRTSDT": days}), FOLDER / "adsl.parquet")
    pq.write_table(_exposure(random, names, treated), FOLDER / "ex.parquet")
    pq.write_table(_responses(random, names, treated), FOLDER / "rs.parquet")
    pq.write_table(_laboratory(random, names, treated), FOLDER / "lb.parquet")
    pyarrow.csv.write_csv(_raw(random), FOLDER / "ae_raw.csv")


def _numbered(random: np.random.Generator, records: int) -> tuple[np.ndarray, np.ndarray]:
    """Subjects of records, in order, and the number of each record within its subject."""
    subject = np.sort(random.integers(0, SUBJECTS, records))
    starts = np.flatnonzero(np.append(True, np.diff(subject) != 0))
    number = np.arange(records) - np.repeat(starts, np.diff(np.append(starts, records)))
    return subject, number


def _texts(days: np.ndarray, form: str = "%Y-%m-%d") -> pa.Array:
    known = np.arange(days.min(), days.max() + 1)
    words = [each.strftime(form) for each in known.astype("datetime64[D]").tolist()]
    return pa.DictionaryArray.from_arrays((days - days.min()).astype(np.int32), words)


def _exposure(random: np.random.Generator, names: np.ndarray, treated: np.ndarray) -> pa.Table:
    subject, number = _numbered(random, RECORDS)
    start = treated[subject] + number * 7
    return pa.table(
        {
            "USUBJID": pa.array(names[subject]).dictionary_encode(),
            "EXSEQ": pa.array(number + 1.0),
            "EXDOSE": pa.array(random.choice([0.0, 50.0, 100.0], RECORDS, p=[0.05, 0.35, 0.6])),
            "EXSTDTC": _texts(start),
            "EXENDTC": _texts(start + 6),
        }
    )


def _responses(random: np.random.Generator, names: np.ndarray, treated: np.ndarray) -> pa.Table:
    subject, number = _numbered(random, LINES)
    terms = random.choice(["CR", "PR", "SD", "NE", "PD"], LINES, p=[0.05, 0.15, 0.7, 0.08, 0.02])
    return pa.table(
        {
            "USUBJID": pa.array(names[subject]).dictionary_encode(),
            "RSSEQ": pa.array(number + 1.0),
            "RSSTRESC": pa.array(terms).dictionary_encode(),
            "RSDTC": _texts(treated[subject] + 42 * (number + 1)),
        }
    )


def _laboratory(random: np.random.Generator, names: np.ndarray, treated: np.ndarray) -> pa.Table:
    subject, number = _numbered(random, RECORDS)
    tests = np.array(["ALT", "AST", "BILI", "CREAT", "HGB"])[number % 5]
    return pa.table(
        {
            "USUBJID": pa.array(names[subject]).dictionary_encode(),
            "LBSEQ": pa.array(number + 1.0),
            "LBTESTCD": pa.array(tests).dictionary_encode(),
            "LBTEST": pa.array(np.char.add("Test ", tests)).dictionary_encode(),
            "LBSTRESN": pa.array(random.normal(100, 15, RECORDS).round(1)),
            "LBSTRESU": pa.array(["U/L"] * RECORDS).dictionary_encode(),
            "LBDTC": _texts(treated[subject] + 7 * (number // 5) - 7),
        }
    )


def _raw(random: np.random.Generator) -> pa.Table:
    start = FIRST_DAY + random.integers(0, 900, LINES)

    def of(*values: str) -> pa.Array:
        return pa.array(random.choice(values, LINES))

    return pa.table(
        {
            "SUBJECT": pa.array([f"{number:07}" for number in random.integers(0, SUBJECTS, LINES)]),
            "SITE": of(*(f"{number:03}" for number in range(50))),
            "IT.AETERM": of(*(f"Term {number}" for number in range(800))),
            "SEV": of("Mild", "Moderate", "Severe"),
            **{name: of("Yes", "No") for name in ("SER", "HOSP", "DEATH", "REL")},
            "ACTION": of("None", "Dose reduced", "Drug withdrawn"),
            "OUTCOME": of("Recovered", "Not recovered", "Fatal"),
            "START": _texts(start, "%d%b%Y").dictionary_decode(),
            "END": _texts(start + random.integers(0, 30, LINES), "%d%b%Y").dictionary_decode(),
        }
    )


def rows_of(title: str, ours: Measured, pandas: Measured) -> list[str]:
    """The two rows of a case in the table of docs/speed.md."""
    seconds = f"{pandas.seconds / ours.seconds:.1f}{_TIMES}"
    peak = f"{pandas.peak_bytes / ours.peak_bytes:.1f}{_TIMES}"
    return [
        f"| {title}, seconds | {ours.seconds:.2f} | {pandas.seconds:.2f} | {seconds} |",
        f"| … peak MB | {ours.peak_bytes / 1e6:,.0f} | {pandas.peak_bytes / 1e6:,.0f} | {peak} |",
    ]


def with_table(page: str, table: str) -> str:
    """The page with the table below the paragraph that names the command, in place of an earlier one."""
    before, named, after = page.partition(COMMAND)
    if not named:
        raise ValueError(f"the page does not name {COMMAND}")
    paragraph, blank, rest = after.partition("\n\n")
    while rest.startswith("|"):
        _, _, rest = rest.partition("\n")
    return f"{before}{named}{paragraph}{blank}{table}\n{rest.lstrip()}"


def main(runs: int = 3, only: str = "", *, page: bool = False) -> None:
    """Measure each case both ways in turn and print the table; `page` puts it into docs/speed.md."""
    make_sources()
    lines = [*HEAD]
    for name, case in CASES.items():
        if only and name != only:
            continue
        found = interleaved({"adamgate": (case.setup, case.ours), "pandas": (case.setup, case.pandas)}, runs)
        lines += rows_of(case.title, *(typical(found[who]) for who in ("adamgate", "pandas")))
    table = "".join(f"{line}\n" for line in lines)
    print(table, end="")
    if page:
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help=f"one of {', '.join(CASES)}")
    parser.add_argument("--page", action="store_true", help="put the table into docs/speed.md")
    given = parser.parse_args()
    if given.page and given.only:
        parser.error("--page needs all cases: omit --only")
    main(given.runs, given.only, page=given.page)
