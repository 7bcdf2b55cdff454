"""Object stores: files are made here first, sent whole, all or none; what is read is what is there."""

import http.server
import os
import ssl
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import adamgate as ag
from adamgate import cli

s3fs = pytest.importorskip("s3fs")
boto3 = pytest.importorskip("boto3")
moto = pytest.importorskip("moto.server")

pytestmark = [
    pytest.mark.one_version,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept", "ignore::DeprecationWarning:botocore"),
]

FRAME = pd.DataFrame({"USUBJID": ["S-01", "S-02"], "AVAL": [1.5, None]})
SECRET = "n0t-t0-be-sh0wn"


def dataset(name: str = "ADX", **columns: object) -> ag.Dataset:
    return ag.Dataset.from_frame(FRAME.assign(**columns), name, f"Label of {name}")


class Bucket:
    """A bucket, as somebody else sees it."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name

    def __str__(self) -> str:
        return f"s3://{self.name}"

    def listed(self) -> list[str]:
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=self.name).get("Contents", ())]

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def content(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def unfinished(self) -> list[Any]:
        return self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])


@pytest.fixture(scope="module")
def _endpoint() -> Iterator[str]:
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    s3fs.S3FileSystem.clear_instance_cache()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(_endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Bucket:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": _endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    name = f"trial-{zlib.crc32(request.node.nodeid.encode())}"
    client.create_bucket(Bucket=name)
    return Bucket(client, name)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Any], None]]:
    """Replaces a function of stores, also of those that are open."""

    def replaced(name: str, by: Any) -> None:
        monkeypatch.setattr(s3fs.S3FileSystem, name, by)
        s3fs.S3FileSystem.clear_instance_cache()

    yield replaced
    s3fs.S3FileSystem.clear_instance_cache()


def test_a_study_and_a_file_are_the_same_again(bucket: Bucket, root: Path) -> None:
    study = ag.read(root / "fixtures" / "cartitude1")
    written = ag.write(study, f"{bucket}/trial 1/adam", to="parquet")
    assert bucket.listed() == [f"trial 1/adam/{name}.parquet" for name in ("adae", "adsl", "adtte")]
    read = ag.read(f"{bucket}/trial 1/adam")
    assert ag.diff(study, read, metadata=True).equal
    assert [str(each.source.path) for each in read] == list(map(str, written))
    assert ag.read(written[1])["ADSL"].source.size == len(bucket.content("trial 1/adam/adsl.parquet"))


def test_a_folder_is_read_as_one_here(bucket: Bucket) -> None:
    bucket.put("adam/adsl.csv", b"USUBJID,AGE\nS-01,50\n")
    bucket.put("adam/_variables.csv", b"dataset,variable,label,type\nADSL,AGE,Age in years,Num\n")
    bucket.put("adam/deeper/dm.csv", b"USUBJID,AGE\nS-01,50\n")
    bucket.put("adam/", b"")
    study = ag.read(f"{bucket}/adam")
    assert [(each.name, each.variable("AGE").label) for each in study] == [("ADSL", "Age in years")]
    assert [each.name for each in ag.read(f"{bucket}/adam", recursive=True)] == ["ADSL", "DM"]


def parquet(tmp_path: Path) -> bytes:
    return ag.write(dataset(), tmp_path / "part.parquet")[0].read_bytes()


def test_a_dataset_in_parts_is_read_alone_and_in_its_folder(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("adam/adx.parquet/SITE=1/part-0.parquet", parquet(tmp_path))
    bucket.put("adam/adx.parquet/_SUCCESS", b"")
    bucket.put("adam/adsl.csv", b"USUBJID,AGE\nS-01,50\n")
    (alone,) = ag.read(f"{bucket}/adam/adx.parquet")
    together = ag.read(f"{bucket}/adam")
    assert [each.name for each in together] == ["ADSL", "ADX"]
    for data in (alone, together["ADX"]):
        assert (data["AVAL"].tolist()[0], data["SITE"].tolist()) == (1.5, ["1", "1"])
        assert str(data.source.path) == f"{bucket}/adam/adx.parquet"


def test_folders_that_are_not_read_are_reported(bucket: Bucket) -> None:
    bucket.put("adam/adsl.csv", b"USUBJID,AGE\nS-01,50\n")
    bucket.put("adam/more/deep/adae.xpt", b"")
    bucket.put("adam/more/adtte.json", b"")
    bucket.put("adam/documents/plan.pdf", b"")
    (note,) = ag.read(f"{bucket}/adam").notes
    assert note.message == (
        f"not read: subfolders of {bucket}/adam that may contain data: more (adtte.json), "
        "more/deep (adae.xpt); use --recursive (recursive=True in Python) to read them"
    )
    with pytest.raises(ag.UnreadableInput) as refused:
        ag.read(str(bucket))
    assert refused.value.what == "the folder contains data only in subfolders, which were not read"
    assert refused.value.where.startswith(f"{bucket}, 0 files; data in adam (adsl.csv)")
    with pytest.raises(ag.UnreadableInput, match="the folder contains no data files that can be read"):
        ag.read(f"{bucket}/adam/documents")


def test_a_name_with_a_sign_of_addresses(bucket: Bucket) -> None:
    bucket.put("ad #1+é%20.csv", b"USUBJID,AGE\nS-01,50\n")
    (data,) = ag.read(f"{bucket}/ad #1+é%20.csv")
    assert data["AGE"].tolist() == [50.0]


def test_archives_there_are_unpacked_here(bucket: Bucket, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as file:
        file.writestr("adsl.csv", "USUBJID,AGE\nS-01,50\n")
    bucket.put("d.zip", (tmp_path / "d.zip").read_bytes())
    assert str(ag.read(f"{bucket}/d.zip")["ADSL"].source.path) == f"{bucket}/d.zip/adsl.csv"


def test_existing_objects_are_replaced_only_with_leave(bucket: Bucket) -> None:
    ag.write(dataset(), f"{bucket}/adx.parquet")
    before = bucket.content("adx.parquet")
    with pytest.raises(ag.UnwritableOutput, match="already exists"):
        ag.write(dataset(AVAL=2.0), f"{bucket}/adx.parquet")
    assert bucket.content("adx.parquet") == before
    ag.write(dataset(AVAL=2.0), f"{bucket}/adx.parquet", overwrite=True)
    assert ag.read(f"{bucket}/adx.parquet")["ADX"]["AVAL"].tolist() == [2.0, 2.0]


def test_one_that_appears_meanwhile_is_not_replaced(bucket: Bucket, broken: Callable[..., None]) -> None:
    bucket.put("ady.parquet", b"of somebody else")
    asked: list[str] = []
    broken("exists", lambda _, key: asked.append(key))
    with pytest.raises(ag.UnwritableOutput, match="already exists"):
        ag.write(ag.Study.of(dataset("ADX"), dataset("ADY")), str(bucket), to="parquet")
    assert asked
    assert bucket.content("ady.parquet") == b"of somebody else"
    assert bucket.listed() == ["ady.parquet"]


@pytest.mark.parametrize("error", [OSError("the network is gone"), KeyboardInterrupt()])
def test_nothing_is_there_when_one_file_cannot_be_sent(
    error: BaseException, bucket: Bucket, broken: Callable[..., None]
) -> None:
    put = s3fs.S3FileSystem.put_file

    def failing(store: Any, file: str, key: str, **options: Any) -> None:
        if "ady" in key:
            raise error
        put(store, file, key, **options)

    broken("put_file", failing)
    with pytest.raises((ag.UnwritableOutput, KeyboardInterrupt)):
        ag.write(ag.Study.of(dataset("ADX"), dataset("ADY")), str(bucket), to="parquet")
    assert bucket.listed() == []
    assert bucket.unfinished() == []


@pytest.mark.parametrize("command", [["convert"], ["survival", "--param", "OS", "--no-gate", "-o"]])
def test_what_is_sent_is_made_in_the_work_folder(
    command: list[str],
    bucket: Bucket,
    broken: Callable[..., None],
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not in TMPDIR, which may be too small for it."""
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    made: list[str] = []
    put = s3fs.S3FileSystem.put_file

    def watched(store: Any, file: str, key: str, **options: Any) -> None:
        made.append(file)
        put(store, file, key, **options)

    broken("put_file", watched)
    study = root / "fixtures" / "cartitude1"
    name, *options = command
    source = study / "adtte.xpt" if name == "convert" else study
    target = f"{bucket}/os.parquet"
    assert cli.run([name, str(source), *options, target, "--work-dir", str(tmp_path)]) == 0
    assert made
    assert all(Path(each).is_relative_to(tmp_path) for each in made)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_sent_of_what_cannot_be_made(bucket: Bucket) -> None:
    with pytest.raises(ag.UnwritableOutput, match="SAS transport cannot hold"):
        ag.write(ag.Study.of(dataset(), dataset("ADY", LONGERNAME=1)), str(bucket), to="xpt")
    assert bucket.listed() == []


def test_tables_of_metadata_there_are_not_replaced(bucket: Bucket) -> None:
    ag.write(dataset(), f"{bucket}/csv/adx.csv")
    assert bucket.listed() == ["csv/_datasets.csv", "csv/_variables.csv", "csv/adx.csv"]
    assert ag.read(f"{bucket}/csv")["ADX"].label == "Label of ADX"
    with pytest.raises(ag.UnwritableOutput, match="a metadata table exists there"):
        ag.write(dataset("ADY"), f"{bucket}/csv/ady.csv", overwrite=True)


def test_names_there_cannot_lead_elsewhere(bucket: Bucket) -> None:
    bucket.put("adam/../adsl.csv", b"USUBJID,AGE\nS-01,50\n")
    with pytest.raises(ag.UnreadableInput, match=r"the name \.\. is not that of a file"):
        ag.read(f"{bucket}/adam", recursive=True)


def test_an_object_that_changes_meanwhile_is_refused(bucket: Bucket, broken: Callable[..., None]) -> None:
    bucket.put("adsl.csv", b"USUBJID,AGE\nS-01,50\n")
    opened = s3fs.S3FileSystem.open

    def changing(store: Any, *arguments: Any, **options: Any) -> Any:
        file = opened(store, *arguments, **options)
        bucket.put("adsl.csv", b"USUBJID,AGE\nS-01,51\n")
        return file

    broken("open", changing)
    with pytest.raises(ag.UnreadableInput, match=r"changed while it was being read|cannot be read"):
        ag.read(f"{bucket}/adsl.csv")


def test_what_fails_is_told_without_keys(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (f"{bucket}/none.xpt", "s3://no-such-bucket/adsl.xpt"):
        with pytest.raises(ag.UnreadableInput, match="does not exist") as caught:
            ag.read(place)
        assert place in caught.value.where
    with pytest.raises(ag.UnwritableOutput, match="cannot be written") as refused:
        ag.write(dataset(), "s3://no-such-bucket/adx.parquet")
    assert SECRET not in f"{caught.value}{refused.value}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(ag.UnreadableInput, match="cannot be read"):
        ag.read(f"{bucket}/adx.parquet")
    s3fs.S3FileSystem.clear_instance_cache()


def test_commands_read_and_write_there(
    bucket: Bucket, root: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = str(root / "fixtures" / "cartitude1")
    assert (
        cli.run(
            ["convert", data, f"{bucket}/adam", "--to", "parquet", "--manifest", str(tmp_path / "m.json")]
        )
        == 0
    )
    assert f'"path": "{bucket}/adam/adtte.parquet"' in (tmp_path / "m.json").read_text()
    assert cli.run(["survival", f"{bucket}/adam", "--param", "OS", "-o", f"{bucket}/tables/os.parquet"]) == 0
    assert cli.run(["validate", f"{bucket}/adam", "-q"]) == 0
    assert [each for each in bucket.listed() if each.startswith("tables/")] == [
        "tables/os.codebook.json",
        "tables/os.parquet",
    ]
    assert "does not exist" not in capfd.readouterr().err


@pytest.fixture
def https(tmp_path: Path) -> Iterator[Callable[[str], subprocess.CompletedProcess[str]]]:
    """Describes a file of a server with a certificate of its own."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def send_head(self) -> Any:
            if "refused" in self.path:
                return self.send_error(403)
            if "unencrypted" in self.path and isinstance(self.connection, ssl.SSLSocket):
                self.send_response(302)
                self.send_header("Location", f"http://localhost:{plain.server_port}/adsl.csv")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            return super().send_head()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def run(name: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-m",
            "adamgate",
            "describe",
            f"https://localhost:{server.server_port}/{name}",
        ]
        environ = {**os.environ, "SSL_CERT_FILE": str(certificate)}
        return subprocess.run(command, capture_output=True, text=True, env=environ, check=False, timeout=60)

    yield run
    for each in (server, plain):
        each.shutdown()
        each.server_close()


def test_a_file_of_a_web_server_is_read(https: Callable[[str], Any], tmp_path: Path) -> None:
    (tmp_path / "served" / "adsl.csv").write_text("USUBJID,AGE\nS-01,50\n")
    done = https("adsl.csv")
    assert (done.returncode, "ADSL" in done.stdout) == (0, True)
    done = https("none.csv")
    assert (done.returncode, "does not exist" in done.stderr) == (3, True)
    done = https("refused.csv")
    assert done.returncode == 3
    assert "the file or folder cannot be read" in done.stderr
    assert "403" in done.stderr
    done = https("unencrypted.csv")
    assert (done.returncode, "without encryption (http://)" in done.stderr) == (3, True)


def test_a_web_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(ag.UnreadableInput, match="the file or folder cannot be read") as caught:
        ag.read("https://localhost:1/adsl.csv")
    assert "Cannot connect to host localhost:1" in caught.value.where


def test_a_web_server_takes_no_files() -> None:
    with pytest.raises(ag.UnwritableOutput, match="files cannot be written to https://"):
        ag.write(dataset(), "https://host/adx.parquet")


def test_a_missing_package_is_named() -> None:
    code = (
        "import sys; sys.modules['fsspec'] = None\nimport adamgate as ag\n"
        "try: ag.read('s3://trial/x.xpt')\nexcept ag.ConfigurationError as e: print(e)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "s3:// needs the packages fsspec and s3fs" in done.stdout
    assert "pip install 'adamgate[remote]'" in done.stdout


def test_a_manifest_is_with_its_data_or_here(
    bucket: Bucket, root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data, manifest = str(root / "fixtures" / "cartitude1"), f"{bucket}/adam/m.json"
    to_bucket = ["convert", data, f"{bucket}/adam", "--to", "parquet"]
    for refused, message in (
        (["convert", data, str(tmp_path / "adam"), "--to", "csv"], "the data that it is about do not"),
        (to_bucket, "written one by one have no manifest in a store"),
    ):
        assert cli.run([*refused, "--manifest", manifest]) == 4
        assert message in capfd.readouterr().err
    assert bucket.listed() == list(tmp_path.iterdir()) == []
    assert cli.run([*to_bucket, "--manifest", manifest, "--all-or-none"]) == 0
    assert "adam/m.json" in bucket.listed()
