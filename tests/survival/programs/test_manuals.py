"""Every statement of a program of SAS or Stata has a manual page, which the guide names."""

import re
from pathlib import Path

import pytest
from test_programs import statements
from trials import INTERVALS, MODELS, case_of

from adamgate.converters.survival.programs import sas, stata
from adamgate.converters.survival.programs.manuals import (
    FACTOR_VARIABLES_IN_STATA,
    LEFT_TRUNCATION_IN_SAS,
    SAS,
    STATA,
)
from adamgate.schemas.errors import ConfigurationError

pytestmark = pytest.mark.one_version

GUIDE = Path(__file__).parents[3] / "docs" / "survival.md"
PAGES = {each.address for each in [*SAS.values(), *STATA.values()]} | {
    LEFT_TRUNCATION_IN_SAS.address,
    FACTOR_VARIABLES_IN_STATA.address,
}


def keys_of_sas(program: str) -> list[str]:
    """How each statement begins, with its procedure where that has statements of its own."""
    found, procedure = [], ""
    for each in statements(program):
        first, *others = each.split()
        if first == "proc":
            procedure = f"proc {others[0]}"
            found.append(procedure)
        elif f"{procedure}: {first}" in SAS:
            found.append(f"{procedure}: {first}")
        elif others[:1] == ["="]:
            found.append("assignment")
        else:
            found.append(first)
        if first in ("run", "quit", "data"):
            procedure = ""
    return found


@pytest.mark.parametrize("name", MODELS | INTERVALS)
def test_each_statement_of_sas_has_a_manual_page(name, write):
    case = case_of(name)
    _, program = write("sas", case)
    of_csv = sas.reading_csv("os.csv", case.frame, case.model)
    assert {*keys_of_sas(program), *keys_of_sas(of_csv)} <= set(SAS)


@pytest.mark.parametrize("name", MODELS | INTERVALS)
def test_each_statement_of_stata_has_a_manual_page(name, write):
    case = case_of(name)
    _, program = write("stata", case)
    lines = [line for line in program.splitlines() if line and not line.startswith("*")]
    lines.append(stata.reading_csv("os.csv", case.frame, case.model))
    for line in lines:
        assert any(re.match(rf"{key}\b", line) for key in STATA), line


SHAPES = {
    "one-record, landmark": "one-record",
    "wide, each parameter": "wide",
    "delayed-entry": "delayed-entry",
    "person-time": "person-time",
    "counting-process, recurrent": "recurrent",
    "counting-process, one event": "time-varying",
}
TOOLS = ("r", "lifelines", "scikit-survival", "sas", "stata")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_guide_says_how_each_tool_reads_a_shape(shape, write):
    (row,) = (line for line in GUIDE.read_text(encoding="utf-8").splitlines() if f"| {shape} |" in line)
    cells = [cell.strip() for cell in row.strip("|").split("|")][1:]
    for tool, cell in zip(TOOLS, cells, strict=True):
        case = case_of(SHAPES[shape])
        if cell == "not possible":
            with pytest.raises(ConfigurationError, match=f"{tool} does not have"):
                write(tool, case)
            continue
        _, program = write(tool, case)
        shown = re.findall(r"`([^`]+)`", cell)
        assert shown
        assert [statement for statement in shown if statement not in program] == []


def test_the_guide_names_each_page():
    guide = GUIDE.read_text(encoding="utf-8")
    assert [address for address in sorted(PAGES) if f"]({address})" not in guide] == []
