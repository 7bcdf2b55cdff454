"""A real cluster on this machine judges as one process does, also when it loses a worker in the middle."""

import functools
import operator
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from local_cluster import Cluster, end, free_port
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate import cli
from adamgate.schemas.errors import ConfigurationError

pytest.importorskip("distributed")
from adamgate.converters.engines import dask_cluster
from adamgate.converters.engines.dask_cluster import DaskCluster
from adamgate.converters.engines.engine import WorkerLost
from adamgate.converters.engines.judging import checks_at
from adamgate.converters.engines.placed_study import SharedPlace
from adamgate.converters.engines.worker_versions import refuse_other_versions
from adamgate.converters.reading.read import read as reads
from adamgate.converters.reports import document_of
from adamgate.schemas.gate.check import CheckOptions
from adamgate.schemas.gate.elsewhere import Opened
from adamgate.schemas.gate.subject_parts import parts_by_subject
from adamgate.schemas.gate.validate import judge

pytestmark = [pytest.mark.slow, pytest.mark.one_version, pytest.mark.filterwarnings("ignore")]


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


def test_the_report_where_a_worker_is_killed_in_the_middle(own_cluster, data, tmp_path, monkeypatch):
    lost = own_cluster.add("--no-nanny")
    own_cluster.add("--no-nanny")
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    code = cli.run(["validate", str(data), "-q", "-o", str(one)])
    results, ended = DaskCluster._result, []

    def killing(self, task, future):
        found = results(self, task, future)
        if not ended:
            ended.append(True)
            end(lost)
        return found

    monkeypatch.setattr(DaskCluster, "_result", killing)
    monkeypatch.setattr(dask_cluster.DaskCluster, "_require_workers", waiting_for(2))
    assert cli.run(["validate", str(data), *on(own_cluster), "-o", str(many)]) == code
    assert ended
    assert many.read_bytes() == one.read_bytes()


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


def test_a_worker_that_came_later_with_other_versions_is_refused(data, monkeypatch):
    study = ag.read(data)
    kept = SharedPlace((data,), {}).keep(Opened(study, CheckOptions()))
    assert list(kept.open().study.datasets) == list(study.datasets)
    monkeypatch.setattr("numpy.__version__", "0.1")
    with pytest.raises(ConfigurationError, match="workers have other versions than this machine"):
        kept.open()


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
    engine._distributed = pytest.importorskip("distributed")
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
