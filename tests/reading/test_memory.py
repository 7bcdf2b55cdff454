"""What does not fit into the memory that is allowed is kept on disk: nothing but that changes."""

import copy
import gc
import os
import pickle
import resource
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.values import kept_columns
from adamgate.converters.values.gathering import InMemory
from adamgate.converters.values.kept_columns import KeptColumns, OnDisk
from adamgate.converters.values.kept_file import KeptFile
from adamgate.converters.values.work_folder import WorkFolder
from adamgate.schemas.study.answers import AnswersInMemory

pytestmark = pytest.mark.slow

STUDIES = ["cartitude1", "cartitude1-broken", "cartitude1-json"]
SMALL = 1_000


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture(params=STUDIES)
def path(root, request):
    return root / "fixtures" / request.param


def same(one, other):
    """Two datasets that are equal in all that a user may ask of them."""
    pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True, check_categorical=True)
    assert one.variables == other.variables
    assert one.notes == other.notes
    assert one.description.__getstate__() == other.description.__getstate__()
    assert one.special_missing.keys() == other.special_missing.keys()
    for name, special in one.special_missing.items():
        np.testing.assert_array_equal(special.records, other.special_missing[name].records)
        np.testing.assert_array_equal(special.tags, other.special_missing[name].tags)


def assert_same_study(path, work):
    held, kept = ag.read(path), ag.read(path, memory=SMALL, work_dir=work)
    assert any(isinstance(each.columns, KeptColumns) for each in kept)
    for one, other in zip(held, kept, strict=True):
        same(one, other)
    first, second = (ag.render(ag.validate(study), "json") for study in (held, kept))
    assert first == second


def test_a_study_on_disk_is_the_same_study_with_the_same_report(path, work):
    assert_same_study(path, work)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "parquet", "json", "ndjson", "ndjson.gz"])
@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
def test_so_it_is_in_every_format(root, tmp_path, work, form):
    ag.convert(root / "fixtures/cartitude1", tmp_path / "out", to=form)
    assert_same_study(tmp_path / "out", work)


@pytest.mark.slow
def test_so_are_real_studies(shared, work):
    for folder in ("cdiscpilot/adam", "cdiscpilot/sdtm", "formats"):
        for file in sorted((shared / "data" / folder).rglob("*")):
            if file.suffix not in (".xpt", ".sas7bdat", ".json", ".ndjson"):
                continue
            try:
                held = ag.read(file)
            except ag.UnreadableInput:
                with pytest.raises(ag.UnreadableInput):
                    ag.read(file, memory=SMALL, work_dir=work)
                continue
            for one, other in zip(held, ag.read(file, memory=SMALL, work_dir=work), strict=True):
                same(one, other)


texts = st.lists(st.one_of(st.none(), st.text("ab \0é", max_size=3)), max_size=20)
numbers = st.lists(st.floats(allow_nan=True), max_size=20)


@given(texts=texts, numbers=numbers, first=st.integers(0, 25), count=st.integers(0, 25))
def test_any_part_of_a_column_comes_back_as_it_was(tmp_path_factory, texts, numbers, first, count):
    texts, numbers = texts[: len(numbers)], numbers[: len(texts)]
    columns = {
        "NUMBER": np.array(numbers, np.float64),
        "DATE": np.array([None if each != each else 1 for each in numbers], "datetime64[s]"),
        "STAMP": np.array([None if each != each else 1 for each in numbers], "datetime64[us]"),
        "TEXT": pd.array(texts, dtype="string[pyarrow]"),
        "CODED": pd.Categorical(texts, categories=pd.Index(sorted({*texts} - {None}), dtype=object)),
    }
    folder = WorkFolder(tmp_path_factory.getbasetemp())
    on_disk, in_memory = OnDisk(KeptFile(folder), AnswersInMemory(SMALL)), InMemory()
    before = kept_columns.BLOCK
    kept_columns.BLOCK = 7
    try:
        for name, values in columns.items():
            on_disk.add(name, values)
            in_memory.add(name, values)
        kept, held = on_disk.columns(len(numbers)), in_memory.columns(len(numbers))
        pd.testing.assert_frame_equal(kept.frame(), held.frame())
        for name in columns:
            some = held.column(name).iloc[first : first + count].reset_index(drop=True)
            pd.testing.assert_series_equal(kept.part(name, first, count), some)
    finally:
        kept_columns.BLOCK = before


def test_answers_stay_within_their_memory(root, work):
    study = ag.read(root / "fixtures/cartitude1", memory="100kB", work_dir=work)
    ag.validate(study)
    bound = study["ADTTE"].columns.answers
    assert 0 < bound.taken <= bound.most < 100_000
    assert len(study["ADTTE"].asked) < 20
    del study
    gc.collect()
    assert bound.taken == 0


def test_the_folder_is_for_the_owner_alone_and_goes_with_the_study(root, work):
    study = ag.read(root / "fixtures/cartitude1", memory=SMALL, work_dir=work)
    (folder,) = work.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
    dataset = study["ADTTE"]
    del study
    assert len(dataset["AVAL"]) == len(dataset)
    del dataset
    gc.collect()
    assert list(work.iterdir()) == []


def test_nothing_is_made_where_everything_fits(root, work):
    study = ag.read(root / "fixtures/cartitude1", memory="500MB", work_dir=work)
    ag.validate(study)
    assert list(work.iterdir()) == []


def test_a_dataset_on_disk_is_sent_to_another_process_as_its_path(root, work):
    study = ag.read(root / "fixtures/cartitude1", memory=SMALL, work_dir=work)
    sent = pickle.dumps(study["ADTTE"])
    assert len(sent) < 30_000
    same(study["ADTTE"], pickle.loads(sent))


def test_a_copy_keeps_the_data_and_a_pickle_does_not(root, work):
    study = ag.read(root / "fixtures/cartitude1", memory=SMALL, work_dir=work)
    expected, sent, copied = study["ADTTE"].frame, pickle.dumps(study["ADTTE"]), copy.deepcopy(study)
    del study
    gc.collect()
    pd.testing.assert_frame_equal(copied["ADTTE"].frame, expected)
    del copied
    gc.collect()
    with pytest.raises(ag.UnreadableInput, match="data kept on disk no longer exist"):
        pickle.loads(sent).frame  # noqa: B018


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_threads_and_forked_processes_find_the_same_values(root, work):
    dataset = ag.read(root / "fixtures/cartitude1", memory=SMALL, work_dir=work)["ADTTE"]
    names = [each.name for each in dataset.variables]
    expected = {name: dataset[name].tolist() for name in names}

    def wrong(_):
        asked = ((name, first) for first in range(0, 200, 3) for name in names)
        return [
            (name, first)
            for name, first in asked
            if str(dataset.part(name, first, 5).tolist()) != str(expected[name][first : first + 5])
        ]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(wrong, range(4))) == [[]] * 4
    if hasattr(os, "fork"):
        children = []
        for _ in range(3):
            child = os.fork()
            if not child:
                os._exit(1 if wrong(0) else 0)
            children.append(child)
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]


@pytest.mark.slow
def test_threads_judge_a_study_on_disk_as_one_does(root, work):
    study = ag.read(root / "fixtures/cartitude1", memory=SMALL, work_dir=work)
    with ThreadPoolExecutor(3) as threads:
        reports = list(threads.map(lambda _: ag.render(ag.validate(study), "json"), range(6)))
    assert set(reports) == {ag.render(ag.validate(study), "json")}


def test_a_relative_folder_is_that_of_the_reading(root, work, monkeypatch):
    monkeypatch.chdir(work.parent)
    study = ag.read(root / "fixtures/cartitude1", memory=SMALL, work_dir="work")
    assert list(work.iterdir())
    monkeypatch.chdir(root)
    assert len(study["ADTTE"].frame) == len(study["ADTTE"])
    del study
    gc.collect()
    assert list(work.iterdir()) == []


def texts_that_never_repeat(records, variables):
    letters = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", np.uint8)
    rng = np.random.default_rng(1)
    for name in variables:
        texts = rng.choice(letters, (records, 53)).view("S53").ravel()
        yield name, [f"{number:07d}{text.decode()}" for number, text in enumerate(texts)]


ABOVE_IMPORTS = """
import sys
from pathlib import Path
import pyarrow.compute, pyarrow.parquet
import adamgate as ag
import adamgate.converters.reading.read, adamgate.converters.formats.csv.reader
import adamgate.schemas.gate.validate, adamgate.schemas.gate.execution

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024

ag.rule_book()
before = peak()
ag.validate(ag.read(sys.argv[1], memory="64MB", work_dir=sys.argv[2]))
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs the peak of a process as Linux has it"
)
@pytest.mark.parametrize(
    ("name", "texts"),
    [("adae", ["AETERM", "AELLT", "AEDECOD", "AESPID"]), ("adtte", ["EVNTDESC", "CNSDTDSC"])],
)
def test_the_bound_holds_for_text_that_is_different_in_every_record(tmp_path, work, name, texts):
    records = 300_000
    number = np.arange(records)
    columns = {"STUDYID": "ST", "USUBJID": pd.Series(number // 30).map("S-{:06d}".format)}
    if name == "adae":
        columns |= {"AESEQ": number % 30 + 1, "AESER": "N", "TRTEMFL": "Y", "AEBODSYS": "Cardiac disorders"}
        columns |= {"ASTDT": np.datetime64("2020-01-01") + number % 300}
    else:
        columns |= {
            "PARAMCD": [f"P{each % 30}" for each in number],
            "CNSR": number % 2,
            "AVAL": number % 97 + 1,
        }
    columns |= dict(texts_that_never_repeat(records, texts))
    pd.DataFrame(columns).to_csv(tmp_path / f"{name}.csv", index=False)

    command = [sys.executable, "-c", ABOVE_IMPORTS, str(tmp_path / f"{name}.csv"), str(work)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)

    assert int(ended.stdout) <= 128_000_000


COMMAND = [sys.executable, "-m", "adamgate", "validate", "--memory", "1KB", "-q", "--work-dir"]


@pytest.fixture
def waiting(root, tmp_path, work):
    """A run that has its data on disk, within a rule of its user's that takes long."""
    started = tmp_path / "started"
    (tmp_path / "slow.py").write_text(SLOW.format(started=str(started)))
    command = [*COMMAND, str(work), "--rules", str(tmp_path / "slow.py"), str(root / "fixtures/cartitude1")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not started.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert started.exists(), process.stderr.read() if process.poll() is not None else "not started"
        yield process
        process.kill()


SLOW = '''
import pathlib, time
import adamgate as ag

@ag.rule("ACME001", title="Slow", severity=ag.Severity.NOTE, grain=ag.Grain.DATASET, needs=("PARAMCD",))
def slow(data):
    """Waits."""
    pathlib.Path({started!r}).touch()
    time.sleep(60)
    return ()
'''


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_run_that_is_ended_removes_its_folder(waiting, work, number):
    assert len(list(work.iterdir())) == 1
    waiting.send_signal(number)
    assert waiting.wait(30) == 128 + number
    assert list(work.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_what_a_killed_run_left_goes_with_the_next(root, waiting, work):
    waiting.kill()
    waiting.wait()
    assert len(list(work.iterdir())) == 1
    subprocess.run([*COMMAND, str(work), str(root / "fixtures/cartitude1")], check=True)
    assert list(work.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="needs a bound of file sizes")
def test_a_full_disk_is_an_output_that_cannot_be_written(root, work):
    def no_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))

    command = [*COMMAND, str(work), str(root / "fixtures/cartitude1")]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, preexec_fn=no_room)
    assert ended.returncode == 4
    first, where, advice = ended.stderr.splitlines()
    assert first == "error: the work folder cannot be written: File too large"
    assert where.startswith(f"  where: {work}")
    assert "--work-dir" in advice
    assert list(work.iterdir()) == []


def test_a_file_that_somebody_shortened_ends_no_process(root, work):
    study = ag.read(root / "fixtures/cartitude1", memory=SMALL, work_dir=work)
    for file in work.rglob("*.columns"):
        os.truncate(file, 10)
    with pytest.raises(ag.UnreadableInput, match="the work folder was changed by another program"):
        study["ADTTE"].frame  # noqa: B018


@pytest.mark.parametrize("given", ["many", "-1MB", 0, -5, True, 1.5, "64 XB"])
def test_a_size_that_is_none_is_named(root, given):
    with pytest.raises(ag.ConfigurationError, match="is not a value of memory"):
        ag.read(root / "fixtures/cartitude1", memory=given)


def test_a_folder_that_is_not_there_is_named(root, tmp_path):
    with pytest.raises(ag.ConfigurationError, match="the folder does not exist"):
        ag.read(root / "fixtures/cartitude1", memory=SMALL, work_dir=tmp_path / "absent")


def test_a_folder_that_cannot_be_written_is_named(root, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(
        ag.UnwritableOutput, match="the work folder cannot be written: Permission denied"
    ) as told:
        ag.read(Path(root / "fixtures/cartitude1"), memory=SMALL, work_dir=tmp_path)
    assert "--work-dir, or --shared-dir if that is set" in str(told.value)
