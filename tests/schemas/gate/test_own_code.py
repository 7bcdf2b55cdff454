"""Rules of a user's own: nothing that they raise, yield or do to the process decides about the verdict."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import adamgate as ag
from adamgate import cli
from adamgate.schemas.errors import Terminated

DECLARED = {
    "title": "something is wrong",
    "severity": ag.Severity.ERROR,
    "grain": ag.Grain.RECORD,
    "structures": (ag.Structure.TTE,),
}


def judged(trial, function, **options):
    own = ag.rule("ACME001", **DECLARED)(function)
    return ag.validate(trial.study(), extra_rules=[own], select=["ACME001"], **options)


def raises(error):
    def rule(data):
        """It raises."""
        raise error

    return rule


def test_ctrl_c_ends_the_run_within_a_rule_too(trial):
    with pytest.raises(KeyboardInterrupt):
        judged(trial, raises(KeyboardInterrupt))


@pytest.mark.parametrize("error", [Terminated(0), Terminated(143), SystemExit(0), GeneratorExit()])
def test_an_exception_of_a_rule_is_never_taken_for_a_signal(trial, error):
    (outcome,) = judged(trial, raises(error)).not_run
    assert type(error).__name__ in outcome.reason


@pytest.mark.parametrize("swallowed", [True, False])
def test_a_signal_ends_the_run_whatever_a_rule_makes_of_it(trial, monkeypatch, swallowed):
    def rule(data):
        """A signal comes while it runs."""
        monkeypatch.setattr(Terminated, "code", 143)  # as the handler does
        if not swallowed:
            raise ValueError
        return []

    with pytest.raises(Terminated if swallowed else ValueError):
        judged(trial, rule)


class Sly(str):
    """A text whose every method ends the process."""

    __slots__ = ()

    def leave(self, *_):
        raise SystemExit(0)

    __str__ = __repr__ = __format__ = __eq__ = __len__ = __iter__ = __add__ = __contains__ = leave
    split = strip = encode = join = replace = isprintable = upper = startswith = leave
    __hash__ = str.__hash__


def masked(data):
    """A masked array, which has no true value."""
    yield ag.Fault(np.ma.array(np.ones(len(data), np.bool_), mask=True), ("AVAL",), "m")


class Sparing(np.ndarray):
    """An array whose copies hold nothing."""

    def copy(self, order="C"):
        return np.zeros(self.shape, np.bool_)


def sparing(data):
    """An array of a class of its own."""
    yield ag.Fault(np.ones(len(data), np.bool_).view(Sparing), ("AVAL",), "m")


@pytest.mark.parametrize("rule", [masked, sparing])
def test_a_mask_is_a_plain_array(trial, rule):
    (outcome,) = judged(trial, rule).not_run
    assert "a mask must be an array of" in outcome.reason


class Changing(ag.Fault):
    """A fault that says that it found nothing."""

    __slots__ = ()
    found = False


def test_what_is_found_does_not_depend_on_the_class_of_a_fault(trial):
    def rule(data):
        """A fault of a class of its own, with texts that are code."""
        texts = {"values": Sly("v"), "parameter": Sly("p"), "cause": Sly("c")}
        yield Changing(np.ones(len(data), np.bool_), (Sly("AVAL"),), Sly("it is wrong"), **texts)
        yield ag.Inference(Sly("AVAL"), Sly("it is so"))

    report = judged(trial, rule)
    (finding,) = report.findings
    assert (finding.variables, finding.message) == (("AVAL",), "it is wrong")
    assert {type(each) for each in (finding.message, finding.parameter, *finding.variables)} == {str}
    assert "it is wrong" in ag.render(report, "text")


class Unspeakable(Exception):
    def __str__(self):
        raise SystemExit(0)


def test_an_exception_that_cannot_be_shown_is_no_reason_to_end(trial):
    (outcome,) = judged(trial, raises(Unspeakable()), show_values=True).not_run
    assert outcome.reason == "an exception that cannot be shown"


def test_what_a_rule_is_called_is_plain_text():
    (rule,) = ag.rule(Sly("ACME001"), **{**DECLARED, "title": Sly("t")})(masked).rules
    assert (type(rule.id), type(rule.title)) == (str, str)


RULE = """
import os
import adamgate as ag
from adamgate.schemas.errors import Terminated
{first}
@ag.rule("ACME001", title="t", severity=ag.Severity.ERROR, grain=ag.Grain.RECORD)
def own(data):
    '''It does something to the process.'''
    {body}
    return []
"""
ADTTE = "STUDYID,USUBJID,PARAMCD,AVAL,CNSR\nS,S-01,OS,1,0\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "adtte.csv").write_text(ADTTE)
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(("first", "body"), [("os.chdir('../there')", "pass"), ("", "os.chdir('../there')")])
def test_a_rule_that_moves_to_another_folder_does_not_take_the_report_there(here, first, body):
    Path("own.py").write_text(RULE.format(first=first, body=body))
    assert cli.run(["validate", "data", "--rules", "own.py", "-o", "r.json", "-q"]) in (0, 1)
    assert (here / "r.json").exists()
    assert list((here.parent / "there").iterdir()) == []
    assert Path.cwd() == here


def test_a_rule_file_that_raises_our_own_signal_gives_no_exit_code_of_its_own(here):
    Path("own.py").write_text(RULE.format(first="raise Terminated(0)", body="pass"))
    assert cli.run(["validate", "data", "--rules", "own.py", "-q"]) == 2
    Path("own.py").write_text(RULE.format(first="", body="raise Terminated(0)"))
    assert cli.run(["validate", "data", "--rules", "own.py", "-q"]) == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGTERM")
def test_a_real_signal_within_a_rule_ends_the_run(here):
    body = "os.kill(os.getpid(), 15)"
    Path("own.py").write_text(RULE.format(first="", body=f"try: {body}\n    except BaseException: pass"))
    command = [sys.executable, "-m", "adamgate", "validate", "data", "--rules", "own.py"]
    ended = subprocess.run(command, check=False, capture_output=True, env=dict(os.environ))
    assert ended.returncode == 128 + signal.SIGTERM
