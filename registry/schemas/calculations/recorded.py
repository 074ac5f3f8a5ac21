"""What calculations take as visits record it: fields of the forms, and the refusal of a total against its items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow.fields import Field

from registry.domain.instruments import Reading
from registry.problems import BrokenRule, RulesBroken
from registry.schemas.base import Form, schema_of


def of_form(form: type[Form], *names: str) -> dict[str, Field[Any]]:
    """Give fields of a form, so that a measure has the same limits and words in a calculation as at a visit."""
    declared = schema_of(form).load_fields
    return {name: declared[name] for name in names}


def refuse_broken(*readings: Reading) -> None:
    """Refuse what contradicts itself; raises RulesBroken naming each broken rule once."""
    every: Iterable[BrokenRule] = (
        BrokenRule(f"/{one.field}", one.code, one.sentence) for reading in readings for one in reading.broken
    )
    found = tuple(dict.fromkeys(every))
    if found:
        raise RulesBroken(*found)
