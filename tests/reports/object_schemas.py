"""The objects that a JSON schema describes."""

from collections.abc import Iterator


def objects(schema: object) -> Iterator[dict]:
    """Every object schema within a schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for each in schema.values():
            yield from objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each)
