"""Build the sdist and the wheel of the last commit, twice, and keep them if both times gave the same bytes.

    .venv-dist/bin/python workshop/release/distributions.py dist

The second build has another folder, another time zone, another language and files with other times: what
depends on these is found here, not by who builds the release again.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_HOOK = "import sys; from setuptools import build_meta; print(build_meta.build_{}(sys.argv[1]))"
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "4711"}
"""What may differ where somebody else builds."""


def exported(folder: Path, commit: str = "HEAD") -> Path:
    """The files of a commit in a folder, with modes that do not depend on who exports them."""
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "archive", "--format=tar", commit], check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def time_of(commit: str = "HEAD") -> int:
    """Seconds since 1970: the time of a commit."""
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct", commit]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def built(source: Path, out: Path, epoch: int, environment: Mapping[str, str] | None = None) -> list[Path]:
    """The sdist of a folder, and the wheel that is built from that sdist."""
    out.mkdir(parents=True, exist_ok=True)
    named = {**os.environ, **(environment or {}), "SOURCE_DATE_EPOCH": str(epoch)}
    sdist = _run_hook("sdist", source, out, named)
    repack(sdist, epoch)
    with tempfile.TemporaryDirectory() as unpacked:
        with tarfile.open(sdist) as tar:
            tar.extractall(unpacked, filter="data")
        (inside,) = Path(unpacked).iterdir()
        return [sdist, _run_hook("wheel", inside, out, named)]


def _run_hook(kind: str, source: Path, out: Path, environment: Mapping[str, str]) -> Path:
    command = [sys.executable, "-c", _HOOK.format(kind), str(out.resolve())]
    done = subprocess.run(
        command, cwd=source, env=environment, umask=0o022, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}the {kind} is not built")
    return out / done.stdout.splitlines()[-1]


def repack(sdist: Path, epoch: int) -> None:
    """The same members in order, with one time, no owner, and the mode of a file, a program or a folder.

    setuptools gives the members of an sdist the times and the owner of the files that it finds.
    """
    with tarfile.open(sdist) as tar:
        found = sorted(((member, tar.extractfile(member)) for member in tar), key=lambda pair: pair[0].name)
        contents = [(member, content.read() if content else None) for member, content in found]
    with (
        sdist.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=epoch) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for member, content in contents:
            member.mtime, member.uid, member.gid, member.uname, member.gname = epoch, 0, 0, "", ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            tar.addfile(member, None if content is None else io.BytesIO(content))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def built_twice(out: Path, commit: str = "HEAD") -> list[str]:
    """Build into a folder; what differs in a second build, by name."""
    epoch = time_of(commit)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory(prefix="another-place-") as two:
        kept = built(exported(Path(one, "source"), commit), out, epoch)
        again = exported(Path(two, "deeper", "adamgate"), commit)
        for path in again.rglob("*"):
            os.utime(path, (time.time(), time.time()))
        others = built(again, Path(two, "out"), epoch, ELSEWHERE)
        return [path.name for path, other in zip(kept, others, strict=True) if sha256(path) != sha256(other)]


def main(out: Path) -> int:
    changed = subprocess.run(
        ["git", "-C", str(ROOT), "status", "--porcelain"], check=True, capture_output=True, text=True
    ).stdout
    if changed:
        print("note: the last commit is built, without changes that are not committed", file=sys.stderr)
    for earlier in out.glob("adamgate*-*"):
        earlier.unlink()
    differing = built_twice(out)
    for name in differing:
        (out / name).unlink()
        print(f"{name}: a second build gives other bytes", file=sys.stderr)
    for path in sorted(out.glob("adamgate*-*")):
        print(f"{path}: {path.stat().st_size:,} bytes, the same in a second build, SHA-256 {sha256(path)}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
