"""Programs for several states and interval-censored times: manual pages, quoting, runs, refusals."""

import re

import pytest
from test_manuals import GUIDE, keys_of_sas
from trials import OWN_MODELS, STATES, own_case_of

from adamgate.converters.survival.programs.manuals import SAS, STATA
from adamgate.schemas.errors import ConfigurationError

TOOLS = ("r", "lifelines", "scikit-survival", "sas", "stata")


@pytest.mark.parametrize("name", OWN_MODELS)
def test_each_statement_of_sas_has_a_manual_page(name, write):
    _, program = write("sas", own_case_of(name))
    assert set(keys_of_sas(program)) <= set(SAS)


@pytest.mark.parametrize("name", OWN_MODELS)
def test_each_statement_of_stata_has_a_manual_page(name, write):
    _, program = write("stata", own_case_of(name))
    for line in (each for each in program.splitlines() if each and not each.startswith("*")):
        assert any(re.match(rf"{key}\b", line) for key in STATA), line


@pytest.mark.parametrize("name", [name for name in OWN_MODELS if name.split(",")[0] == "multi-state"])
def test_states_are_texts_of_the_language_and_never_code(name, write):
    case = own_case_of(name)
    assert '"ill\'s \\"a\\""' in write("r", case)[1]
    assert "if FROM_STA = 'ill''s \"a\"';" in write("sas", case)[1]
    assert not any(state in write("stata", case)[1] for state in STATES)


@pytest.mark.parametrize("name", OWN_MODELS)
@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_fits_it_or_names_those_that_do(tool, name, write):
    lacks = {"scikit-survival": "multi-state interval", "lifelines": "multi-state"}.get(tool, "")
    if name.split(",")[0].split(" ")[0] in lacks.split():
        with pytest.raises(ConfigurationError, match=r"does not have(?s:.*)use --for .*r or sas or stata"):
            write(tool, own_case_of(name))
        return
    _, program = write(tool, own_case_of(name))
    assert ("TRT01P" in program) == ("no arm" not in name) or tool in ("r", "lifelines")


@pytest.mark.slow
@pytest.mark.one_version
def test_r_runs_them(write, run_r, tmp_path):
    code = []
    for number, name in enumerate(OWN_MODELS):
        _, program = write("r", own_case_of(name), stem=f"t{number}")
        code.append(f"local({{\n{program}}})\n")
    run_r(tmp_path, "".join(code))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in OWN_MODELS if name.startswith("interval")])
def test_lifelines_runs_them(name, write, run_python, tmp_path):
    pytest.importorskip("lifelines")
    _, program = write("lifelines", own_case_of(name), suffix=".parquet")
    assert "lambda_" in run_python(tmp_path, program)


@pytest.mark.parametrize("shape", ["multi-state", "interval"])
def test_the_guide_says_how_each_tool_reads_a_shape(shape, write):
    (row,) = (
        line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {shape} |")
    )
    for tool, cell in zip(TOOLS, row.strip("|").split("|")[1:], strict=True):
        if cell.strip() == "not possible":
            with pytest.raises(ConfigurationError, match=f"{tool} does not have"):
                write(tool, own_case_of(shape))
            continue
        _, program = write(tool, own_case_of(shape))
        shown = re.findall(r"`([^`]+)`", cell)
        assert shown
        assert [statement for statement in shown if statement not in program] == []
