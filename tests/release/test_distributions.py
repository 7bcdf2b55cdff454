"""sdist and wheel: every tracked file, and the same bytes whoever builds them, wherever and whenever."""

import importlib.util
import io
import subprocess
import tarfile
import zipfile

import pytest


@pytest.fixture(scope="module")
def distributions(root):
    if not (root / ".git").exists():
        pytest.skip("needs git: distributions are built from a commit")
    spec = importlib.util.spec_from_file_location(
        "distributions", root / "workshop" / "release" / "distributions.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def built(distributions, tmp_path_factory):
    """The sdist and the wheel of the last commit."""
    folder = tmp_path_factory.mktemp("built")
    return distributions.built(distributions.exported(folder / "source"), folder, distributions.time_of())


def tracked(root) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-tree", "-rz", "--name-only", "HEAD"], cwd=root, check=True, capture_output=True, text=True
    )
    return {name for name in listed.stdout.split("\0") if name}


@pytest.mark.slow
@pytest.mark.one_version
def test_the_sdist_holds_every_tracked_file(root, built):
    with tarfile.open(built[0]) as tar:
        names = {member.name.partition("/")[2] for member in tar if member.isfile()}
    made = {name for name in names if name.startswith("adamgate.egg-info/")} | {"PKG-INFO", "setup.cfg"}
    assert made <= names
    assert names - made == tracked(root)


@pytest.mark.slow
@pytest.mark.one_version
def test_a_program_of_the_sdist_is_one_and_nobody_owns_it(built):
    with tarfile.open(built[0]) as tar:
        members = {member.name.partition("/")[2]: member for member in tar}
    assert members[".ci/run"].mode == 0o755
    assert members["cli.py"].mode == 0o644
    assert {(each.uid, each.gid, each.uname, each.gname) for each in members.values()} == {(0, 0, "", "")}
    assert len({each.mtime for each in members.values()}) == 1


@pytest.mark.slow
@pytest.mark.one_version
def test_the_wheel_states_its_licence_and_has_the_time_of_the_commit(built):
    with zipfile.ZipFile(built[1]) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = wheel.read(name).decode()
        times = {each.date_time for each in wheel.infolist()}
    assert "License-Expression: Apache-2.0" in metadata
    assert "License-File: LICENSE" in metadata
    assert len(times) == 1


@pytest.fixture
def small(distributions, tmp_path, monkeypatch):
    """A project of one module, with its commit, in place of ours."""
    project = tmp_path / "small"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "adamgate-small"\nversion = "1"\n[tool.setuptools]\npy-modules = ["small"]\n',
        encoding="utf-8",
    )
    (project / "small.py").write_text("", encoding="utf-8")
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    for command in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "small")):
        subprocess.run(["git", *command], cwd=project, check=True)
    monkeypatch.setattr(distributions, "ROOT", project)
    return project


@pytest.mark.slow
@pytest.mark.one_version
def test_two_builds_in_two_places_have_the_same_bytes(distributions, small, tmp_path, capsys):
    assert distributions.main(tmp_path / "dist") == 0
    said = capsys.readouterr()
    assert said.out.count("the same in a second build, SHA-256") == 2
    assert said.err == ""


@pytest.mark.slow
@pytest.mark.one_version
def test_what_depends_on_the_files_is_seen_and_not_kept(distributions, small, tmp_path, monkeypatch, capsys):
    """As setuptools leaves it, an sdist has the times of the files."""
    monkeypatch.setattr(distributions, "repack", lambda sdist, epoch: None)
    assert distributions.main(tmp_path / "dist") == 1
    assert "adamgate_small-1.tar.gz: a second build gives other bytes" in capsys.readouterr().err
    assert [path.suffix for path in (tmp_path / "dist").glob("adamgate*")] == [".whl"]


@pytest.mark.slow
@pytest.mark.one_version
def test_what_is_not_committed_is_not_built(distributions, small, tmp_path, capsys):
    (small / "small.py").write_text("added = 1\n", encoding="utf-8")
    assert distributions.main(tmp_path / "dist") == 0
    assert "changes that are not committed" in capsys.readouterr().err
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert zipfile.ZipFile(wheel).read("small.py") == b""


def test_a_repacked_archive_depends_on_names_and_contents_alone(distributions, tmp_path):
    def packed(name: str, order, **owner) -> bytes:
        path = tmp_path / name
        with tarfile.open(path, "w:gz") as tar:
            for each in order:
                member = tarfile.TarInfo(each)
                member.size = len(each)
                for key, value in owner.items():
                    setattr(member, key, value)
                tar.addfile(member, io.BytesIO(each.encode()))
        distributions.repack(path, 1_700_000_000)
        return path.read_bytes()

    one = packed("one.tar.gz", ["p/a", "p/b"], uid=1000, uname="ann", mtime=1.5, mode=0o664)
    two = packed("two.tar.gz", ["p/b", "p/a"], uid=0, uname="root", mtime=9, mode=0o600)
    assert one == two
    with tarfile.open(tmp_path / "one.tar.gz") as tar:
        assert {member.name: tar.extractfile(member).read() for member in tar} == {
            "p/a": b"p/a",
            "p/b": b"p/b",
        }
