"""What pyreadstat raises on a damaged file, as one kind of error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def damage_as_value_error() -> Iterator[None]:
    """Let pyreadstat read a file; whatever it cannot do with it is a `ValueError`.

    Beside errors of its own it raises Python's: a wrong count in a file becomes an IndexError, an
    OverflowError or a TypeError somewhere in its code. A file that cannot be opened, and want of memory, stay
    what they are.
    """
    try:
        yield
    except (OSError, MemoryError):
        raise
    except Exception as error:
        raise ValueError(str(error) or type(error).__name__) from None
