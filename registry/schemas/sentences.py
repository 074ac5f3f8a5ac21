"""How a broken rule is said: a sentence with a stable code, gathered into JSON pointers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError

from registry.problems import BrokenRule

SCHEMA_LEVEL = "_schema"
LONGEST_NAME = 64


class Sentence(str):
    """A sentence for the client that carries the stable code of its rule."""

    code: str

    def __new__(cls, code: str, words: str) -> Sentence:
        sentence = super().__new__(cls, words)
        sentence.code = code
        return sentence


def broken(code: str, words: str, field_name: str = SCHEMA_LEVEL) -> ValidationError:
    """Make the error that a field or a rule across fields raises; `field_name` is the field it concerns."""
    return ValidationError([Sentence(code, words)], field_name)


def pointed(messages: Any, pointer: str = "") -> Iterator[BrokenRule]:
    """Flatten marshmallow's nested messages into broken rules with RFC 6901 pointers."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from pointed(inner, pointer if name == SCHEMA_LEVEL else f"{pointer}/{escaped(name)}")
    elif isinstance(messages, list):
        for message in messages:
            yield from pointed(message, pointer)
    else:
        yield BrokenRule(pointer, getattr(messages, "code", "invalid"), str(messages))


def escaped(name: object) -> str:
    """Write one step of a JSON pointer, shortened where a client made the name up."""
    return str(name)[:LONGEST_NAME].replace("~", "~0").replace("/", "~1")
