"""A PostgreSQL of our own, in a folder of the tests; CI must have one, a clone need not."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_BINARIES = Path("/usr/lib/postgresql/15/bin")
_USER = "postgres"
_OPTIONS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=10 -k "


def _as_user(*command: str | Path) -> None:
    """PostgreSQL refuses to run as root."""
    user = ("setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups") if os.getuid() == 0 else ()
    subprocess.run([*user, *map(str, command)], check=True, capture_output=True, cwd="/", timeout=60)


@pytest.fixture(scope="session")
def _server() -> Iterator[str]:
    if not (_BINARIES / "initdb").exists():
        if os.environ.get("TESTS_REQUIRE_POSTGRES"):
            pytest.fail(f"{_BINARIES} is required here and absent")
        pytest.skip("no PostgreSQL 15")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # the path of a socket is short
    data = folder / "data"
    try:
        if os.getuid() == 0:
            shutil.chown(folder, _USER)
        _as_user(
            _BINARIES / "initdb",
            "-D",
            data,
            "-U",
            _USER,
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            f"--pwfile={_password_file(folder)}",
        )
        _as_user(
            _BINARIES / "pg_ctl", "-D", data, "-o", f"{_OPTIONS}{folder}", "-l", folder / "log", "-w", "start"
        )
        try:
            yield str(folder)
        finally:
            _as_user(_BINARIES / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


PASSWORD = "s3cret'\\ \""


def _password_file(folder: Path) -> Path:
    path = folder / "password"
    path.write_text(PASSWORD)
    path.chmod(0o644)
    return path


@pytest.fixture
def postgresql(_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database of the server, whose password is in the environment."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.setenv("PGHOST", _server)
    monkeypatch.setenv("PGUSER", _USER)
    return "postgresql:///postgres"


@pytest.fixture
def psql(postgresql: str) -> Callable[[str], str]:
    """Runs statements by PostgreSQL's own client."""

    def run(statements: str) -> str:
        command = [
            _BINARIES / "psql",
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            "postgres",
            "-c",
            statements,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.strip()

    return run


@pytest.fixture(
    params=["duckdb", *(pytest.param(each, marks=pytest.mark.slow) for each in ("sqlite", "postgresql"))]
)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place in a database of each kind."""
    if request.param == "postgresql":
        address = request.getfixturevalue("postgresql")
        return f"{address}?schema={tmp_path.name}"
    return f"{request.param}:///{tmp_path}/study.{request.param}"
