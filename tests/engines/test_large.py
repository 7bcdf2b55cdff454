"""Two million records are judged within a bound of memory, which they would exceed without one."""

import re
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_version,
    pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc"),
]

RECORDS = 2_000_000
MOST_BYTES = 650e6
"""Of the whole process: 530 MB were measured, and 800 MB without a bound."""


def test_two_million_records_in_bounded_memory(root, tmp_path):
    command = [sys.executable, str(root / "bench" / "large.py"), "--records", str(RECORDS), "--jobs", "1"]
    done = subprocess.run(
        [*command, "--memory", "256MB", "--within", str(tmp_path)], check=True, capture_output=True, text=True
    )
    records, jobs, _seconds, _speed, peak = done.stdout.splitlines()[-1].split()
    assert (records, jobs) == (f"{RECORDS:,}", "1")
    assert re.fullmatch(r"\d+", peak)
    assert 100e6 < int(peak) * 1e6 < MOST_BYTES
    assert not list(tmp_path.iterdir())
