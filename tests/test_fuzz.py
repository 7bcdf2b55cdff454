"""The fuzzer itself: the same seed gives the same inputs, and every way to fail is noticed."""

import subprocess
import sys
import time
from random import Random

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_version,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is measured by /proc"),
]


@pytest.fixture(scope="module")
def fuzz(root):
    """The module, with its folder importable as it is when it runs."""
    sys.path.insert(0, str(root / "fuzz"))
    try:
        import run

        yield run
    finally:
        sys.path.remove(str(root / "fuzz"))


@pytest.fixture(scope="module")
def worker(fuzz):
    return fuzz.Worker(1)


@pytest.mark.parametrize(("inputs", "targets", "code"), [(3, "csv", 0), (3, "xpt", 0), (2, "nothing", 1)])
def test_the_command_says_whether_all_inputs_were_read(root, inputs, targets, code):
    """As `make fuzz` runs it, without the path that tests have."""
    command = [sys.executable, str(root / "fuzz" / "run.py"), f"--inputs={inputs}", f"--targets={targets}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert ran.returncode == code, ran.stdout + ran.stderr
    if code == 0:
        assert f"{inputs} inputs in" in ran.stdout


def test_an_input_depends_on_seed_target_and_number_alone(fuzz, worker):
    time.sleep(2.1)  # an archive counts in steps of two seconds, a workbook in seconds
    again, other = fuzz.Worker(1), fuzz.Worker(2)
    for name in worker.targets:
        inputs = [worker.input(name, number)[0] for number in range(5)]
        assert inputs == [again.input(name, number)[0] for number in range(5)]
        if name not in ("frame", "study-of-frames", "parquet-types"):  # made while they run
            assert inputs != [other.input(name, number)[0] for number in range(5)]


def test_whole_inputs_are_damaged(worker):
    from mutations import mutated

    raw = bytes(range(256)) * 4
    damaged = [mutated(raw, [raw], Random(number)) for number in range(200)]
    assert sum(each != raw for each in damaged) > 180
    assert mutated(b"", [b""], Random(1)) is not None


@pytest.mark.parametrize(
    ("does", "kind"),
    [
        ("raise KeyError('x')", "KeyError at"),
        ("raise ag.UnreadableInput('the file does not fit into memory')", "UnreadableInput at"),
        ("bytearray(b'x' * 200_000_000)", "memory"),
        ("os.abort()", "the process died"),
        ("signal.raise_signal(signal.SIGSEGV)", "the process died"),
        ("exec('while True: pass')", "processor time"),
    ],
)
def test_every_way_to_fail_is_noticed_and_the_rest_is_read(does, kind, root, tmp_path):
    """One input in a hundred fails; those after it are read by a process of their own."""
    (tmp_path / "run.py").write_text((root / "fuzz/run.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "targets.py").write_text(
        "import os, signal\nimport adamgate as ag\n"
        "class Target:\n"
        "    allowed = (ag.AdamgateError,)\n"
        "    def make(self): return [{'x': b''}]\n"
        "    def run(self, path, random):\n"
        f"        if path.parent.name == '33': {does}\n"
        "TARGETS = {'one': Target()}\n"
        "def made(whole, random): return whole[0]\n",
        encoding="utf-8",
    )
    command = [sys.executable, str(tmp_path / "run.py"), "--inputs=100", "--jobs=1", f"--folder={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert kind in done.stdout
    assert "REPLAY=one:1:33" in done.stdout
    assert "100 inputs" in done.stdout
    assert "1 failures of 1 kinds" in done.stdout
