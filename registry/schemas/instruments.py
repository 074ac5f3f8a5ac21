"""Turn the items of an instrument into fields, so that an item is said once, in `domain/items.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow.fields import Field

from registry.domain.deidentification import Action
from registry.domain.items import Item
from registry.schemas.fields import Exact, Whole, YesNo, about


def vas(words: str, *, sdtm: str | None = None, group: tuple[str, ...] = ()) -> Exact:
    """Make the field of a 10 cm visual analogue scale; `group` names the field that says which scale it is, if any."""
    said = about(words, unit="cm", sdtm=sdtm, higher="worse", deidentify=Action.NUMBER, group=group)
    return Exact(0, 10, places=1, metadata=said)


def fields_of(
    items: Iterable[Item], *, places: int = 1, unit: str | None = None, high: int | None = None, summed: bool = False
) -> dict[str, Field[Any]]:
    """Make a field of each item: a score, a flag, or a scale with `places` decimals, up to `high` where it has no maximum.

    Items that are `summed` never leave the study team: beside them a total at its limit would be given back.
    """
    return {item.field: field_of(item, places, unit, high, inside=summed) for item in items}


def field_of(item: Item, places: int, unit: str | None, high: int | None, *, inside: bool) -> Field[Any]:
    """Make the field of one item; ValueError when a scale has no upper limit. In an extract a flag is a code, others numbers."""
    if item.kind == "flag":
        return YesNo(metadata=about(item.words, deidentify=Action.CODE, inside=inside))
    upper = item.maximum if item.maximum is not None else high
    if upper is None:
        raise ValueError(f"{item.field} has no maximum, and none was given")
    if item.kind == "score":
        said = about(item.words, unit="{score}", higher=item.higher, deidentify=Action.NUMBER, inside=inside)
        return Whole(item.minimum, upper, metadata=said)
    said = about(item.words, unit=unit, higher=item.higher, deidentify=Action.NUMBER, inside=inside)
    return Exact(item.minimum, upper, places=places, metadata=said)
