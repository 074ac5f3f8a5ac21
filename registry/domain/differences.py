"""What changed between two images of a record, field by field, as the audit shows it.

Source: design of the audit (before and after images; absent and null are the same). Members of a list that carry an
`id` are matched by it, whatever their order, and the id stands for the position in the pointer (RFC 6901 otherwise):
`/laboratory_results/0190.../value`. Any other list is one value. Numbers are equal by value (1.0 is 1); true is not 1.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Image = Mapping[str, Any]

KEPT_BY_THE_REGISTRY = frozenset({"version", "created_at", "created_by", "changed_at", "changed_by"})
"""Fields of a record that change with every write and say nothing of the clinic."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that changed: where, the old value and the new one; None where it is absent or null."""

    pointer: str
    old: Any
    new: Any


def between(
    before: Image | None, after: Image | None, ignore: Collection[str] = KEPT_BY_THE_REGISTRY
) -> list[Difference]:
    """List every field that differs between two images of a record; None is a record that is not there.

    `ignore` names fields that are left out of the record itself and of the members of its lists.
    """
    return list(_of_records(before or {}, after or {}, "", frozenset(ignore)))


def _of_records(before: Image, after: Image, pointer: str, ignore: frozenset[str]) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        if name not in ignore:
            yield from _of_values(before.get(name), after.get(name), f"{pointer}/{_step(name)}", ignore)


def _of_values(before: Any, after: Any, pointer: str, ignore: frozenset[str]) -> Iterator[Difference]:
    if _all(Mapping, before, after):
        yield from _of_records(before or {}, after or {}, pointer, frozenset())
    elif _has_ids(before) and _has_ids(after) and (before or after):
        yield from _of_members(before or [], after or [], pointer, ignore)
    elif not _same(before, after):
        yield Difference(pointer, before, after)


def _of_members(before: list[Image], after: list[Image], pointer: str, ignore: frozenset[str]) -> Iterator[Difference]:
    old, new = ({member["id"]: member for member in members} for members in (before, after))
    for identity in dict.fromkeys((*old, *new)):
        here = f"{pointer}/{_step(identity)}"
        yield from _of_records(old.get(identity, {}), new.get(identity, {}), here, ignore | {"id"})


def _all(kind: type, *values: Any) -> bool:
    """Whether at least one value is of the kind and no other is anything but absent."""
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(value, kind) for value in present)


def _has_ids(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(member, Mapping) and "id" in member for member in value)


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return all(_same(before.get(name), after.get(name)) for name in {*before, *after})
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(_same(old, new) for old, new in zip(before, after, strict=True))
    return bool(before == after)


def _step(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
