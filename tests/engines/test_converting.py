"""What several processes or a cluster convert is what one converts: bytes, messages, exit codes, manifest."""

import errno
import os
import pickle
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import warnings
import zipfile
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conversion_worker import killed_while_writing
from local_cluster import Cluster, end

import adamgate as ag
from adamgate import cli
from adamgate.converters.engines import converting, engine_of
from adamgate.converters.engines.converting import FileTask, convert_file, converted_on
from adamgate.converters.formats import writable
from adamgate.converters.terminal import engines_run
from adamgate.converters.writing import atomic
from adamgate.converters.writing.conversion_run import Request
from adamgate.converters.writing.target import Target
from adamgate.schemas.study.variable import SpecialMissing

SUFFIXES = [suffix[1:] for suffix in writable()]
needs_posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


class Pickling:
    """Does in this process what workers do, with all that is sent in pickles."""

    workers = 2

    def __init__(self, before=lambda task: task):
        self.before, self.done = before, []

    def map(self, function, tasks):
        for task in tasks:
            sent = pickle.loads(pickle.dumps((function, self.before(task))))
            self.done.append(str(task))
            yield pickle.loads(pickle.dumps(sent[0](sent[1])))

    def close(self):
        pass


def dataset(name, **columns):
    frame = pd.DataFrame({"USUBJID": ["S-01", "S-02", "S-03"], "AVAL": [1.5, np.nan, 3.0], **columns})
    described = [
        ag.Variable("USUBJID", "Subject", "Char", 8, key_sequence=1),
        ag.Variable("AVAL", "Value", "Num", 8, "8.2"),
        *(
            ag.Variable(each, each.capitalize(), "Num" if each.endswith("DT") else "Char", None)
            for each in columns
        ),
    ]
    return ag.Dataset.from_frame(frame, name, f"Label of {name}", described)


def with_special_missing(data):
    tags = SpecialMissing(np.array([1]), np.array(["A"]))
    return replace_special(data, {"AVAL": tags})


def replace_special(data, special):
    return ag.Dataset(
        data.name, data.frame, data.variables, data.label, carries=data.carries, special_missing=special
    )


OPTIONS = {"catalog": None, "missing": (), "memory": None, "work_dir": None}
DAYS = pd.to_datetime(["2024-01-15", None, "2024-02-01"]).astype("datetime64[s]")
TIMES = pd.to_datetime(["2024-01-15 10:30", None, "2024-02-01 00:00"]).astype("datetime64[us]")


def put(data, path, **options):
    """Write it, whatever metadata the format has no place for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ag.MetadataNotKept)
        ag.write(data, path, **options)


def delivery(folder):
    """Six files: one that cannot be read, some that some formats cannot hold, one with two datasets."""
    datasets = (
        dataset("ADA", PARAMCD=["OS", "PFS", "OS"]),
        dataset("ADB", TEXT=["a\0b", "", "c"]),
        dataset("ADC", ASTDT=DAYS, AENDT=TIMES),
        with_special_missing(dataset("ADD")),
        dataset("ADE", LONGNAMED=["x", "y", "z"]),
    )
    for each in datasets:
        put(each, folder / "adam" / f"{each.name.lower()}.parquet")
    (folder / "adam" / "adf.parquet").write_bytes(b"PAR1 and no more")
    two = ag.Study.of(dataset("ADG", ARM=["A", "B", "A"]), dataset("ADH"))
    put(two, folder / "adam" / "two.xpt", one_file=True)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("delivered")
    delivery(folder)
    return folder


@pytest.fixture
def sides(delivered, tmp_path, monkeypatch):
    """Two folders with the same delivery: for one process, and for several."""
    for name in [name for name in os.environ if name.startswith(("ADAMGATE_", "SOURCE_DATE"))]:
        monkeypatch.delenv(name)
    for side in ("one", "many"):
        shutil.copytree(delivered, tmp_path / side)
        (tmp_path / side / ".git").mkdir()
    return tmp_path


def tree(folder):
    return {
        str(each.relative_to(folder)): each.read_bytes().replace(str(folder).encode(), b"HERE")
        if each.is_file()
        else None
        for each in folder.rglob("*")
    }


class Comparing:
    """Runs a command on both sides."""

    def __init__(self, folder, monkeypatch, capfd):
        self.folder, self.monkeypatch, self.capfd = folder, monkeypatch, capfd

    def ran(self, side, *words):
        self.monkeypatch.chdir(self.folder / side)
        code = cli.run(["convert", *words])
        told = (each.replace(str(self.folder / side), "HERE") for each in self.capfd.readouterr())
        return code, *told, tree(self.folder / side)

    def same(self, *words, elsewhere=("--jobs", "2")):
        """The exit code, and what was told, which are the same on both sides."""
        one, many = self.ran("one", *words), self.ran("many", *words, *elsewhere)
        assert many[:3] == one[:3]
        assert many[3] == one[3]
        return one[0], one[2]


@pytest.fixture
def compared(sides, monkeypatch, capfd):
    return Comparing(sides, monkeypatch, capfd)


@pytest.fixture
def pickling(monkeypatch):
    """Stands for two processes."""
    made = Pickling()

    @contextmanager
    def of_settings(_):
        yield made

    monkeypatch.setattr(engines_run, "_engine", of_settings)
    return made


# The same as one process


@pytest.mark.parametrize("to", SUFFIXES)
def test_every_format(compared, pickling, to):
    code, told = compared.same("adam", "out", "--to", to, "--manifest", "m.json")
    assert code in (3, 4)
    assert "written" in told
    assert len(pickling.done) == 7, "each file is a task"


ALTERNATIVES = {
    "all or none": "adam out --to csv --all-or-none",
    "all": "TWO out --to csv --all-or-none --manifest m.json",
    "all but one that is refused": "adam/ada.parquet adam/adb.parquet out --to csv --all-or-none",
    "repaired": "adam out --to xpt --fix --manifest out/m.json",
    "version 8": "adam out/new/folder --to xpt --xpt-version 8",
    "split": "adam out --to xpt --split-size 2000",
    "selected": "adam out --to csv --where \"ADA: PARAMCD == 'OS'\" --drop ADC.AVAL",
    "renamed": "adam out --to parquet --rename AVAL=VALUE --keep AVAL,ADA.PARAMCD --manifest m.json",
    "nothing left of one": "adam out --to csv --drop USUBJID,ADD.AVAL",
    "a name that none has": "adam out --to csv --drop AVALX",
    "a name that none of those read has": "TWO out --to csv --drop AVALX",
    "over the inputs": "adam adam --to parquet --overwrite",
    "beside the inputs": "TWO adam --to csv --manifest adam/m.json",
    "quiet": "adam out --to csv -q",
    "twice the same name": "adam again out --to parquet --manifest m.json",
    "an archive": "adam.zip out --to csv --manifest m.json",
    "a file that does not exist": "adam gone.xpt out --to parquet",
    "a file is in the way": "adam file/out --to parquet",
    "a folder is in the way": "adam taken --to parquet",
    "files are there": "adam there --to csv",
    "files are replaced": "adam there --to csv --overwrite",
    "one file": "adam/ada.parquet out.csv",
    "one file in a folder": "adam/adb.parquet out --to csv",
    "several datasets into one file": "TWO out.xpt --one-file",
    "a database": "adam sqlite:///out.db",
    "a database, all": "TWO sqlite:///out.db --manifest m.json",
    "an older part": "TWO parts --to xpt",
    "a second file of a dataset": "TWO second --to csv",
}
"""TWO are two files without defects."""


@pytest.mark.slow
@pytest.mark.parametrize("words", ALTERNATIVES.values(), ids=ALTERNATIVES)
def test_whatever_is_asked_for(compared, pickling, sides, words):
    for side in ("one", "many"):
        folder = sides / side
        (folder / "again").mkdir()
        shutil.copy(folder / "adam" / "ada.parquet", folder / "again")
        (folder / "file").write_text("no folder")
        (folder / "taken" / "ada.parquet").mkdir(parents=True)
        (folder / "there").mkdir()
        (folder / "there" / "ada.csv").write_text("USUBJID\n1\n")
        put(dataset("ADX"), folder / "there" / "adx.csv")
        put(dataset("ADA", PARAMCD=["OS"] * 3), folder / "parts" / "ada2.xpt")
        put(dataset("ADC"), folder / "second" / "other.csv")
        with zipfile.ZipFile(folder / "adam.zip", "w") as archive:
            for each in sorted((folder / "adam").iterdir()):
                archive.write(each, each.name)
    compared.same(*shlex.split(words.replace("TWO", "adam/ada.parquet adam/adc.parquet")))


def test_what_goes_into_a_folder_is_shared(pickling, compared):
    assert compared.same("adam/ada.parquet", "adam/adc.parquet", "out", "--to", "parquet")[0] == 0
    assert pickling.done == ["adam/ada.parquet", "adam/adc.parquet"]


@pytest.mark.slow
def test_a_define_beside_the_data(compared, pickling, root):
    for side in ("one", "many"):
        shutil.copytree(root / "fixtures" / "cartitude1", compared.folder / side / "trial")
        compared.monkeypatch.chdir(compared.folder / side)
        assert cli.run(["define", "trial", "-o", "trial/define.xml"]) == 0
        compared.capfd.readouterr()
    compared.same("trial", "out", "--to", "csv")
    compared.same("trial", "out", "--to", "xpt", "--manifest", "m.json")
    assert len(pickling.done) > 4


def test_the_time_that_is_stated(compared, pickling, monkeypatch):
    def without_time(task):
        monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        return task

    pickling.before = without_time
    for side, jobs in (("one", "1"), ("many", "2")):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        compared.ran(side, "adam/ada.parquet", "adam/adc.parquet", "out", "--to", "xpt", "--jobs", jobs)
    one, many = (tree(compared.folder / side / "out") for side in ("one", "many"))
    assert many == one
    assert b"14NOV23" in one["ada.xpt"]


def test_a_disk_that_is_full(compared, pickling, monkeypatch):
    write = atomic._write_temporary

    def full(file, undo):
        if "adc" in file.path.name and file.made is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, undo)

    monkeypatch.setattr(atomic, "_write_temporary", full)
    words = ("adam/ada.parquet", "adam/adc.parquet", "adam/ade.parquet", "out", "--to", "csv")
    code, told = compared.same(*words, "--manifest", "m.json")
    assert (code, told.count("No space left on device")) == (4, 1)
    assert compared.same(*words, "--overwrite", "--all-or-none")[0] == 4


def test_progress_is_told_of_each_file(delivered, tmp_path):
    told = []
    request = Request(Target.of(tmp_path / "out", "parquet"), progress=lambda *each: told.append(each))
    files = [delivered / "adam" / f"{name}.parquet" for name in ("ada", "adc")]
    converted_on(closing(Pickling()), files, OPTIONS, request)
    assert told == [("ada.parquet", 3, 3), ("adc.parquet", 3, 3)]


# What may be otherwise elsewhere


ON_DASK = ("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1")
TWO = ("adam/ada.parquet", "adam/adc.parquet", "out", "--to", "parquet")


def refused(compared, pickling, before):
    """What is told where workers are elsewhere; nothing is left behind."""
    pickling.before = before
    code, _, told, after = compared.ran("many", *TWO, *ON_DASK)
    assert not [each for each in after if each.startswith("out")]
    return code, told


def test_a_worker_that_does_not_see_the_folder_of_the_outputs(compared, pickling):
    def elsewhere(task):
        folder = Path("/nowhere/.adamgate")
        return replace(task, work=replace(task.work, staging=replace(task.work.staging, folder=folder)))

    code, told = refused(compared, pickling, elsewhere)
    assert code == 4
    assert "a worker does not see the folder where outputs are made" in told
    assert "write to a folder that is the same for all machines" in told
    assert platform.node() in told


def test_a_worker_that_does_not_see_the_work_folder_is_told_of_that_option(delivered, tmp_path):
    request = Request(Target.of(tmp_path / "out", "parquet"))
    work = converting._Work.of(OPTIONS, request, tmp_path / "gone", of_this_machine=False)
    to_store = replace(work, staging=replace(work.staging, target=Target.of("s3://bucket/out", "parquet")))
    with pytest.raises(ag.UnwritableOutput, match="set --shared-dir to a folder"):
        convert_file(FileTask(delivered / "adam" / "ada.parquet", to_store))


def test_a_worker_that_does_not_find_a_file(compared, pickling):
    code, told = refused(compared, pickling, lambda task: replace(task, file=Path("nowhere/ada.parquet")))
    assert code == 3
    assert "a worker does not find a file that this machine has" in told


@pytest.mark.parametrize("content", ["another dataset", "damaged"])
def test_a_worker_that_reads_another_file(compared, pickling, sides, content):
    other = sides / "other" / "ada.parquet"
    put(dataset("ADA"), other)
    if content == "damaged":
        other.write_bytes(b"PAR1 and no more")
    code, told = refused(compared, pickling, lambda task: replace(task, file=other))
    assert code == 3
    assert "a worker reads another file than this machine" in told
    assert "adam/ada.parquet" in told


def test_a_scheduler_and_an_engine_are_named_together(compared):
    assert compared.ran("one", *TWO, "--engine", "dask")[0] == 2
    code, _, told, _ = compared.ran("one", *TWO, "--scheduler", "tcp://127.0.0.1:1")
    assert (code, "add --engine dask" in told) == (2, True)


# Real processes


@pytest.mark.slow
@pytest.mark.parametrize("to", ["xpt", "csv"])
def test_two_processes(compared, to):
    elsewhere = ("--jobs", "2", "--task-log", "../tasks.jsonl")
    assert compared.same("adam", "out", "--to", to, "--manifest", "m.json", elsewhere=elsewhere)[0] == 4
    tasks = (compared.folder / "tasks.jsonl").read_text()
    assert tasks.count("adam/ada.parquet") == 1
    assert len(tasks.splitlines()) == 8, "the run, and each file"


class Killing:
    """An engine one of whose processes is killed while it writes the file of a task, as often as is said."""

    def __init__(self, marks, times):
        self._engine, self._marks, self._times = engine_of("processes", 2), marks, times
        marks.mkdir()

    def map(self, function, tasks):
        return self._engine.map(killed_while_writing, ((each, self._marks, self._times) for each in tasks))

    def close(self):
        self._engine.close()


@pytest.mark.slow
@needs_posix
@pytest.mark.parametrize("times", [1, 100])
def test_a_process_that_is_killed_while_it_writes(compared, monkeypatch, times):
    @contextmanager
    def of_settings(_):
        with closing(Killing(compared.folder / "marks", times)) as engine:
            yield engine

    monkeypatch.setattr(engines_run, "_engine", of_settings)
    if times == 1:
        assert compared.same(*TWO, "--manifest", "m.json")[0] == 0
        assert compared.ran("many", "adam/ada.parquet", "adam/ade.parquet", "out", "--to", "csv")[0] == 0
        return
    before = tree(compared.folder / "many")
    code, _, told, after = compared.ran("many", *TWO, "--jobs", "2")
    assert code == 3
    assert "a process was ended 3 times before its work was done" in told
    assert "adam/ada.parquet" in told
    assert after == before


RUN_THAT_IS_ENDED = """
import os, signal, sys
import adamgate.cli as cli
from adamgate.converters.engines import converting

number = int(sys.argv.pop())

def ended(*_):
    os.kill(os.getpid(), number)

converting.converted = ended
sys.argv[0] = "adamgate"
cli.main()
"""


def ended_by(number):
    """The exit code of a run that gets a signal when all files are made, and none is in its place."""
    command = [sys.executable, "-c", RUN_THAT_IS_ENDED, "convert", *TWO, "--jobs", "2", str(int(number))]
    return subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.slow
@needs_posix
def test_what_a_killed_run_left_goes_with_the_next_one(compared):
    compared.monkeypatch.chdir(compared.folder / "many")
    assert ended_by(signal.SIGKILL) == -signal.SIGKILL
    assert [each.name.rpartition(".")[2] for each in Path("out").iterdir()] == ["work"]
    assert compared.same(*TWO)[0] == 0


@pytest.mark.slow
@needs_posix
def test_a_run_that_is_told_to_end_leaves_nothing(compared):
    compared.monkeypatch.chdir(compared.folder / "many")
    before = tree(Path.cwd())
    assert ended_by(signal.SIGTERM) == 128 + signal.SIGTERM
    assert tree(Path.cwd()) == before


# A real cluster


@pytest.fixture
def cluster(tmp_path):
    pytest.importorskip("distributed")
    made = Cluster(tmp_path)
    made.add("--no-nanny")
    made.add("--no-nanny")
    yield made
    made.close()


def on(cluster):
    return ("--engine", "dask", "--scheduler", cluster.address)


@pytest.mark.slow
@pytest.mark.one_version
@pytest.mark.filterwarnings("ignore")
def test_workers_of_a_cluster_in_another_folder(compared, cluster, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert compared.same("adam", "out", "--to", "xpt", "--manifest", "m.json", elsewhere=on(cluster))[0] == 4
    words = (
        "adam",
        "selected",
        "--to",
        "csv",
        "--keep",
        "AVAL,ADA.PARAMCD",
        "--where",
        "ADA: PARAMCD == 'OS'",
    )
    assert compared.same(*words, elsewhere=on(cluster))[0] == 3


@pytest.mark.slow
@pytest.mark.one_version
@needs_posix
@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_is_killed_in_the_middle(compared, cluster, monkeypatch):
    from adamgate.converters.engines.dask_cluster import DaskCluster

    results, ended = DaskCluster._result, []

    def killing(self, task, future):
        found = results(self, task, future)
        if not ended:
            ended.append(True)
            end(cluster.workers[0])
        return found

    monkeypatch.setattr(DaskCluster, "_result", killing)
    assert compared.same("adam", "out", "--to", "xpt", "--manifest", "m.json", elsewhere=on(cluster))[0] == 4
    assert ended
