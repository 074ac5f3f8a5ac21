"""The sentence of a refused input of a calculation: it names the measure and the rule, never the value."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from registry.problems import BrokenRule, RulesBroken
from registry.schemas.base import UNKNOWN, Record
from registry.schemas.fields import ListOf, Part

UNNAMED = re.compile(r"\b(the|this) (value|field|text|list|date|reason)\b", re.IGNORECASE)
"""How a sentence speaks of the value it is about where it does not name the measure."""


def naming(refused: RulesBroken, schema: Record, rule: str) -> RulesBroken:
    """Give a refusal whose sentences name the measure by its words, and the rule; pointers and codes stay."""
    return RulesBroken(*(replace(one, detail=_sentence(one, schema, rule)) for one in refused.errors))


def _sentence(broken: BrokenRule, schema: Record, rule: str) -> str:
    measure = _measure(broken, schema) if UNNAMED.search(broken.detail) else None
    words = broken.detail if measure is None else f"{measure}: {_within(broken.detail)}"
    return words if _names(words, rule) else f"{words.removesuffix('.')} ({rule})."


def _within(sentence: str) -> str:
    """Write a sentence as it goes on after a colon; an abbreviation stays in capitals."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def _names(words: str, rule: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(rule)}(?![\w-])", words) is not None


def _measure(broken: BrokenRule, schema: Record) -> str | None:
    """Give the words of the innermost field on the way of a pointer; a field that is not there has its name alone."""
    *_, last = broken.pointer.split("/")
    if broken.code == UNKNOWN.code:
        return last.replace("~1", "/").replace("~0", "~")
    within: Any = schema
    words: str | None = None
    for step in broken.pointer.split("/")[1:]:
        within = _inside(within, step)
        words = getattr(within, "metadata", {}).get("description", words)
    return words


def _inside(within: Any, step: str) -> Any:
    """Give the field that a step of a pointer leads to: of a record by its name, of a list by its place."""
    if isinstance(within, ListOf):
        return within.inner
    record = within.schema if isinstance(within, Part) else within
    return record.load_fields.get(step) if isinstance(record, Record) else None
