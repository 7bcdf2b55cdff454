"""The text report: what it says, how long it is, and what it never carries."""

from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

import adamgate as ag
from adamgate.converters.reports import Detail, Presentation
from adamgate.converters.reports.examples import EXAMPLES
from adamgate.schemas.gate.event_counts import ArmCount, EventCount
from adamgate.schemas.gate.finding import Example, Inferred
from adamgate.schemas.study.variable import ReadingNote
from adamgate.schemas.wording import plain


def text(report: ag.Report, detail: Detail = Detail.SUMMARY, **more: object) -> str:
    return ag.render(report, "text", "error", Presentation(None, detail, **more))


@pytest.mark.parametrize("detail", list(Detail))
@pytest.mark.parametrize("name", ["clean", "faulty"])
def test_what_it_says(name: str, detail: Detail, request: pytest.FixtureRequest, snapshot: SnapshotAssertion):
    assert text(request.getfixturevalue(name), detail) == snapshot


def test_a_clean_study_takes_twenty_lines_however_large(clean: ag.Report):
    many = replace(
        clean,
        inputs=clean.inputs * 20,
        inferred=tuple(Inferred("ADTTE", "AVAL", f"AVAL is in days / {n}", f"P{n}") for n in range(40)),
        notes=tuple(ReadingNote("ADAE", f"note {n}") for n in range(40)),
    )
    lines = text(many).splitlines()
    assert len(lines) <= 24
    assert sum("-v shows all" in line for line in lines) == 3
    assert "  … 36 more (-v shows all)" in lines
    everything = text(many, Detail.EVERYTHING)
    assert "more" not in everything
    assert all(f"note {n}\n" in everything for n in range(40))


def test_what_is_inferred_of_several_parameters_alike_is_one_line_durations_first(clean: ag.Report):
    found = (
        Inferred("ADAE", "ADURN", "ADURN = AENDT - ASTDT"),
        *(Inferred("ADTTE", "AVAL", "AVAL in days", name) for name in ("OS", "PFS")),
        Inferred("ADTTE", "AVAL", "AVAL in months", "DOR"),
    )
    shown = text(replace(clean, inferred=found))
    assert (
        "Inferred from the data\n  ADTTE OS, PFS: AVAL in days\n  ADTTE DOR: AVAL in months\n"
        "  ADAE ADURN: ADURN = AENDT - ASTDT\n"
    ) in shown


def test_events_are_shown_by_arm_where_there_are_several(clean: ag.Report):
    arms = (ArmCount("Placebo", 30, 22), ArmCount("Active", 31, 14), ArmCount("", 1, 0))
    counts = (
        EventCount("ADTTE", "OS", 62, 36, "TRTP", arms),
        EventCount("ADTTE", "DOR", 1, 1, "TRTP", arms[2:]),
        EventCount("ADTTE", "PFS", 3, 2, "TRTP", (ArmCount(None, 2, 1), ArmCount(None, 1, 1))),
    )
    lines = text(replace(clean, events=counts), width=120).splitlines()
    shown = [" ".join(each.split()) for each in lines[lines.index("Events") + 1 :]][:3]
    assert shown == [
        "ADTTE OS 62 subjects 36 events by TRTP: Placebo 22 of 30, Active 14 of 31, no arm 0 of 1",
        "ADTTE DOR 1 subject 1 event",
        "ADTTE PFS 3 subjects 2 events by TRTP: 1 of 2, 1 of 1",
    ]


def test_the_verdict_alone_is_one_line(faulty: ag.Report):
    assert text(faulty, Detail.VERDICT) == (
        "REFUSED  1 error, 5 warnings, 1 note, 1 check not run (fails on: error)\n"
    )


def test_fail_on_never_says_so(clean: ag.Report):
    assert ag.render(clean, "text", None).startswith("PASSED  no findings (no finding fails the gate)\n")


@pytest.mark.parametrize("width", [40, 60, 100, 200])
def test_no_line_is_wider_than_asked_and_no_word_is_lost(faulty: ag.Report, width: int):
    narrow = text(faulty, width=width)
    assert max(map(len, narrow.splitlines())) <= width
    assert "".join(narrow.split()).count("AVALisnegative") == 1
    squeezed = "".join(narrow.split())
    for example in faulty.findings[0].examples[:EXAMPLES]:
        assert f"record{example.record})" in squeezed


def test_colours_add_nothing_to_the_words(faulty: ag.Report):
    import re

    coloured = text(faulty, colour=True)
    assert "\x1b[1;31mREFUSED\x1b[0m" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == text(faulty).splitlines()
    assert "\x1b" not in text(faulty)


def test_the_environment_does_not_change_a_rendering(faulty: ag.Report, monkeypatch: pytest.MonkeyPatch):
    before = text(faulty), text(faulty, colour=True)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.setenv(name, "13")
    assert (text(faulty), text(faulty, colour=True)) == before


def test_nothing_from_a_file_can_command_the_terminal_or_the_markup(faulty: ag.Report):
    hostile = "[red]x[/red] \x1b[2J\x07\r\n\u202e:smile:"
    finding = replace(
        faulty.findings[0],
        message=hostile,
        variables=("\x1b]0;x\x07",),
        examples=(Example(1, {"USUBJID": hostile}, {"\x1b[1m": hostile}),),
    )
    report = replace(
        faulty,
        findings=(finding,),
        inferred=(Inferred("ADTTE", "AVAL", hostile, hostile),),
        notes=(ReadingNote("ADSL", hostile),),
        inputs=(replace(faulty.inputs[0], dataset=hostile, path=hostile),),
        outcomes=(ag.Outcome("X", hostile, ag.Status.NOT_RUN, hostile),),
    )
    for detail in Detail:
        shown = text(report, detail, width=400)
        assert not {each for each in shown if not each.isprintable() and each != "\n"}
    assert "[red]x[/red] \\x1b[2J\\x07\\r\\n\\u202e:smile:" in shown


def test_plain_keeps_letters_of_every_script():
    assert plain("Ünïcode 日本 μg/mL") == "Ünïcode 日本 μg/mL"


def test_values_appear_only_where_the_report_has_them(faulty: ag.Report):
    finding = replace(faulty.findings[0], examples=(Example(3, {"USUBJID": "01"}, {}),), records=1)
    shown = text(replace(faulty, findings=(finding,)))
    assert "1 record by USUBJID: 01 (record 3)" in shown
    assert "AVAL -4" not in shown


def test_missing_keys_are_said(faulty: ag.Report):
    finding = replace(
        faulty.findings[0], examples=(Example(3, {"USUBJID": "", "ASEQ": None}, {}),), records=1
    )
    assert "by USUBJID, ASEQ: missing, missing (record 3)" in text(replace(faulty, findings=(finding,)))


def test_terminal_questions(tmp_path: Path):
    from adamgate.converters.terminal.streams import colours, columns, is_terminal

    class Terminal:
        def isatty(self) -> bool:
            return True

        def fileno(self) -> int:
            raise OSError

    terminal = Terminal()
    assert colours(terminal, {"TERM": "xterm"})
    assert not colours(terminal, {"TERM": "xterm", "NO_COLOR": "1"})
    assert not colours(terminal, {"TERM": "dumb"})
    assert not is_terminal(terminal, {"TERM": "dumb"})
    assert columns(terminal) == 100
    with (tmp_path / "log").open("w") as file:
        assert not colours(file, {"TERM": "xterm"})
        assert colours(file, {"FORCE_COLOR": "1"})
        assert not colours(file, {"FORCE_COLOR": "1", "NO_COLOR": "1"})
        assert not is_terminal(file, {"FORCE_COLOR": "1"})
        assert columns(file) == 100
