"""What stands in each program, whether or not its tool is here to run it."""

import ast
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from trials import ARMS, INTERVALS, LEVELS, MODELS, STRATA, SUFFIXES, Case, case_of, tool_table

from adamgate.converters.survival.arms import Arms
from adamgate.converters.survival.layouts import LAYOUTS
from adamgate.schemas.errors import ConfigurationError

WITHOUT = {"scikit-survival": ("delayed", "person", "stratified", *INTERVALS)}
FITS = [
    (tool, name)
    for tool in SUFFIXES
    for name in MODELS | INTERVALS
    if not any(word in name for word in WITHOUT.get(tool, ()))
]


@pytest.mark.parametrize(("tool", "name"), FITS)
def test_the_program(tool, name, snapshot):
    assert tool_table(tool, case_of(name), Path(f"os{SUFFIXES[tool]}")).program() == snapshot


@pytest.mark.parametrize(
    ("name", "need"),
    [
        ("stratified", "strata in a Cox model"),
        ("delayed-entry", "left truncation"),
        ("person-time, stratified", "left truncation or strata in a Cox model"),
    ],
)
def test_a_tool_that_cannot_fit_is_named_with_those_that_can(name, need):
    with pytest.raises(ConfigurationError, match=f"scikit-survival does not have {need}") as caught:
        tool_table("scikit-survival", case_of(name), Path("os.csv")).program()
    for able in ("lifelines", "r", "sas", "stata", "--no-program"):
        assert able in caught.value.advice


def test_an_unknown_order_is_stated():
    model = replace(MODELS["one-record"], arms=Arms("TRT01P", LEVELS, None, "", "no TRT01PN"))
    for tool, suffix in SUFFIXES.items():
        text = tool_table(tool, Case(case_of("one-record").frame, model), Path(f"os{suffix}")).program()
        assert "The order of the arms is not known" in text


# SAS


def statements(program: str) -> list[str]:
    """SAS statements, without comments, quoted texts kept whole."""
    text = re.sub(r"/\*.*?\*/", "", program, flags=re.DOTALL)
    parts = re.findall(r"(?:'(?:[^']|'')*'|[^;'])+", text)
    return [" ".join(part.split()) for part in parts if part.strip()]


def written_names(path: Path) -> set[str]:
    reader = pyreadstat.read_xport if path.suffix == ".xpt" else pyreadstat.read_dta
    return set(reader(str(path))[1].column_names)


MODEL_OF_SAS = re.compile(
    r"model \(?(?:(?P<begin>\w+), )?(?P<end>\w+)\)?\*(?P<event>\w+)\((?P<censored>[^)]*)\) = (?P<arm>\w+) / "
    r"ties=(?P<ties>\w+)(?: entry=(?P<entry>\w+))? risklimits alpha=0.05"
)


@pytest.mark.parametrize("name", MODELS)
def test_sas(name, write):
    case = case_of(name)
    path, program = write("sas", case)
    names, said = written_names(path), statements(program)
    data = pyreadstat.read_xport(str(path))[0]
    assert f"libname in xport '{path.name}' access=readonly" in said
    assert "data t" in said
    assert "set in.TABLE" in said
    renamed = tool_table("sas", case, path).model
    for endpoint in renamed.endpoints:
        assert {*endpoint.columns, *renamed.strata} <= names
        assert set(data[endpoint.event].dropna().unique()) == {0.0, 1.0}, "0 is the only censoring value"
        if not endpoint.begin or renamed.subject:
            assert said.count(f"time {endpoint.end}*{endpoint.event}(0)") == 1 + bool(renamed.strata)
            of = "subjects" if renamed.subject else "t"
            for each in said:
                if each.startswith("proc lifetest"):
                    assert each == f"proc lifetest data={of} method=km conftype=loglog alpha=0.05"
    strata = [each for each in said if each.startswith("strata ")]
    models = [MODEL_OF_SAS.fullmatch(each) for each in said if each.startswith("model ")]
    assert all(models)
    if renamed.arms is None:
        assert not models
        assert not strata
        return
    assert len(models) == len(renamed.endpoints)
    assert said.count("class TRT01P (ref='Placebo') / param=ref order=internal") == len(models)
    for found, endpoint in zip(models, renamed.endpoints, strict=True):
        assert (found["end"], found["event"], found["arm"]) == (endpoint.end, endpoint.event, "TRT01P")
        assert (found["censored"], found["ties"]) == ("0", "efron")
        assert (found["entry"] or found["begin"] or "") == endpoint.begin
        assert bool(found["begin"]) == bool(renamed.subject)
    if "stratified" in name:
        assert strata.count("strata REGION ISS") == len(models)
        late = bool(renamed.endpoints[0].begin) and not renamed.subject
        by_group = strata.count("strata REGION ISS / group=TRT01P test=(logrank)")
        assert by_group == (0 if late else len(models))
    used = {
        word for each in said for word in re.findall(r"\b[A-Z][A-Z0-9_]+\b", re.sub(r"'[^']*'", "", each))
    }
    assert used - {"TABLE"} <= names


def test_censoring_and_event_are_those_of_r(write):
    """Ties, strata, reference, entry and event of all programs, as each of them spells these."""
    case = case_of("delayed-entry, stratified")
    _, r = write("r", case)
    _, sas = write("sas", case)
    _, stata = write("stata", case)
    assert "Surv(entry, duration, event) ~ TRT01P + strata(REGION, ISS)" in r
    assert 'ties = "efron"' in r
    assert 'levels = c("Placebo"' in r
    assert "model DURATION*EVENT(0) = TRT01P / ties=efron entry=ENTRY" in sas
    assert "(ref='Placebo')" in sas
    assert "strata REGION ISS;" in sas
    assert "stset duration, failure(event == 1) enter(time entry) origin(time 0)" in stata
    assert "stcox ib1.TRT01P, efron strata(REGION ISS)" in stata


@pytest.mark.parametrize("name", ["delayed-entry", "delayed-entry, no arm"])
def test_the_late_curves_of_sas_are_kaplan_meier(name, write, tmp_path):
    """PROC SQL counts who is at risk: its statements run here in SQLite, on what was written."""
    case = case_of(name)
    path, program = write("sas", case)
    table = pyreadstat.read_xport(str(path))[0]
    (endpoint,) = tool_table("sas", case, path).model.endpoints
    queries = re.findall(r"create table.*?(?=;)", program, re.DOTALL)
    with closing(sqlite3.connect(":memory:")) as database:
        database.create_function("missing", 1, lambda value: value in (None, ""))
        table.to_sql("t", database, index=False)
        for query in queries:
            database.execute(query)
        km = pd.read_sql("select * from km", database)
    arms = LEVELS if case.model.arms else [None]
    assert len(queries) == 2
    for arm in arms:
        mine = km if arm is None else km[km["TRT01P"] == arm]
        data = table if arm is None else table[table["TRT01P"] == arm]
        begin, end, event = (data[column].to_numpy() for column in endpoint.columns)
        times = np.unique(end[event == 1])
        assert mine[endpoint.end].tolist() == times.tolist()
        assert mine["at_risk"].tolist() == [int(((begin < t) & (end >= t)).sum()) for t in times]
        assert mine["events"].tolist() == [int(((event == 1) & (end == t)).sum()) for t in times]
    assert "survival = survival * (1 - events / at_risk);" in program


# Stata


@pytest.mark.parametrize("name", MODELS)
def test_stata(name, write):
    case = case_of(name)
    path, program = write("stata", case)
    _, described = pyreadstat.read_dta(str(path))
    names = set(described.column_names)
    lines = [line for line in program.splitlines() if line and not line.startswith("*")]
    assert lines[:3] == ["version 16", "set type double", f'use "{path.name}", clear']
    data = pd.read_stata(path, convert_categoricals=False)
    for endpoint in case.model.endpoints:
        assert set(endpoint.columns) <= names
        assert set(data[endpoint.event].dropna().unique()) == {0, 1}
        (stset,) = (line for line in lines if line.startswith(f"stset {endpoint.end},"))
        assert f"failure({endpoint.event} == 1)" in stset
        assert "origin(time 0)" in stset
        if endpoint.begin:
            assert f"enter(time {endpoint.begin})" in stset or f"time0({endpoint.begin})" in stset
        assert ("id(USUBJID)" in stset) == bool(case.model.subject)
    cox = [line for line in lines if line.startswith("stcox")]
    assert len(cox) == (len(case.model.endpoints) if case.model.arms else 0)
    strata = " strata(REGION ISS)" if case.model.strata else ""
    assert set(cox) <= {f"stcox ib1.TRT01P, efron{strata} level(95)"}
    assert {line for line in lines if line.startswith("sts test")} <= {f"sts test TRT01P, logrank{strata}"}
    assert (
        described.variable_value_labels["TRT01P"] == dict(enumerate(LEVELS, 1)) if case.model.arms else True
    )
    if case.model.strata:
        assert described.variable_value_labels["REGION"] == {1: "EU", 2: "NA", 3: "Åsia"}


@pytest.mark.parametrize("levels", [("0.5", "1"), ("-1", "1")])
def test_arms_that_stata_cannot_have_are_refused(levels):
    frame = case_of("one-record").frame
    frame["DOSE"] = np.where(np.arange(len(frame)) % 2, *map(float, levels))
    case = Case(frame, replace(MODELS["one-record"], arms=Arms("DOSE", levels, levels[0], "DOSE")))
    with pytest.raises(ConfigurationError, match="not whole numbers from 0"):
        tool_table("stata", case, Path("os.dta")).program()


# Nothing of the data is ever code

NASTY = st.text(st.sampled_from("'\"`\\%&$;#*/(){}\n\t é€😀a\u2028\u0085"), min_size=1, max_size=12)


def plain_and_nasty(tool: str, first: str, second: str) -> tuple[str, str]:
    programs = []
    for levels in (("AAA", "BBB"), (first, second)):
        frame = case_of("stratified").frame
        frame["TRT01P"] = pd.Categorical.from_codes(np.arange(len(frame)) % 2, list(levels))
        arms = Arms("TRT01P", levels, levels[0], "TRT01PN")
        model = replace(MODELS["one-record" if tool == "scikit-survival" else "stratified"], arms=arms)
        programs.append(tool_table(tool, Case(frame, model), Path(f"os{SUFFIXES[tool]}")).program())
    return tuple(programs)


class Blank(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Constant("" if isinstance(node.value, str) else node.value)


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["lifelines", "scikit-survival"])
@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(first=NASTY, second=NASTY)
@example(first='"]; import os #', second="\\")
def test_no_arm_is_code_in_python(tool, first, second):
    if first == second:
        return
    plain, nasty = (ast.parse(program) for program in plain_and_nasty(tool, first, second))
    held = [node.value for node in ast.walk(nasty) if isinstance(node, ast.Constant)]
    assert {first, second} <= {each for each in held if isinstance(each, str)}
    assert ast.dump(Blank().visit(plain)) == ast.dump(Blank().visit(nasty))


@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(first=NASTY, second=NASTY)
@example(first="' / param=glm; %put x; '", second="&sysuserid")
def test_no_arm_is_code_in_sas(first, second):
    if first == second:
        return
    if not first.isprintable():
        with pytest.raises(ConfigurationError, match="cannot hold"):
            plain_and_nasty("sas", first, second)
        return
    plain, nasty = plain_and_nasty("sas", first, second)
    literal = r"'((?:[^']|'')*)'"
    plain, nasty = (
        re.sub(r"^data _null_;.*?^run;\n", "", each, flags=re.S | re.M) for each in (plain, nasty)
    )
    assert re.sub(literal, "''", plain) == re.sub(literal, "''", nasty)
    assert first in [each.replace("''", "'") for each in re.findall(literal, nasty)]


@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(first=NASTY, second=NASTY)
def test_no_arm_is_in_the_program_of_stata(first, second):
    if first == second:
        return
    plain, nasty = plain_and_nasty("stata", first, second)
    assert plain == nasty


R_ARMS = ['"); q(); c("', "\\", "`x`", "%s", "a\nb", "é€😀", "\u2028'", "${x}", "#", "\t"]


@pytest.mark.slow
def test_no_arm_is_code_in_r(run_r, tmp_path):
    for number, arm in enumerate(R_ARMS):
        (tmp_path / f"{number}.R").write_text(plain_and_nasty("r", arm, "other")[1], encoding="utf-8")
    (tmp_path / "plain.R").write_text(plain_and_nasty("r", "AAA", "other")[1], encoding="utf-8")
    shown = run_r(
        tmp_path,
        """
        calls <- function(file) parse(file, encoding = "UTF-8", keep.source = FALSE)
        plain <- calls("plain.R")
        for (i in 0:LAST) {
          nasty <- calls(paste0(i, ".R"))
          at <- which(!mapply(identical, as.list(plain), as.list(nasty)))
          stopifnot(length(plain) == length(nasty), length(at) == 1)
          levels <- nasty[[at]][[3]][["levels"]]
          stopifnot(length(levels) == 3, identical(levels[[1]], quote(c)), is.character(levels[[2]]))
          cat(utf8ToInt(levels[[2]]), "\\n")
        }
        """.replace("LAST", str(len(R_ARMS) - 1)),
    )
    read = ["".join(map(chr, map(int, line.split()))) for line in shown.splitlines()]
    assert read == R_ARMS


NAMES = ["o's.x", 'a"b.x', "a&b%c.x", "a$b.x", "a`b.x", "a\\b.x", "a\nb.x", "é.x", "~x.x", "; x.x"]


REFUSED = {"sas": {"\n"}, "stata": {"\n", *"'\"$`\\"}}


@pytest.mark.parametrize("stem", [name.removesuffix(".x") for name in NAMES])
@pytest.mark.parametrize("tool", SUFFIXES)
def test_no_file_name_is_code(tool, stem):
    path = Path(f"{stem}{SUFFIXES[tool]}")
    if tool in REFUSED and set(stem) & REFUSED[tool]:
        table = tool_table(tool, case_of("one-record"), path)
        for code in (table.program, lambda: table.read_with):
            with pytest.raises(ConfigurationError, match="name of the file contains a character that"):
                code()
        return
    program = tool_table(tool, case_of("one-record"), path).program()
    plain = tool_table(tool, case_of("one-record"), Path(f"os{SUFFIXES[tool]}")).program()
    if tool in ("lifelines", "scikit-survival"):
        assert ast.dump(Blank().visit(ast.parse(program))) == ast.dump(Blank().visit(ast.parse(plain)))
        assert path.name in [n.value for n in ast.walk(ast.parse(program)) if isinstance(n, ast.Constant)]
    else:
        changed = [b for a, b in zip(plain.splitlines(), program.splitlines(), strict=True) if a != b]
        assert len(changed) == 1
        if tool == "stata":
            assert changed == [f'use "{path.name}", clear']
        if tool == "sas":
            spelled = path.name.replace("'", "''")
            assert changed == [f"libname in xport '{spelled}' access=readonly;"]
        if tool == "r":
            literal = re.match(r't <- read\.csv\("((?:[^"\\]|\\.)*)", colClasses', changed[0])
            spelled = json.loads(f'"{literal[1].replace(chr(92) + "`", "`")}"')
            assert spelled.removeprefix("./") == path.name


@pytest.mark.parametrize("column", ["a b", "if", "x`y", 'q"', "é", "1a", "_x"])
def test_no_name_of_a_column_is_code(column):
    case = case_of("stratified")
    frame = case.frame.rename(columns={"REGION": column})
    model = replace(case.model, strata=(column, "ISS"))
    for tool in ("lifelines", "r", "sas", "stata"):
        program = tool_table(tool, Case(frame, model), Path(f"os{SUFFIXES[tool]}")).program()
        if tool == "lifelines":
            assert column in [n.value for n in ast.walk(ast.parse(program)) if isinstance(n, ast.Constant)]
        elif tool != "r":
            strata = re.search(r"strata[ (](\w+) ISS", program)
            assert re.fullmatch(r"[A-Za-z_]\w*", strata[1], re.ASCII)


def test_every_tool_has_a_program():
    tools = {name for name, layout in LAYOUTS.items() if layout.program_module}
    assert tools == set(SUFFIXES)
    assert {LAYOUTS[name].program_suffix for name in tools} == {".py", ".R", ".sas", ".do"}
    assert ARMS.variable not in STRATA
