"""Short names and labels for formats that take no long ones: made of a column's own name, readable, and each only once."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from registry.publish.extracts.columns import Column

SAS_NAME = 8
SAS_LABEL = 40
STATA_NAME = 32
SAS_PATTERN = re.compile(r"[A-Z][A-Z0-9_]{0,7}", re.ASCII)
PART_DIGITS = 4
TELLING = 3
"""Characters of the digest that tells names apart whose letters are the same."""
PLAIN = str.maketrans(
    {
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MINUS SIGN}": "-",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{GREATER-THAN OR EQUAL TO}": ">=",
        "\N{LESS-THAN OR EQUAL TO}": "<=",
        "\N{PLUS-MINUS SIGN}": "+/-",
        "\N{DEGREE SIGN}": "deg",
        "\N{MICRO SIGN}": "u",
        "\N{GREEK SMALL LETTER ALPHA}": "alpha",
        "\N{GREEK SMALL LETTER BETA}": "beta",
        "\N{GREEK SMALL LETTER GAMMA}": "gamma",
        "\N{GREEK SMALL LETTER KAPPA}": "kappa",
    }
)
"""What is written in ASCII for a sign, or for a letter of another script."""


def short_names(columns: Sequence[Column]) -> dict[str, str]:
    """Give each column's name for SAS: capitals, 8 characters at most, each once.

    A name depends on its own column and on those before it: columns that are appended change none.
    """
    return {name: short.upper() for name, short in _each_once(columns, _abbreviated, SAS_NAME).items()}


def stata_names(columns: Sequence[Column]) -> dict[str, str]:
    """Give each column's name for Stata: its own, or where that is longer than 32 characters one that has fewer vowels."""
    return _each_once(columns, _without_vowels, STATA_NAME)


def dataset_name(table: str, part: int | None = None) -> str:
    """Give the name of a table, or of one of its parts, in a SAS library."""
    if part is None:
        return _abbreviated(table, SAS_NAME).upper()
    return f"{_abbreviated(table, SAS_NAME - PART_DIGITS).upper()}{part:0{PART_DIGITS}d}"


def labels(columns: Sequence[Column], longest: int) -> dict[str, str]:
    """Give each column's label: its words; where several have the same ones when cut, what its name says instead."""
    given = {column.name: label(column, longest) for column in columns}
    often = Counter(given.values())
    return {
        column.name: one if often[one := given[column.name]] == 1 else _named(column, longest) for column in columns
    }


def _named(column: Column, longest: int) -> str:
    unit = _unit(column)
    return _without_vowels(column.name, longest - len(unit)).replace("_", " ").capitalize() + unit


def _unit(column: Column) -> str:
    return f" ({column.unit})" if column.unit and not column.unit.startswith("{") else ""


def label(column: Column, longest: int) -> str:
    """Give the words of a column with its unit, cut at words; what follows a colon and tells columns apart is kept."""
    unit = _unit(column)
    room = longest - len(unit)
    head, colon, tail = column.words.partition(": ")
    if len(column.words) > room and colon and len(tail) <= room * 3 // 4:
        return f"{cut(head, room - len(colon) - len(tail))}{colon}{tail}{unit}"
    return cut(column.words, room) + unit


def cut(words: str, longest: int) -> str:
    """Cut a sentence at the end of a word; what would be left open after it goes too."""
    if len(words) <= longest:
        return words
    kept = words[: longest + 1].rpartition(" ")[0] or words[:longest]
    kept = kept.rpartition("(")[0] if kept.count("(") > kept.count(")") else kept
    return kept.rstrip(" ,;:-.")


def ascii_words(words: str) -> str:
    """Write words in ASCII: letters without their accents, and what is written for a sign in its place.

    Raises:
        ValueError: nothing is known to stand for a character.
    """
    plain = unicodedata.normalize("NFKD", words.translate(PLAIN))
    kept = "".join(character for character in plain if not unicodedata.combining(character))
    if not kept.isascii():
        raise ValueError("a label holds a character that nothing stands for in ASCII")
    return kept


def _each_once(columns: Sequence[Column], shorten: Callable[[str, int], str], longest: int) -> dict[str, str]:
    given: dict[str, str] = {}
    for column in columns:
        tried = _candidates(column.name, shorten, longest)
        given[column.name] = next(name for name in tried if name not in given.values())
    return given


def _candidates(name: str, shorten: Callable[[str, int], str], longest: int) -> Iterator[str]:
    """Give names in the order in which they are tried: the shortened one, then with what tells it from others."""
    yield shorten(name, longest)
    for attempt in count():
        yield shorten(name, longest - TELLING) + _digest(name, attempt)


def _abbreviated(name: str, longest: int) -> str:
    """Abbreviate each word to its first letter and its consonants, the last words most fully."""
    if len(name) <= longest:
        return name
    words = [_consonants(word) for word in name.split("_")]
    left = longest - len(words)
    lengths = [1] * len(words)
    for place in reversed(range(len(words))):
        more = max(0, min(left, len(words[place]) - 1))
        lengths[place], left = 1 + more, left - more
    return "".join(word[:length] for word, length in zip(words, lengths, strict=True))[:longest]


def _without_vowels(name: str, longest: int) -> str:
    """Leave the vowels out of as many words as must be, beginning with the first."""
    words = name.split("_")
    for place, word in enumerate(words):
        if len("_".join(words)) > longest:
            words[place] = _consonants(word)
    return "_".join(words)[:longest]


def _consonants(word: str) -> str:
    return word[:1] + re.sub("[aeiou]", "", word[1:])


def _digest(name: str, attempt: int) -> str:
    digest = hashlib.sha256(f"{name}/{attempt}".encode()).digest()
    return "".join("0123456789bcdfghjklmnpqrstvwxyz"[byte % 31] for byte in digest[:TELLING])
