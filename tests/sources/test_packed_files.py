"""Files in gzip are read as what they hold, within the limit of what is unpacked."""

import gzip
import shutil
from pathlib import Path

import pytest

import adamgate as ag
from adamgate.converters.formats import FORMATS


def packed(path: Path, into: Path) -> Path:
    target = into / f"{path.name}.gz"
    target.write_bytes(gzip.compress(path.read_bytes()))
    return target


@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
@pytest.mark.parametrize("suffix", [".xpt", ".json"])
def test_it_is_the_dataset_that_it_holds(suffix: str, tmp_path: Path, root: Path) -> None:
    data = ag.read(root / "fixtures" / "cartitude1" / "adtte.xpt")["ADTTE"]
    whole = ag.write(data, tmp_path / f"adtte{suffix}")[0]
    path = packed(whole, tmp_path)
    expected, read = ag.read(whole)["ADTTE"], ag.read(path)["ADTTE"]
    assert read.frame.equals(expected.frame)
    assert read.variables == expected.variables
    assert (read.source.path, read.source.size) == (path, path.stat().st_size)


def test_every_format_that_is_one_file_is_read_in_gzip() -> None:
    known = {suffix for each in FORMATS for suffix in (*each.suffixes, *each.packed)}
    assert known >= {
        f"{each}.gz" for each in (".xpt", ".xport", ".sas7bdat", ".csv", ".tsv", ".json", ".ndjson")
    }


def test_a_folder_is_read_with_it_and_the_catalogue_beside_it(tmp_path: Path, shared: Path) -> None:
    found = sorted((shared / "data" / "formats").rglob("*.sas7bcat"))
    data = [each for each in found if each.with_suffix(".sas7bdat").exists()]
    if not data:
        pytest.skip("no dataset with its catalogue")
    shutil.copy(data[0], tmp_path)
    path = packed(data[0].with_suffix(".sas7bdat"), tmp_path)
    (expected,), (read,) = ag.read(data[0].with_suffix(".sas7bdat")), ag.read(tmp_path)
    assert read.source.path == path
    assert read.attributes == expected.attributes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"HEADER RECORD*******LIBRARY HEADER", "the file is not gzip, as its name says"),
        (b"", "the file is not gzip, as its name says"),
        (gzip.compress(b"HEADER" * 99)[:-9], "the gzip data are damaged or incomplete"),
        (gzip.compress(b"HEADER" * 99)[:12] + b"\xff" * 40, "the gzip data are damaged or incomplete"),
        (gzip.compress(bytes(70 << 20)), "unpacks to more than"),
        (gzip.compress(b"nothing"), "SAS transport"),
    ],
    ids=["plain", "empty", "short", "damaged", "bomb", "no transport file"],
)
def test_what_is_damaged_is_refused_by_its_own_name(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "adsl.xpt.gz"
    path.write_bytes(content)
    with pytest.raises(ag.UnreadableInput, match=message) as caught:
        ag.read(path, work_dir=tmp_path)
    assert str(path) in caught.value.where
    assert ".work" not in str(caught.value)
    assert not list(tmp_path.rglob("*.xpt"))
