"""Two datasets of response of one specification, each with its own parameters and flags of one name."""

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings

ADSL = pd.DataFrame({"STUDYID": "S", "USUBJID": ["1", "2"], "RANDDT": pd.to_datetime(["2024-01-01"] * 2)})
RS = pd.DataFrame(
    {
        "USUBJID": ["1", "1", "1", "2", "2", "2"],
        "RSSEQ": [1.0, 2.0, 3.0, 1.0, 2.0, 3.0],
        "RSEVAL": ["INVESTIGATOR", "IRC", "IRC", "INVESTIGATOR", "IRC", "IRC"],
        "RSSTRESC": ["PD", "PR", "SD", "CR", "SD", "PD"],
        "RSDTC": ["2024-03-01", "2024-03-01", "2024-03-01", "2024-03-01", "2024-03-01", "2024-05-01"],
    }
)
FILE = """
[derive.ADRSINV]
kind = "responses"
parameters = ["OVR_INV", "PD_INV"]

[derive.ADRSIRC]
kind = "responses"
parameters = ["OVR_IRC", "PD_IRC"]

[response.OVR_INV]
paramcd = "OVR"
param = "Response by Investigator"
source = "INV"
value = "RSSTRESC"

[response.OVR_IRC]
paramcd = "OVR"
param = "Response by IRC"
source = "IRC"
value = "RSSTRESC"

[response.PD_INV]
how = "first"
paramcd = "PD"
param = "Progression by Investigator"
of = "OVR_INV"
flags = ["FLAG_INV"]
values = ["PD"]
without = "exclude"

[response.PD_IRC]
how = "first"
paramcd = "PD"
param = "Progression by IRC"
of = "OVR_IRC"
flags = ["FLAG_IRC"]
values = ["PD"]
without = "keep"

[response_flag.FLAG_INV]
variable = "ANL01FL"
of = ["OVR_INV"]
values = ["PD"]

[response_flag.FLAG_IRC]
variable = "ANL01FL"
label = "Worst of a Date"
of = ["OVR_IRC"]
one_per_date = "worst"

[source.INV]
dataset = "RS"
where = "RSEVAL == 'INVESTIGATOR'"
date = "RSDTC"
order = ["RSSEQ"]

[source.IRC]
dataset = "RS"
where = "RSEVAL == 'IRC'"
date = "RSDTC"
order = ["RSSEQ"]
"""


@pytest.fixture
def declared(tmp_path):
    def declare(text=FILE):
        (tmp_path / "adamgate.toml").write_text(text)
        return specification(load_settings((), tmp_path / "adamgate.toml").entries)

    return declare


def derive(what):
    return ag.derive(
        ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in (("ADSL", ADSL), ("RS", RS)))), what
    )


def rows(data):
    frame = data.frame[["USUBJID", "PARAMCD", "AVALC", "ANL01FL"]].astype(object)
    return sorted(frame.where(frame.notna(), None).itertuples(index=False, name=None), key=str)


def test_each_has_its_own(declared):
    derived = derive(declared())
    assert rows(derived["ADRSINV"]) == [
        ("1", "OVR", "PD", "Y"),
        ("1", "PD", "Y", "Y"),
        ("2", "OVR", "CR", None),
    ]
    assert rows(derived["ADRSIRC"]) == [
        ("1", "OVR", "PR", None),
        ("1", "OVR", "SD", "Y"),
        ("1", "PD", "N", None),
        ("2", "OVR", "PD", "Y"),
        ("2", "OVR", "SD", "Y"),
        ("2", "PD", "Y", "Y"),
    ]
    assert derived["ADRSIRC"].variable("ANL01FL").label == "Worst of a Date"
    assert derived.record.of_parameters == {"ADRSINV": {"OVR": 2, "PD": 1}, "ADRSIRC": {"OVR": 4, "PD": 2}}
    assert {each.parameter for each in derived.record.effects} <= {"", "OVR", "PD"}


def test_a_dataset_alone_is_as_beside_the_other(declared):
    alone = FILE[FILE.index("[derive.ADRSIRC]") :]
    (found,) = derive(declared(alone))
    assert rows(found) == rows(derive(declared())["ADRSIRC"])


@pytest.mark.parametrize(
    ("changed", "what", "where"),
    [
        (
            ('parameters = ["OVR_INV", "PD_INV"]', ""),
            "OVR of ADRSINV is derived by [response.OVR_INV], too",
            "[response.OVR_IRC]",
        ),
        (
            ('of = ["OVR_IRC"]', ""),
            "ANL01FL of ADRSINV is derived by [response_flag.FLAG_INV], too",
            "FLAG_IRC",
        ),
        (('variable = "ANL01FL"', 'variable = "AVALC"'), "AVALC is derived", "[response_flag.FLAG_INV]"),
        (('paramcd = "OVR"', 'paramcd = "OVERALLRESP"'), "PARAMCD is not valid", "[response.OVR_INV]"),
        (('of = "OVR_INV"', 'of = "OVR"'), "OVR is not a declared response", "[response.PD_INV] of"),
    ],
)
def test_what_two_tables_of_a_dataset_would_make(declared, changed, what, where):
    old, new = changed
    with pytest.raises(ag.ConfigurationError) as refused:
        derive(declared(FILE.replace(old, new)))
    assert what in refused.value.what
    assert where in refused.value.where
