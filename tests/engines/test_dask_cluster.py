"""A real cluster on this machine judges as one process does, also when it loses a worker in the middle."""

import functools
import gc
import json
import operator
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from local_cluster import Cluster, end, free_port
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate import cli
from adamgate.schemas.errors import ConfigurationError, UnreadableInput

pytest.importorskip("distributed")
import distributed

from adamgate.converters.engines import dask_cluster
from adamgate.converters.engines.dask_cluster import DaskCluster
from adamgate.converters.engines.engine import WorkerLost
from adamgate.converters.engines.judging import checks_at
from adamgate.converters.engines.kept_study import InFolder
from adamgate.converters.engines.placed_study import SharedPlace
from adamgate.converters.engines.worker_versions import refuse_other_versions, versions_here
from adamgate.converters.reading.read import read as reads
from adamgate.converters.reports import document_of
from adamgate.schemas.gate.subject_parts import parts_by_subject
from adamgate.schemas.gate.validate import judge

pytestmark = [pytest.mark.slow, pytest.mark.one_version, pytest.mark.filterwarnings("ignore")]


HOLDS_MEMORY = "(lambda held: (__import__('time').sleep(6), len(held))[1])(b'x' * 720_000_000)"
"""For a worker, which does not have this module."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.add("--no-nanny")
    made.add("--no-nanny")
    yield made
    made.close()


@pytest.fixture
def own_cluster(tmp_path):
    made = Cluster(tmp_path)
    yield made
    made.close()


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "adam"
    ag.write(two_arm_trial(), folder, to="parquet")
    return folder


def on(cluster):
    return ["--engine", "dask", "--scheduler", cluster.address, "-q"]


def nthreads(address):
    with distributed.Client(address, set_as_default=False) as client:
        return client.nthreads()


@contextmanager
def stopped(process):
    """A process that the system does not let go on, in the block."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def made(folder):
    folder.mkdir()
    return folder


@pytest.mark.parametrize("form", ["json", "html"])
def test_the_report_is_that_of_one_process(cluster, data, tmp_path, form):
    one, many = tmp_path / f"one.{form}", tmp_path / f"many.{form}"
    code = cli.run(["validate", str(data), "-q", "-o", str(one)])
    assert cli.run(["validate", str(data), *on(cluster), "-o", str(many)]) == code
    assert many.read_bytes() == one.read_bytes()


def test_of_parts_of_whole_subjects(cluster, data):
    study, engine = ag.read(data), DaskCluster(cluster.address)
    place = SharedPlace((data,), {}, records=40)
    assert parts_by_subject(study, place.records).number > 2
    report = judge(study, executor=checks_at(place, engine))
    engine.close()
    expected = judge(study)
    assert document_of(report, "json", ag.Severity.ERROR) == document_of(expected, "json", ag.Severity.ERROR)


@pytest.mark.parametrize("form", ["json", "html"])
@pytest.mark.parametrize("shared", [False, True], ids=["read by workers", "shared folder"])
def test_the_report_where_a_worker_is_killed_in_the_middle(
    own_cluster, data, tmp_path, monkeypatch, form, shared
):
    lost = own_cluster.add("--no-nanny")
    own_cluster.add("--no-nanny")
    one, many = tmp_path / f"one.{form}", tmp_path / f"many.{form}"
    code = cli.run(["validate", str(data), "-q", "-o", str(one)])
    options = ["--shared-dir", str(made(tmp_path / "shared"))] if shared else []
    results, ended = DaskCluster._result, []

    def killing(self, task, future):
        found = results(self, task, future)
        if not ended:
            ended.append(True)
            end(lost)
        return found

    monkeypatch.setattr(DaskCluster, "_result", killing)
    monkeypatch.setattr(dask_cluster.DaskCluster, "_require_workers", waiting_for(2))
    assert cli.run(["validate", str(data), *on(own_cluster), *options, "-o", str(many)]) == code
    assert ended
    assert many.read_bytes() == one.read_bytes()


@pytest.mark.parametrize("memory", [(), ("--memory", "1MB")], ids=["in memory", "bounded"])
def test_workers_fetch_from_a_folder_that_they_share(cluster, data, tmp_path, memory):
    shared, log = made(tmp_path / "shared"), tmp_path / "tasks.jsonl"
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    code = cli.run(["validate", str(data), "-q", "-o", str(one)])
    options = ["--shared-dir", str(shared), "--task-log", str(log), *memory]
    assert cli.run(["validate", str(data), *on(cluster), *options, "-o", str(many)]) == code
    assert many.read_bytes() == one.read_bytes()
    gc.collect()
    assert not list(shared.iterdir())
    run, *tasks = map(json.loads, log.read_text().splitlines())
    assert run["log"] == "adamgate tasks"
    assert len({each["worker"] for each in tasks}) == 2
    assert all(each["peak_mb"] > 50 and each["seconds"] >= 0 for each in tasks)


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Where workers that begin now write what does not fit into memory."""
    folder = made(tmp_path / "scratch")
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def written_in(folder):
    return [each.name for each in folder.rglob("*.columns")]


def test_workers_remove_what_they_have_written(own_cluster, data, tmp_path, monkeypatch, scratch):
    """Data of patients do not stay where a worker is, which goes on."""
    own_cluster.add("--no-nanny")
    results, seen = DaskCluster._result, []

    def seeing(self, task, future):
        found = results(self, task, future)
        seen.extend(written_in(scratch))
        return found

    monkeypatch.setattr(DaskCluster, "_result", seeing)
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    code = cli.run(["validate", str(data), "-q", "-o", str(one)])
    assert cli.run(["validate", str(data), *on(own_cluster), "--memory", "1MB", "-o", str(many)]) == code
    assert many.read_bytes() == one.read_bytes()
    assert seen
    assert written_in(scratch) == []


def test_a_run_that_is_ended_leaves_nothing_on_workers(own_cluster, data, tmp_path, monkeypatch, scratch):
    """The task that a worker is at goes on, and is the last one that needs the data."""
    own_cluster.add("--no-nanny")
    results = DaskCluster._result

    def ended(self, task, future):
        results(self, task, future)
        assert written_in(scratch)
        raise KeyboardInterrupt

    monkeypatch.setattr(DaskCluster, "_result", ended)
    out = tmp_path / "report.json"
    assert cli.run(["validate", str(data), *on(own_cluster), "--memory", "1MB", "-o", str(out)]) == 130
    until = time.monotonic() + 30
    while written_in(scratch) and time.monotonic() < until:
        time.sleep(0.2)
    assert written_in(scratch) == []


@pytest.fixture
def store(monkeypatch):
    """An object store of this machine, which workers that begin now find, too."""
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="trial")
    yield "s3://trial/adam"
    server.stop()


def test_workers_read_from_a_store(store, own_cluster, tmp_path):
    for _ in range(2):
        own_cluster.add("--no-nanny")
    ag.write(two_arm_trial(), store, to="parquet")
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    code = cli.run(["validate", store, "-q", "-o", str(one)])
    assert cli.run(["validate", store, *on(own_cluster), "-o", str(many)]) == code
    assert many.read_bytes() == one.read_bytes()


def test_a_folder_that_workers_do_not_see_is_told(cluster, data, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(InFolder, "__getstate__", lambda self: [tmp_path / "elsewhere" / "1"], raising=False)
    options = ["--shared-dir", str(made(tmp_path / "shared"))]
    assert cli.run(["validate", str(data), *on(cluster), *options]) == 3
    told = capsys.readouterr().err
    assert "a worker does not see the folder that data are kept in" in told
    assert "--shared-dir FOLDER" in told


@pytest.mark.parametrize("options", [(), ("--shared",)], ids=["read by workers", "shared folder"])
def test_a_survival_table_is_that_of_one_process(cluster, root, tmp_path, options):
    options = ["--shared-dir", str(made(tmp_path / "shared"))] if options else []
    common = ["survival", str(root / "fixtures" / "cartitude1"), "--param", "OS", "--unit", "months"]
    written = {}
    for name, elsewhere in {"one": ["-q"], "many": [*on(cluster), *options]}.items():
        folder = made(tmp_path / name)
        code = cli.run([*common, *elsewhere, "-o", str(folder / "os.csv")])
        written[name] = code, {each.name: each.read_bytes() for each in folder.iterdir()}
    assert written["many"] == written["one"]
    assert written["one"][0] == 0


def test_derived_datasets_are_those_of_one_process(cluster, root, tmp_path):
    project, raw, shared = tmp_path / "project", root / "fixtures" / "cartitude1-raw", tmp_path / "shared"
    shutil.copytree(root / "fixtures" / "cartitude1-project", project)
    shared.mkdir()
    common = ["derive", str(project / "adamgate.toml"), "--source", str(raw), "--for", "parquet"]
    for name, elsewhere in {"one": ["-q"], "many": [*on(cluster), "--shared-dir", str(shared)]}.items():
        assert cli.run([*common, *elsewhere, "--to", str(tmp_path / name)]) == 0
    one, many = (
        {each.name: each.read_bytes() for each in (tmp_path / name).iterdir()} for name in ("one", "many")
    )
    assert one == many
    assert "adtte.parquet" in one


def test_derivations_need_a_folder_that_workers_see(cluster, root, capsys):
    project = root / "fixtures" / "cartitude1-project" / "adamgate.toml"
    assert cli.run(["derive", str(project), "--source", str(root / "fixtures/cartitude1"), *on(cluster)]) == 2
    assert "add --shared-dir FOLDER" in capsys.readouterr().err


def waiting_for(workers):
    def wait(self):
        self._client.wait_for_workers(workers, timeout=30)

    return wait


def test_a_file_that_changes_meanwhile_is_refused(cluster, data, tmp_path, monkeypatch, capsys):
    def changing(*paths, **options):
        study = reads(*paths, **options)
        first = sorted(data.glob("*.parquet"))[0]
        changed = next(iter(reads(first)))
        ag.write(changed.replace(frame=changed.frame.iloc[:-1]), tmp_path / "another.parquet")
        (tmp_path / "another.parquet").replace(first)
        return study

    monkeypatch.setattr(ag, "read", changing)
    report = tmp_path / "r.json"
    assert cli.run(["validate", str(data), *on(cluster), "-o", str(report)]) == 3
    assert "a worker reads another file than this machine did" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("function", "task"),
    [(os._exit, 9), (functools.partial(operator.mul, b"x"), 2_000_000_000)],
    ids=["ends", "takes more memory than it may"],
)
def test_work_that_ends_every_worker_is_told_with_its_name(own_cluster, function, task):
    own_cluster.add("--memory-limit", "400MB")
    engine = DaskCluster(own_cluster.address)
    try:
        with pytest.raises(WorkerLost, match="every worker that began the work") as told:
            list(engine.map(function, [task]))
        assert told.value.exit_code == 3
    finally:
        engine.close()


def test_a_cluster_that_lost_all_its_workers_is_told(own_cluster, monkeypatch):
    monkeypatch.setattr(dask_cluster, "WITHOUT_WORKERS", 3.0)
    worker = own_cluster.add("--no-nanny")
    engine = DaskCluster(own_cluster.address)
    try:
        threading.Timer(1, end, [worker]).start()
        with pytest.raises(WorkerLost, match="all workers of the cluster are gone"):
            list(engine.map(time.sleep, [60.0]))
    finally:
        engine.close()


def test_a_scheduler_that_ends_is_told(own_cluster):
    own_cluster.add("--no-nanny")
    engine = DaskCluster(own_cluster.address)
    try:
        threading.Timer(1, end, [own_cluster.scheduler]).start()
        with pytest.raises(WorkerLost, match="connection to the scheduler was lost"):
            list(engine.map(time.sleep, [60.0]))
    finally:
        engine.close()


def test_a_scheduler_that_is_stopped_is_told(own_cluster, monkeypatch):
    monkeypatch.setattr(dask_cluster, "ANSWERING", 2.0)
    own_cluster.add("--no-nanny")
    engine = DaskCluster(own_cluster.address)
    try:
        with stopped(own_cluster.scheduler), pytest.raises(WorkerLost, match="connection to the scheduler"):
            list(engine.map(time.sleep, [1.0]))
    finally:
        engine.close()


def test_a_worker_that_is_stopped_before_the_run_is_named(own_cluster, monkeypatch):
    monkeypatch.setattr(dask_cluster, "ANSWERING", 3.0)
    own_cluster.add("--no-nanny")
    known = set(nthreads(own_cluster.address))
    worker = own_cluster.add("--no-nanny")
    (name,) = set(nthreads(own_cluster.address)) - known
    with stopped(worker), pytest.raises(UnreadableInput, match="cluster do not answer") as told:
        DaskCluster(own_cluster.address)
    assert told.value.where == name


def test_a_worker_that_is_stopped_at_the_end_is_not_waited_for(own_cluster, monkeypatch):
    monkeypatch.setattr(dask_cluster, "ANSWERING", 2.0)
    worker = own_cluster.add("--no-nanny")
    engine = DaskCluster(own_cluster.address)
    assert list(engine.map(abs, [-1])) == [1]
    with stopped(worker):
        began = time.monotonic()
        engine.close()
    assert time.monotonic() - began < 30


def test_workers_that_have_paused_are_told(own_cluster, monkeypatch):
    monkeypatch.setattr(dask_cluster, "WITHOUT_WORKERS", 3.0)
    monkeypatch.setenv("DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE", "0.01")
    own_cluster.add("--memory-limit", "2GB")
    engine = DaskCluster(own_cluster.address)
    try:
        time.sleep(1)  # a worker looks at its memory ten times a second
        with pytest.raises(WorkerLost, match="workers have paused") as told:
            list(engine.map(abs, [-1]))
        assert "--memory-limit" in str(told.value)
    finally:
        engine.close()


def test_a_worker_that_pauses_in_a_task_ends_it(own_cluster, monkeypatch):
    monkeypatch.setattr(dask_cluster, "WITHOUT_WORKERS", 1.0)
    own_cluster.add("--memory-limit", "1GB")
    engine = DaskCluster(own_cluster.address)
    try:
        assert list(engine.map(eval, [HOLDS_MEMORY])) == [720_000_000]
    finally:
        engine.close()


def test_a_scheduler_that_does_not_answer(data, monkeypatch, capsys):
    monkeypatch.setattr(dask_cluster, "CONNECTING", 1.0)
    address = f"tcp://127.0.0.1:{free_port()}"
    assert cli.run(["validate", str(data), "--engine", "dask", "--scheduler", address]) == 3
    told = capsys.readouterr().err
    assert "no Dask scheduler answers" in told
    assert address in told
    assert "Traceback" not in told


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""], ids=["words", "silence"])
def test_a_server_that_is_not_a_scheduler(data, monkeypatch, capsys, answer):
    monkeypatch.setattr(dask_cluster, "CONNECTING", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with suppress(OSError):
                while True:
                    one, _ = server.accept()
                    one.sendall(answer)
                    if not answer:
                        one.recv(1)  # as a web server waits for a request
                    one.close()

        threading.Thread(target=serve, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        assert cli.run(["validate", str(data), "--engine", "dask", "--scheduler", address]) == 3
    told = capsys.readouterr().err
    assert "no Dask scheduler answers" in told
    assert "Traceback" not in told


def test_a_cluster_without_workers(own_cluster, data, monkeypatch, capsys):
    monkeypatch.setattr(dask_cluster, "CONNECTING", 5.0)
    assert cli.run(["validate", str(data), *on(own_cluster)]) == 3
    assert "the cluster has no workers" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8786", "tcp://host", "http://host:1", "tcp://a:1\n", "tcp://a:1/b"]
)
def test_an_address_that_is_none(data, address, capsys):
    assert cli.run(["validate", str(data), "--engine", "dask", "--scheduler", address]) == 2
    assert "tcp://HOST:PORT" in capsys.readouterr().err


def test_an_engine_without_scheduler_and_a_scheduler_without_engine(data, capsys):
    assert cli.run(["validate", str(data), "--engine", "dask"]) == 2
    assert cli.run(["validate", str(data), "--scheduler", "tcp://127.0.0.1:8786"]) == 2
    told = capsys.readouterr().err
    assert "needs the address of the scheduler" in told
    assert "add --engine dask" in told


def test_workers_of_other_versions_are_refused_with_the_remedy():
    here = {"adamgate": "0.1.0", "pandas": "2.3.3"}
    with pytest.raises(ConfigurationError) as told:
        refuse_other_versions(here, {"tcp://b:1": {"adamgate": None, "pandas": "2.2.0"}, "tcp://a:1": here})
    assert str(told.value).startswith("workers have other versions than this machine")
    assert "tcp://b:1: adamgate not installed, here 0.1.0" in str(told.value)
    assert "tcp://b:1: pandas 2.2.0, here 2.3.3" in str(told.value)
    assert "tcp://a:1" not in str(told.value)


def test_a_worker_that_cannot_load_adamgate_is_refused(own_cluster, data, tmp_path, capsys):
    """As one that came later; of what is installed there when a run begins, the version is asked for."""
    package = tmp_path / "path" / "adamgate"
    package.unlink()
    made(package).joinpath("__init__.py").write_text("raise ImportError")
    own_cluster.add("--no-nanny")
    assert cli.run(["validate", str(data), *on(own_cluster)]) == 2
    told = capsys.readouterr().err
    assert "a worker cannot load what it is sent" in told
    assert "install the same versions on all machines" in told


def test_each_task_compares_versions_for_workers_that_came_later():
    assert dask_cluster.run_alone(abs, -1, versions_here()) == 1
    with pytest.raises(ConfigurationError, match="numpy"):
        dask_cluster.run_alone(abs, -1, versions_here() | {"numpy": "0.1"})


def test_a_task_that_is_done_between_two_looks_is_taken():
    class Future:
        """Done as soon as somebody has waited for it."""

        status, waited = "finished", False

        def result(self, timeout):
            if not self.waited:
                self.waited = True
                raise TimeoutError
            return 7

        def done(self):
            return self.waited

    engine = object.__new__(DaskCluster)
    engine._distributed = distributed
    assert engine._result("a task", Future()) == 7


def test_a_cluster_of_another_version_is_refused(cluster, data, monkeypatch, capsys):
    monkeypatch.setattr("pandas.__version__", "9.9.9")
    assert cli.run(["validate", str(data), *on(cluster)]) == 2
    assert "here 9.9.9" in capsys.readouterr().err


def test_distributed_is_not_imported_without_it(data, tmp_path):
    root = Path(ag.__file__).resolve().parent
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "adamgate").symlink_to(root)
    code = (
        "import sys; from adamgate import cli; "
        f"cli.run(['validate', {str(data)!r}, '-q']); "
        "assert not {'dask', 'distributed'} & set(sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "path")}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0
