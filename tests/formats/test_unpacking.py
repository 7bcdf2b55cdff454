"""What a file becomes in memory is bounded by the file, until the user lifts the bound."""

import gzip
import io
import resource
import struct
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sas7bdat_bytes import Data, Var, sas7bdat
from xpt_bytes import Member, library

import adamgate as ag
from adamgate import cli
from adamgate.converters.formats import unpacking
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.unpacking import Allowance, unpacked

_MEGABYTE = 1 << 20
_DATASET_JSON = (
    b'{"datasetJSONCreationDateTime": "2024-01-01T00:00:00", "datasetJSONVersion": "1.1.0",'
    b' "itemGroupOID": "I", "records": %d, "name": "ADSL", "label": "x", "columns":'
    b' [{"itemOID": "A", "name": "A", "label": "A", "dataType": "integer"}]}\n'
)


@pytest.fixture
def a_small_limit(monkeypatch):
    monkeypatch.setattr(unpacking, "AT_LEAST", 100_000)


def _inflated(packed, most=10**9, path=Path("x")):
    file = io.BufferedReader(io.BytesIO(packed))
    return b"".join(unpacked(file, Allowance(path, len(packed), ReadOptions(max_unpacked=most))))


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
@pytest.mark.parametrize("members", [1, 3])
def test_streams_of_several_members_are_unpacked(pack, members, monkeypatch):
    monkeypatch.setattr(unpacking, "_CHUNK", 7)
    monkeypatch.setattr(unpacking, "_INFLATED", 5)
    content = [bytes([65 + n]) * 40 for n in range(members)]
    packed = b"".join(map(pack, content))
    assert _inflated(packed) == b"".join(content)
    assert _inflated(packed + bytes(30)) == b"".join(content)
    with pytest.raises(EOFError):
        _inflated(packed[:-3])
    with pytest.raises(zlib.error):
        _inflated(packed + b"junk")


def test_unpacking_ends_at_the_limit():
    packed = gzip.compress(bytes(_MEGABYTE))
    assert len(_inflated(packed, _MEGABYTE)) == _MEGABYTE
    with pytest.raises(ag.UnreadableInput, match="unpacks to more than 1,048,575 bytes"):
        _inflated(packed, _MEGABYTE - 1)


def _bombs(folder):
    (folder / "adsl.csv.gz").write_bytes(gzip.compress(b"A,B\n" + b"1,2\n" * 100_000))
    (folder / "adae.tsv.gz").write_bytes(gzip.compress(b"A\n" + b"\n" * 400_000))
    lines = _DATASET_JSON % 100_000 + b"[1]\n" * 100_000
    (folder / "adtte.dsjc").write_bytes(zlib.compress(lines))
    (folder / "adlb.ndjson.gz").write_bytes(gzip.compress(lines))
    pq.write_table(pa.table({"A": np.zeros(200_000), "B": np.zeros(200_000)}), folder / "adrs.parquet")
    return sorted(folder.iterdir())


@pytest.mark.slow
def test_files_that_unpack_too_far_are_refused_with_the_option_that_lifts_it(a_small_limit, tmp_path):
    for bomb in _bombs(tmp_path):
        with pytest.raises(ag.UnreadableInput, match=r"100 times its size") as refusal:
            ag.read(bomb)
        assert refusal.value.advice == (
            "if that is expected, raise the limit: --max-unpacked 4GB (max_unpacked=4_000_000_000 in Python)"
        )
        (dataset,) = ag.read(bomb, max_unpacked=4 * _MEGABYTE)
        assert len(dataset.frame) >= 100_000 or bomb.name == "adae.tsv.gz"


def test_the_command_line_has_the_option_and_its_variable(a_small_limit, tmp_path, monkeypatch):
    bomb = tmp_path / "adsl.csv.gz"
    bomb.write_bytes(gzip.compress(b"A,B\n" + b"1,2\n" * 100_000))
    assert cli.run(["describe", str(bomb)]) == 3
    assert cli.run(["describe", str(bomb), "--max-unpacked", "4MB"]) == 0
    assert cli.run(["describe", str(bomb), "--max-unpacked", "much"]) == 2
    monkeypatch.setenv("ADAMGATE_MAX_UNPACKED", "4MB")
    assert cli.run(["describe", str(bomb)]) == 0


def test_the_limit_grows_with_the_file(a_small_limit, tmp_path):
    rng = np.random.default_rng(1)
    text = b"A,B\n" + b"".join(b"%d,%d\n" % tuple(pair) for pair in rng.integers(0, 10**9, (20_000, 2)))
    (tmp_path / "adsl.csv.gz").write_bytes(gzip.compress(text))
    assert len(ag.read(tmp_path / "adsl.csv.gz")["ADSL"].frame) == 20_000


@pytest.mark.slow
def test_text_that_repeats_is_read_without_all_its_copies(tmp_path):
    """3 GB as plain text, more than Arrow's usual text holds."""
    records = 300_000
    codes = pa.array(np.zeros(records, "int32"))
    table = pa.table({"A": pa.DictionaryArray.from_arrays(codes, pa.array(["x" * 10_000]))})
    pq.write_table(table, tmp_path / "adsl.parquet", compression="zstd")
    pq.write_table(table, tmp_path / "adae.parquet", compression="zstd", store_schema=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("adsl", "adae"):
        frame = ag.read(tmp_path / f"{name}.parquet")[name.upper()].frame
        assert frame["A"].value_counts().tolist() == [records]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 3_000_000  # KB


@pytest.mark.slow
def test_text_that_begins_with_distinct_values_is_counted(a_small_limit, tmp_path):
    distinct = [f"{n:06}" for n in range(70_000)]
    values = distinct + ["x" * 1000] * 100_000
    pq.write_table(pa.table({"A": values}), tmp_path / "adsl.parquet", compression="zstd")
    with pytest.raises(ag.UnreadableInput, match="unpacks to more than"):
        ag.read(tmp_path / "adsl.parquet")
    assert len(ag.read(tmp_path / "adsl.parquet", max_unpacked=10**9)["ADSL"].frame) == 170_000


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["little", "big"])
def test_a_sas7bdat_states_no_more_records_than_it_can_hold(bits, order, tmp_path):
    data = Data([Var("AVAL"), Var("PARAM", "Char", 20)], [(1.0, "x")] * 300, bits=bits, order=order)
    raw = sas7bdat(data)
    sign, kind = ("<" if order == "little" else ">"), ("Q" if bits == 64 else "I")
    file = tmp_path / "adtte.sas7bdat"
    file.write_bytes(raw)
    assert len(ag.read(file)["ADTTE"].frame) == 300
    stated = struct.pack(f"{sign}2{kind}", 32, 300)  # record length and count
    assert raw.count(stated) == 1
    for records in (20_000, 2**31 - 1, 2**32 - 1):
        file.write_bytes(raw.replace(stated, struct.pack(f"{sign}2{kind}", 32, records)))
        with pytest.raises(
            ag.UnreadableInput,
            match=r"states ([\d,]+ records, but is large enough for|a negative number)|damaged",
        ):
            ag.read(file)


def test_an_xpt_without_variables_has_no_records(tmp_path):
    file = tmp_path / "adtte.xpt"
    file.write_bytes(library(Member(variables=(), version=8, stated_records=10**14)))
    with pytest.raises(
        ag.UnreadableInput, match="states 100000000000000 records, but the dataset has no variables"
    ):
        ag.read(file)


@pytest.mark.parametrize(
    ("given", "bytes_"),
    [("500MB", 5 * 10**8), ("4 gb", 4 * 10**9), ("1.5GB", 1_500_000_000), ("0.1kB", 100), ("1B", 1)],
)
def test_sizes_are_taken_with_their_unit(given, bytes_):
    from adamgate.converters.configuration.values import size

    assert size(given) == bytes_


@pytest.mark.parametrize(
    "given", ["", "0", "-1", "4XB", "1.5.2GB", "many", True, 1.5, None, "9" * 13, "64", 64]
)
def test_what_is_no_size_is_refused(given):
    from adamgate.converters.configuration.values import size

    with pytest.raises(ValueError, match="a size with its unit"):
        size(given)
