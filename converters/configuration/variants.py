"""The keys of a table whose other keys depend on one of them, such as ``shape``: those of all variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, make_dataclass
from typing import Any

from ...schemas.kinds import Choice, ListOf, ValueKind, name, name_or_names
from ...schemas.options import DeclaredOption, option, options_of


def keys_of_all(key: str, described: str, variants: Mapping[str, type]) -> type:
    """A dataclass that declares the keys of all variants, of which one has its own.

    Parameters
    ----------
    key : str
        The key that decides.
    described : str
        Its help.
    variants : mapping of str to type
        Its values, the default first, and the dataclass that declares the other keys for each.
    """
    deciding = option(Choice(tuple(variants)), described, default=next(iter(variants)))
    names = dict.fromkeys(each.name for options in variants.values() for each in options_of(options))
    fields = [(key, str, deciding), *(_field(name, variants) for name in names)]
    return make_dataclass("KeysOfAll", fields, frozen=True, kw_only=True)


def _field(name: str, variants: Mapping[str, type]) -> tuple[str, Any, Any]:
    found = _with(name, variants)
    declared = _of_all(found)
    same = all(each.default == declared.default for each in found.values())
    default = declared.default if same else None
    otherwise = _otherwise(found, variants)
    if all(_takes(declared.kind, each.kind) for each in found.values()):
        kind, described = declared.kind, declared.help
    else:
        kind, described = (
            AnyKind(tuple({each.kind.word: each.kind for each in found.values()}.values())),
            _each(found),
        )
    return name, object, option(kind, described, default=default, otherwise=otherwise)


@dataclass(frozen=True, slots=True)
class AnyKind:
    """What variants take of which each has its own kind: it is checked when the variant is known."""

    kinds: tuple[ValueKind, ...]

    @property
    def word(self) -> str:
        return " or ".join(each.word for each in self.kinds)

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"anyOf": [each.schema for each in self.kinds]}

    def __call__(self, value: Any) -> Any:
        return value


def _takes(kind: ValueKind, other: ValueKind) -> bool:
    """Whether a kind takes what another does: the same, or several in place of one."""
    several = kind.kind if isinstance(kind, ListOf) else name if kind is name_or_names else None
    return other in (kind, several)


def _each(found: Mapping[str, DeclaredOption]) -> str:
    """The help of each variant, with its name."""
    by_help: dict[str, list[str]] = {}
    for variant, declared in found.items():
        by_help.setdefault(declared.help.removesuffix("."), []).append(variant)
    parts = "; for ".join(f"{', '.join(variants)}: {described}" for described, variants in by_help.items())
    return f"For {parts}."


def _with(name: str, variants: Mapping[str, type]) -> Mapping[str, DeclaredOption]:
    """The variants that have an option."""
    found = {variant: options_of(options) for variant, options in variants.items()}
    return {variant: each for variant, options in found.items() for each in options if each.name == name}


def _of_all(found: Mapping[str, DeclaredOption]) -> DeclaredOption:
    """An option as a key of all; where one takes one value and another several, several."""
    each = list(found.values())
    return next((one for one in each if isinstance(one.kind, ListOf) or one.kind is name_or_names), each[0])


def _otherwise(found: Mapping[str, DeclaredOption], variants: Mapping[str, type]) -> str:
    """What holds where it is left out: of one that only some variants have, which these are."""
    if len(found) == len(variants):
        return _of_all(found).otherwise
    needing = [variant for variant, each in found.items() if each.required]
    others = [variant for variant in found if variant not in needing]
    if not needing:
        return f"only for {', '.join(others)}"
    required = f"required by {', '.join(needing)}"
    return f"{required}, optional for {', '.join(others)}" if others else required
