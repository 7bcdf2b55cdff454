"""`adamgate responders`: what is declared and what is given instead, and what is refused."""

import json
from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.figures.responder_conditions import named_conditions

pytestmark = pytest.mark.one_version

SETTINGS = """
[responders]
landmark = 24
unit = "months"
biomarkers = ["HGBBL"]
counts = { sCR = "BOR == 'sCR'" }
events = { Infection = "ACAT1 == 'INFECTION'" }
"""


@pytest.fixture
def responders(run, root, tmp_path, monkeypatch):
    """The command of a published study, judged already, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    data = str(root / "fixtures" / "cartitude1")
    return lambda *given: run("responders", data, "--no-gate", "-o", "r.csv", *given)


def names_in(path: str) -> list[str]:
    table = pd.read_csv(path)
    return list(
        dict.fromkeys(f"{what} {name}" for what, name in zip(table["what"], table["name"], strict=True))
    )


@pytest.mark.slow
def test_what_is_not_given_is_as_the_file_declares_it(responders):
    Path("adamgate.toml").write_text(SETTINGS, encoding="utf-8")
    code, out, err = responders()
    assert (code, out) == (0, "")
    assert "97 subjects, PFS at 24 months; without a record: 0" in err
    assert names_in("r.csv") == ["landmark PFS", "count sCR", "event Infection", "biomarker HGBBL"]
    Path("adamgate.toml").rename("other.toml")
    declared = Path("r.csv").read_bytes()
    given = ["--landmark", "24", "--unit", "months", "--biomarkers", "HGBBL", "--count", "sCR: BOR == 'sCR'"]
    assert responders(*given, "--event", "Infection: ACAT1 == 'INFECTION'")[0] == 0
    assert Path("r.csv").read_bytes() == declared
    options = ["--config", "other.toml", "--landmark", "12", "--count", "PR: BOR == 'PR'"]
    assert responders(*options, "--biomarkers", "PLTBL,HGBBL")[0] == 0
    assert names_in("r.csv")[1:] == ["count PR", "event Infection", "biomarker PLTBL", "biomarker HGBBL"]
    codebook = json.loads(Path("r.codebook.json").read_text(encoding="utf-8"))
    assert (codebook["param"], codebook["landmark"], codebook["unit"]) == ("PFS", 12, "months")
    assert codebook["not_declared"] == {}
    assert list(codebook["columns"]) == list(pd.read_csv("r.csv").columns)


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (["--count", "BOR == 'sCR'"], 2, "is not a name with a condition"),
        (["--count", "sCR: BOR =="], 2, "counts, sCR"),
        (["--count", "a: AGE > 1", "--count", "a: AGE > 2"], 2, "'a' is given twice"),
        (["--biomarkers", "HGBB"], 2, "did you mean HGBBL"),
        (["--param", "PFSS"], 2, "parameter PFSS is not present"),
        (["--landmark", "0"], 2, "a number greater than 0"),
        (["--population", "ITTTFL"], 2, "ITTTFL"),
        (["-o", "r.png"], 2, "r.png"),
        (["--event", " "], 2, "--event is empty"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_written(responders, given, code, said):
    found, _, err = responders(*given)
    assert found == code
    assert said in err
    assert not list(Path().glob("r.*"))


@pytest.mark.slow
def test_a_table_of_every_kind_has_the_same_numbers(root, tmp_path):
    found = ag.long_term_responders(ag.read(root / "fixtures" / "cartitude1"))
    for suffix in (".parquet", ".json", ".xlsx"):
        (tmp_path / suffix[1:]).mkdir()
        found.write(tmp_path / suffix[1:] / f"r{suffix}")
        again = ag.read(tmp_path / suffix[1:] / f"r{suffix}")
        table = next(iter(again)).frame
        for name in ("subjects", "known", "n", "missing", "median", "q1", "q3", "W", "p"):
            expected = found.frame[name].to_numpy()
            assert table[name].to_numpy("float64", na_value=float("nan")) == pytest.approx(
                expected, nan_ok=True
            )


def test_a_group_without_a_value_and_a_study_without_events(root):
    study = ag.read(root / "fixtures" / "cartitude1")
    fewer = ag.Study({each.name: each for each in study if each.name != "ADAE"})
    options = ag.ResponderOptions(landmark=1e6, unit="days", counts={"All": "AGE > 0"}, biomarkers=("HGBBL",))
    frame = ag.long_term_responders(fewer, options).frame
    assert frame["what"].tolist() == ["landmark"] * 3 + ["count"] * 3 + ["biomarker"] * 2
    first, second = frame.iloc[-2:].itertuples()
    assert (first.n, first.missing, second.n) == (0, 0, frame["subjects"].iloc[1])
    assert frame.loc[[6, 7], ["W", "p"]].isna().all(axis=None)
    assert pd.isna(first.median)


@pytest.mark.parametrize(
    ("given", "name", "condition"),
    [
        ("BOR: sCR: BOR == 'sCR'", "BOR: sCR", "BOR == 'sCR'"),
        ("x:AVALC == 'a: b'", "x", "AVALC == 'a: b'"),
        ("10:30, $1; `a`: AGE > 1", "10:30, $1; `a`", "AGE > 1"),
        ("sCR: BOR ==", "sCR", "BOR =="),
    ],
)
def test_a_name_may_have_a_colon(given, name, condition):
    assert named_conditions([given], "--count") == {name: condition}
