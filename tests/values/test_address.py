"""Addresses go where paths go, are written as users write them, and never show a password."""

import pickle
from pathlib import Path

import pytest

import adamgate as ag
from adamgate.converters.values.address import Address, is_address, masked, place_of


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("s3://bucket/adam/adsl.xpt", "s3://bucket/adam/adsl.xpt"),
        ("S3://bucket/adam/", "s3://bucket/adam"),
        ("gcs://bucket/x", "gs://bucket/x"),
        ("https://host:8443/adsl.xpt", "https://host:8443/adsl.xpt"),
        ("postgres://user@host:5432/db?schema=adam", "postgresql://user@host:5432/db?schema=adam"),
        ("postgresql:///db", "postgresql:///db"),
        ("postgresql://@/db", "postgresql:///db"),
        ("postgresql:///?service=trial", "postgresql:///?service=trial"),
        ("postgresql://host/db?schema=tokens&prefix=key_", "postgresql://host/db?schema=tokens&prefix=key_"),
        ("duckdb:////data/x.duckdb?prefix=a_", "duckdb:////data/x.duckdb?prefix=a_"),
    ],
)
def test_it_is_written_as_an_address_again(text: str, written: str) -> None:
    address = place_of(text)
    assert isinstance(address, Address)
    assert (str(address), address.as_posix()) == (written, written)
    assert place_of(written) == address == pickle.loads(pickle.dumps(address))
    assert str(address / "adsl") == f"{written}/adsl"
    assert (address / "adsl").parent == address
    assert not address.exists()


def test_the_file_of_a_database_is_relative_after_three_slashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(Address.of("duckdb:///a/x.duckdb")) == f"duckdb:///{tmp_path}/a/x.duckdb"
    assert Address.of("sqlite:///x.db") == Address.of(f"sqlite:///{tmp_path}/x.db")


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://user:s3cret@host/db",
        "postgresql://host/db?password=s3cret",
        "postgresql://user@host/db?sslpassword=s3cret",
        "postgresql://user:p@s3cret@host/db",
        "postgresql://user:a/s3cret@host/db",
        "https://host/adsl.xpt?X-Amz-Signature=s3cret",
        "https://user:s3cret@host/adsl.xpt",
        "s3://key:s3cret@bucket/x",
        "mysql://user:s3cret@host/db",
        "s3://key:s3cret@bucket//x",
        "duckdb://user:s3cret@x.duckdb",
    ],
)
def test_a_password_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ag.ConfigurationError) as caught:
        ag.read(text)
    assert "s3cret" not in f"{caught.value}{caught.value!r}{caught.value.args}"
    assert "s3cret" not in masked(text)


@pytest.mark.parametrize(
    "text", ["s3://", "s3://a/../b", "s3://a//b", "s3://a/./b", "duckdb:///", "gs:///", "s3://a\n"]
)
def test_what_is_not_clear_is_refused(text: str) -> None:
    with pytest.raises(ag.ConfigurationError, match="not clear"):
        place_of(text)


def test_an_unknown_scheme_is_named_with_those_that_are_known() -> None:
    with pytest.raises(ag.ConfigurationError, match=r"unknown kind of address ftp://") as caught:
        place_of("ftp://host/x")
    assert "s3" in caught.value.advice


@pytest.mark.parametrize("text", ["adsl.xpt", "/data/s3:/x", "c:/data", Path("s3:/x"), None])
def test_other_texts_are_paths(text: object) -> None:
    assert not is_address(text)
