"""Statements by ADBC, which several databases take."""

from __future__ import annotations

from typing import Any


class Statements:
    """Runs statements on a connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def _do(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    def _all(self, statement: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()  # type: ignore[no-any-return]
