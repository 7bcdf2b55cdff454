"""The record of a run, and `adamgate verify`, which compares files with it."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from adamgate.converters.pipeline.record import SCHEMA, AlteredRecord, read_record
from adamgate.converters.pipeline.verify import verification_lines, verify


def lines() -> list[dict]:
    return [json.loads(line) for line in Path("run.jsonl").read_text().splitlines()]


def test_each_line_is_of_the_published_schema(after_run):
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    found = lines()
    assert [each["line"] for each in found] == ["run", "step", "step", "step", "step", "end"]
    for each in found:
        Draft202012Validator(schema).validate(each)


def test_lines_are_chained_and_the_last_hash_is_that_of_the_file(after_run):
    written = Path("run.jsonl").read_bytes().splitlines(keepends=True)
    before = [None, *(hashlib.sha256(line).hexdigest() for line in written)]
    assert [each["previous"] for each in lines()] == before[:-1]
    assert (
        subprocess.run(["sha256sum", "-c", "run.jsonl.sha256"], capture_output=True, check=False).returncode
        == 0
    )


def test_the_record_says_what_was_read_written_and_found(after_run):
    adam, gate, os_, pfs = (each for each in lines() if each["line"] == "step")
    assert [each["path"] for each in adam["inputs"]] == ["raw/adsl.csv", "raw/cm.csv", "raw/rs.csv"]
    (output,) = adam["outputs"]
    content = Path("adam/adtte.xpt").read_bytes()
    assert output == {
        "path": "adam/adtte.xpt",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    effects = {(each["policy"], each["value"], each["effect"]): each["count"] for each in adam["policies"]}
    assert effects["source.NEWTX: impute", "first", "partial dates imputed, up to the month"] == 2
    assert gate["findings"] == {"error": 0, "warning": 5, "note": 2}
    assert set(adam["specification"]) >= {
        "[step.adam]",
        "[derive.ADTTE]",
        "[endpoint.PFS]",
        "[source.PD]",
        "[study]",
    }
    assert "[table.pfs]" not in adam["specification"]
    assert "[table.os_km]" not in pfs["specification"]
    assert [each["exit_code"] for each in (adam, gate, os_, pfs)] == [0, 0, 0, 0]
    assert "SYNTH" not in Path("run.jsonl").read_text(), "no subjects"


def test_verify_finds_all_as_recorded(after_run, tmp_path, monkeypatch):
    ran = after_run("verify", "run.jsonl")
    assert (ran.code, ran.out) == (0, "VERIFIED  run.jsonl: 4 steps, 4 inputs, 7 outputs as recorded\n")
    monkeypatch.chdir(tmp_path)
    assert after_run("verify", "project/run.jsonl").code == 0


def edited(name):
    def edit():
        content = bytearray(Path(name).read_bytes())
        content[len(content) // 2] ^= 1
        Path(name).write_bytes(content)

    return edit


def altered(old, new):
    def edit():
        text = Path("run.jsonl").read_text()
        assert old in text
        Path("run.jsonl").write_text(text.replace(old, new, 1))

    return edit


def rechained():
    """Alter a count, and make the hashes of the lines after it again."""
    previous, written = None, []
    for each in lines():
        each["previous"] = previous
        if each.get("step") == "gate":
            each["findings"]["error"] = 7
        line = json.dumps(each) + "\n"
        previous = hashlib.sha256(line.encode()).hexdigest()
        written.append(line)
    Path("run.jsonl").write_text("".join(written))


def without_a_line(number):
    def edit():
        written = Path("run.jsonl").read_text().splitlines(keepends=True)
        del written[number]
        Path("run.jsonl").write_text("".join(written))

    return edit


TAMPERED = {
    "an output by one byte": (edited("tables/pfs.csv"), "output tables/pfs.csv (step pfs): changed"),
    "a dataset by one byte": (edited("adam/adtte.xpt"), "output adam/adtte.xpt (step adam): changed"),
    "an output removed": (Path("report.json").unlink, "output report.json (step gate): is not present"),
    "an input changed": (edited("raw/cm.csv"), "input raw/cm.csv (step adam, gate, os, pfs): changed"),
    "an input removed": (
        Path("raw/rs.csv").unlink,
        "input raw/rs.csv (step adam, gate, os, pfs): is not present",
    ),
    "the settings": (edited("adamgate.toml"), "specification adamgate.toml: changed"),
    "a count in the record": (altered('"warning": 5', '"warning": 0'), "line 3 was altered"),
    "the first line": (altered('"folder": "."', '"folder": ".."'), "line 1 was altered"),
    "the end": (altered('"steps": 4', '"steps": 5'), "record"),
    "a line removed": (without_a_line(2), "a line is missing"),
    "the last line removed": (without_a_line(-1), "altered: its SHA-256 is not that of run.jsonl.sha256"),
    "the first line removed": (without_a_line(0), "line 1 is not the first line"),
    "a record made again with its hashes": (
        rechained,
        "altered: its SHA-256 is not that of run.jsonl.sha256",
    ),
    "no seal": (Path("run.jsonl.sha256").unlink, "run.jsonl.sha256: is not present"),
    "another seal": (lambda: Path("run.jsonl.sha256").write_text("x"), "does not have a SHA-256"),
    "an empty record": (lambda: Path("run.jsonl").write_text(""), "it is empty"),
    "no record": (lambda: Path("run.jsonl").write_text("[1]\n"), "line 1 is not a line of a record"),
    "other keys": (lambda: Path("run.jsonl").write_text('{"previous": null}\n'), "does not have the keys"),
}


@pytest.mark.parametrize("tampered", TAMPERED)
def test_verify_notices(after_run, tampered):
    edit, said = TAMPERED[tampered]
    edit()
    ran = after_run("verify", "run.jsonl")
    assert ran.code == 1
    assert ran.out.startswith("DIFFERENT  run.jsonl: ")
    assert said in ran.out
    assert json.loads(after_run("verify", "run.jsonl", "--format", "json").out)["equal"] is False


@pytest.mark.slow
def test_verify_notices_one_byte_of_each_file(after_run):
    recorded = {
        one["path"]
        for each in lines()
        if each["line"] == "step"
        for one in (*each["inputs"], *each["outputs"])
    }
    files = [Path(name) for name in sorted(recorded | {"adamgate.toml", "run.jsonl", "run.jsonl.sha256"})]
    assert len(files) == 13
    for path in files:
        content = path.read_bytes()
        flipped = [
            content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            for place in (0, len(content) // 2, len(content) - 1)
        ]
        if path.name == "run.jsonl.sha256":
            flipped = flipped[:1]  # the rest is the name of the file, and how lines end
        for altered in (*flipped, content[:-1], content + b"\n", b""):
            if path.name == "run.jsonl.sha256" and altered.startswith(content[:64]):
                continue
            path.write_bytes(altered)
            assert not verify("run.jsonl").equal, path
        path.unlink()
        if path.name == "run.jsonl":
            assert after_run("verify", "run.jsonl").code == 3
        else:
            assert not verify("run.jsonl").equal, path
        path.write_bytes(content)
    assert verify("run.jsonl").equal


def test_verify_notices_each_line_that_is_moved(after_run):
    path = Path("run.jsonl")
    content = path.read_bytes()
    written = content.splitlines(keepends=True)
    for place, line in enumerate(written):
        others = [*written[:place], *written[place + 1 :]]
        moved = [[*others[:to], line, *others[to:]] for to in range(len(written)) if to != place]
        for altered in (others, [*written[: place + 1], *written[place:]], *moved):
            path.write_bytes(b"".join(altered))
            assert not verify("run.jsonl").equal, place
    path.write_bytes(content)
    assert verify("run.jsonl").equal


def test_verify_notices_another_version(after_run, monkeypatch):
    from adamgate.converters.pipeline import verify

    monkeypatch.setattr(verify, "versions", lambda: {"adamgate": "99"})
    ran = after_run("verify", "run.jsonl")
    assert ran.code == 1
    assert "version adamgate (step adam, gate, os, pfs): 99 is installed, " in ran.out


def test_verify_knows_an_output_by_its_content(after_run, tmp_path):
    found = tmp_path / "found.csv"
    found.write_bytes(Path("tables/pfs.csv").read_bytes())
    ran = after_run("verify", "run.jsonl", str(found))
    assert ran.code == 0
    assert f"{found}: output tables/pfs.csv of step pfs, from adam/adtte.xpt, raw/adsl.csv" in ran.out
    found.write_text("other")
    ran = after_run("verify", "run.jsonl", str(found))
    assert ran.code == 1
    assert f"{found}: not an output of the run\n" in ran.out


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report.json", "tables/pfs.codebook.json"])
def test_verify_says_which_run_an_edited_document_names(after_run, tmp_path, name):
    found = tmp_path / "found.json"
    found.write_bytes(Path(name).read_bytes() + b" ")
    step = "gate" if name == "report.json" else "pfs"
    said = f"not an output of the run; it names step {step} after"
    ran = after_run("verify", "run.jsonl", str(found))
    assert (ran.code, f"{said} the recorded steps before it" in ran.out) == (1, True)
    after_run.edit("raw/cm.csv", "2024", "2023")
    after_run("run", "-q")
    ran = after_run("verify", "run.jsonl", str(found))
    assert f"{said} another record of step adam" in ran.out


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"run": null}', '{"run": {"step": 1, "after": [[]]}}', "[" * 100_000]
)
def test_verify_of_other_documents(after_run, tmp_path, content):
    found = tmp_path / "found.json"
    found.write_text(content)
    ran = after_run("verify", "run.jsonl", str(found))
    assert (ran.code, ran.out.splitlines()[-1]) == (1, f"  {found}: not an output of the run")


def test_verify_of_no_file(after_run):
    ran = after_run("verify", "gone.jsonl")
    assert (ran.code, "cannot be read" in ran.err) == (3, True)
    assert after_run("verify", "run.jsonl", "gone.csv").code == 3
    assert after_run("verify", "raw").code == 3


def test_verify_names_steps_without_outputs(project):
    project.edit("adamgate.toml", 'sources = ["raw"]', 'sources = ["raw", "rave"]')
    assert project("run").code == 3
    ran = project("verify", "run.jsonl")
    assert ran.code == 0
    assert "step adam: failed, input rave is not present" in ran.out
    assert "step gate: not run, step adam failed" in ran.out


@pytest.mark.slow
def test_a_record_elsewhere_leads_back_to_the_files(project, tmp_path):
    record = tmp_path / "records" / "trial.jsonl"
    assert project("run", "-q", "--record", str(record)).code == 0
    assert sorted(each.name for each in record.parent.iterdir()) == [
        "trial.jsonl",
        "trial.jsonl.sha256",
        "trial.times.jsonl",
    ]
    assert project("verify", str(record)).code == 0
    assert project("run", "--record", str(record)).states["adam"] == "unchanged"


def test_a_record_that_is_no_record_is_told(tmp_path):
    path = tmp_path / "run.jsonl"
    for content in (b"", b"\xff\n", b"{}\n", b'{"line": "run", "previous": null}\n', b"[" * 100_000 + b"\n"):
        path.write_bytes(content)
        with pytest.raises(AlteredRecord):
            read_record(path)


WILD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 9),
    st.just(0.5),
    st.sampled_from(["", "x", "../..", "a\0b", "\ud800", "/dev/zero", "x" * 5000]),
    st.sampled_from(
        [[], {}, [1], [{}], {"a": 1}, {"a": "b"}, [[]], [{"path": "x", "size": 1, "sha256": "y"}]]
    ),
)


def places(document, path=()):
    """Every place in a document, from the outside."""
    yield path
    parts = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for key, each in parts:
        yield from places(each, (*path, key))


@given(st.data())
def test_whatever_a_record_holds_it_is_told(finished, data):
    documents = [json.loads(line) for line in (finished / "run.jsonl").read_text().splitlines()]
    *path, last = data.draw(st.sampled_from([each for each in places(documents) if len(each) > 1]))
    part = documents
    for key in path:
        part = part[key]
    if data.draw(st.booleans()):
        part[last] = data.draw(WILD)
    else:
        del part[last]
    previous, written = None, []
    for each in documents:
        each["previous"] = previous
        line = json.dumps(each).encode() + b"\n"
        previous = hashlib.sha256(line).hexdigest()
        written.append(line)
    altered = finished.parent / "altered" / "run.jsonl"
    altered.parent.mkdir(exist_ok=True)
    altered.write_bytes(b"".join(written))
    found = verify(altered)
    assert not found.equal
    assert next(verification_lines(found)).startswith("DIFFERENT")
