"""The tables of adverse events of a page: every number is that of the command that the page names."""

import re
import shlex
from html import unescape

import pandas as pd
import pytest
from page_reader import words_of
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.figures.safety import safety

GROUPS = '[safety]\ngroups = ["ACAT1"]\ngroups_where = "ACAT1 != \'OTHER\'"\n'


def section(page: str) -> str:
    return re.search(r'<section id="safety".*?</section>', page, re.DOTALL)[0]


def tables(page: str) -> list[list[tuple[int, str, list[str]]]]:
    """Level, label and numbers of each row of each table."""
    found = []
    for table in re.findall(r'<table class="safety">.*?</table>', page, re.DOTALL):
        rows = re.findall(r'<tr class="level-(\d)"><th scope="row">([^<]*)</th>(.*?)</tr>', table, re.DOTALL)
        found.append(
            [
                (int(level), unescape(label), re.findall(r'<td class="number[^"]*">([^<]*)</td>', cells))
                for level, label, cells in rows
            ]
        )
    return found


def commands(page: str) -> list[list[str]]:
    return [shlex.split(unescape(each)) for each in re.findall(r"<code>(adamgate ae [^<]*)</code>", page)]


@pytest.fixture(scope="module")
def study():
    return two_arm_trial()


@pytest.fixture(scope="module")
def page(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("safety")
    (folder / "adamgate.toml").write_text(GROUPS)
    command = ["report", str(root / "fixtures" / "cartitude1"), "-q", "--param", "OS"]
    assert run([*command, "--config", str(folder / "adamgate.toml"), "-o", str(folder / "page.html")]) == 0
    return (folder / "page.html").read_text(encoding="utf-8")


def as_shown(count, of):
    tenths = (2000 * count + of) // (2 * of)  # half up
    return f"{count:,} ({tenths // 10}.{tenths % 10})" if count else "0"


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_every_number_is_that_of_the_command_that_is_named(page, tmp_path, number):
    made = []
    for command in commands(section(page))[2 * number : 2 * number + 2]:
        assert command[0] == "adamgate"
        target = tmp_path / f"ae{len(made)}.csv"
        assert run([*command[1:-1], str(target), "-q"]) == 0
        made.append(pd.read_csv(target, keep_default_na=False))
    incidence, worst = made
    rows = tables(section(page))[number]
    levels = list(incidence.columns[:2])
    assert len(rows) == len(incidence) > 15
    expected = {
        tuple(filter(None, row[:2])): [row.subjects, row.denominator]
        for row in incidence.itertuples(index=False)
    }
    parent = ""
    for level, label, cells in rows:
        parent = label if level == 1 else parent
        path = ("any",) if level == 0 else (parent,) if level == 1 else (parent, label)
        subjects, of = expected.pop(path)
        own = worst[(worst[levels[0]] == path[0]) & (worst[levels[1]] == ("" if level < 2 else label))]
        severe = int(own.loc[own["grade"].astype(str).isin(["3", "4", "5"]), "subjects"].sum())
        assert cells[:2] == [as_shown(subjects, of), as_shown(severe, of)]
        assert [int(each) for each in cells[2:]] == own["subjects"].tolist()
    assert expected == {}


@pytest.mark.slow
def test_the_most_frequent_are_first(page):
    for rows in tables(section(page)):
        assert rows[0][:2] == (0, "Any adverse event")
        counts = [(level, label, int(cells[0].split(" ")[0])) for level, label, cells in rows]
        classes = [(-count, label) for level, label, count in counts if level == 1]
        assert classes == sorted(classes)
        within = []
        for level, label, count in counts:
            within = [] if level < 2 else [*within, (-count, label)]
            assert within == sorted(within)


def test_what_was_chosen_is_said(page):
    words = words_of(section(page))
    assert "Subjects: SAFFL = Y; arms: TRTA; events: TRTEMFL == 'Y'; grades: AETOXGR." in words
    assert "Events of special interest (ACAT1, AEDECOD)" in words
    assert "OTHER" not in [label for _, label, _ in tables(section(page))[1]]


def test_two_arms_are_beside_each_other_and_all(study):
    found = safety(study).terms
    assert [name for name, _ in found.arms] == ["Placebo", "Drug X 10 mg", "all"]
    for row in found.rows:
        placebo, active, together = row.cells
        assert placebo.subjects + active.subjects == together.subjects
        assert sum(placebo.by_grade) == placebo.subjects
    assert [each.options.by[0] for each in safety(study).groups] == ["SMQ01NAM", "CQ01NAM"]


def test_of_too_many_terms_the_most_frequent_are_listed(study):
    full, few = safety(study).terms, safety(study, ag.SafetyOptions(most=3)).terms
    terms = sorted((row for row in full.rows if row.level == 2), key=lambda row: -row.cells[-1].subjects)
    listed = [row.label for row in few.rows if row.level == 2]
    assert sorted(listed) == sorted(row.label for row in terms[:3])
    assert few.unlisted == len(terms) - 3
    assert few.rows[0] == full.rows[0]


def test_grades_that_are_words_have_no_grade_3(study):
    named = safety(study, ag.SafetyOptions(grade="AESEV")).terms
    assert named.grades == ("MILD", "MODERATE", "SEVERE")
    assert {cell.severe for row in named.rows for cell in row.cells} == {None}


def changed(study, **columns):
    adae = ag.Dataset.from_frame(study["ADAE"].frame.assign(**columns), "ADAE")
    return ag.Study({each.name: adae if each.name == "ADAE" else each for each in study})


def written(study, folder, **options) -> str:
    target = ag.write_page(folder / "page.html", ag.validate(study), study, param=["OS"], **options)
    return target.read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_cannot_be_counted_is_said(study, tmp_path):
    none = ag.Study({each.name: each for each in study if each.name != "ADAE"})
    assert "No table of adverse events: the study has no dataset of adverse events" in words_of(
        written(none, tmp_path)
    )
    page = written(changed(study, TRTEMFL="N"), tmp_path)
    assert "No table of adverse events: no event" in words_of(page)
    with pytest.raises(ag.ConfigurationError, match="AEBODYSYS is not present"):
        written(study, tmp_path, safety=ag.SafetyOptions(by=("AEBODYSYS", "AEDECOD")))
    with pytest.raises(ag.ConfigurationError, match="did you mean SMQ01NAM"):
        written(study, tmp_path, safety=ag.SafetyOptions(groups=("SMQ1NAM",)))


@pytest.mark.slow
def test_markup_and_shells_find_nothing_in_terms(study, tmp_path):
    planted = "<b onclick=alert(1)>$(reboot)\u202e'"
    page = written(
        changed(study, AEDECOD=planted), tmp_path, safety=ag.SafetyOptions(where=f'AEDECOD == "{planted}"')
    )
    assert "<b onclick" not in page
    assert "\u202e" not in page
    assert tables(section(page))[0][2][1] == planted.replace("\u202e", "\\u202e")
    assert commands(section(page))[0][-4].startswith('AEDECOD == "<b onclick=alert(1)>$(reboot)')
