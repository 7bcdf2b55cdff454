"""A rule says only what it may, and is judged by versions that exist."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas import contract
from adamgate.schemas.dataset import Dataset, Study
from adamgate.schemas.errors import ConfigurationError
from adamgate.schemas.finding import Severity
from adamgate.schemas.rule import Fault, Grain, Inference, Rule, Scope, Standards, UnsoundRule
from adamgate.schemas.structure import Structure

FRAME = pd.DataFrame({"USUBJID": ["1", "2"], "PARAMCD": ["OS", "OS"], "AVAL": [1.0, -1.0]})


def made_of(*yielded, **scope):
    return Rule(
        id="ZZ001",
        title="made up",
        severity=Severity.ERROR,
        family="test",
        grain=Grain.RECORD,
        scope=Scope(structures=(Structure.TTE,), **scope),
        citations=(),
        function=lambda *_: list(yielded),
    )


@pytest.mark.parametrize(
    "yielded",
    [
        np.array([False, True]),
        "AVAL is negative",
        None,
        Fault(np.array([True]), (), "short"),
        Fault(np.array([0, 1]), (), "numbers"),
        Fault(pd.Series([False, True]).to_numpy(dtype=object), (), "objects"),
        Fault([False, True], (), "a list"),
    ],
    ids=["a mask alone", "a text", "nothing", "short", "numbers", "objects", "list"],
)
def test_what_could_hide_a_fault_is_refused_by_gate_and_pandera_alike(yielded):
    rule = made_of(yielded)
    data = Dataset.from_frame(FRAME, "ADTTE")
    with pytest.raises(UnsoundRule):
        list(rule.run(data, Study.of(data)))
    with pytest.raises(UnsoundRule):
        contract.passes(FRAME, rule=rule, structure=Structure.TTE)


def test_a_sound_rule_says_what_it_has_to_say():
    fault, inference = Fault(np.array([False, True]), ("AVAL",), "negative"), Inference("AVAL", "days")
    data = Dataset.from_frame(FRAME, "ADTTE")
    rule = made_of(inference, fault)
    assert list(rule.run(data, Study.of(data))) == [inference, fault]
    assert not contract.passes(FRAME, rule=rule, structure=Structure.TTE)


@pytest.mark.parametrize("versions", [{"adamig": "9.9"}, {"occds": "1.2"}, {"adamig": "ADaMIG 1.3"}])
def test_a_version_to_which_no_rule_belongs_is_refused(versions):
    with pytest.raises(ConfigurationError, match="there is no"):
        Standards(**versions)
