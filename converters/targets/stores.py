"""Files to an object store. Each is sent whole; if one cannot be, those that are new are removed again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ...schemas.errors import UnwritableOutput
from ..values.address import Address
from ..values.stores import Store, store_of
from . import FileToSend

_READ_ONLY = "https"
_CREATING = {"s3": {"mode": "create"}}
"""How a store is told to refuse a file where one has appeared by now."""


def present(places: Sequence[Path], /) -> list[Path]:
    """Places that hold an object.

    Raises
    ------
    UnwritableOutput
        Also for a web server, which takes no files.
    """
    first = Address(places[0])
    if first.scheme == _READ_ONLY:
        raise UnwritableOutput(
            "files cannot be written to https://", str(first), "write to a folder or to an object store"
        )
    with store_of(first, UnwritableOutput, "cannot be written") as store:
        return [each for each in places if store.files.exists(store.key(Address(each)))]


def send(made: Sequence[FileToSend], /, *, overwrite: bool) -> None:
    """Upload files."""
    first = Address(made[0].place)
    with store_of(first, UnwritableOutput, "cannot be written") as store:
        keys = [store.key(Address(each.place)) for each in made]
        creates = first.scheme in _CREATING and not overwrite
        earlier = set() if creates else {key for key in keys if store.files.exists(key)}
        sent: list[str] = []
        try:
            for key, each in zip(keys, made, strict=True):
                sent.append(key)
                try:
                    _upload(store, key, each.file, **(_CREATING[first.scheme] if creates else {}))
                except FileExistsError:
                    sent.remove(key)  # it is somebody else's
                    raise UnwritableOutput(
                        "the output already exists",
                        str(each.place),
                        "choose another name, or use --overwrite",
                    ) from None
        except BaseException as error:
            _remove(store, [key for key in sent if key not in earlier])
            replaced = [
                str(each.place) for key, each in zip(keys, made, strict=True) if key in earlier & {*sent}
            ]
            if overwrite and replaced and isinstance(error, Exception):
                raise UnwritableOutput(
                    "not all files could be sent; files that existed may have been replaced",
                    ", ".join(replaced),
                    "send all of them again",
                ) from None
            raise


def _upload(store: Store, key: str, file: Path, **options: str) -> None:
    store.files.put_file(str(file), key, **options)
    if store.files.info(key)["size"] != file.stat().st_size:
        raise OSError(f"{key} is not complete in the store")


def _remove(store: Store, keys: Sequence[str]) -> None:
    for key in keys:
        with suppress(Exception):  # what cannot be removed either is told with the error itself
            store.files.rm_file(key)
