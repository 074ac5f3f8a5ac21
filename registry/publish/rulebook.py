"""The rules of the science in Markdown: each with its source, certainty, categories and constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from registry.domain.rulebook import RULEBOOK
from registry.domain.rules import Rule
from registry.publish.dictionary import table
from registry.schemas.rules import told_rule

INTRODUCTION = """\
# The rules

Generated from the declarations by `make openapi`; do not edit. A rule is a pure function of `registry/domain`; `GET /v1/rules`
answers what stands here, `GET /v1/studies/{study}/rules` the constants that hold in a study. Certainty below 100 means that a
source did not confirm it: the constant is named and versioned, and a study can put its own in place of it
(`rule_constants` of the study). A constant without a value is given by no source: the rule refuses to use it until a study
sets it. What the short names of sources stand for is in [sources.md](sources.md).

## How a rule finds its inputs on a visit

Where the sources are silent these are choices of ours, the same for every rule:

- The baseline is the complete visit of week 0, else the last complete visit on or before the first JAK inhibitor dose; without
  either there is none, and what compares with it says so. What is at or before the baseline is never compared with it.
- A draft is derived from, and nothing of it is final; it is no history of others. A visit entered in error counts for nothing.
- Of several results of one analyte at a visit the last collected one with a value counts for a score; each is graded by itself.
- A censored value (`<`, `>`) is a bound, never a value. Units convert by the one table or not at all.
- A total is what was stated, or what its items make where all are there; nothing is imputed.
- A value carried forward from an earlier visit (weight, height) makes a result that is not final.
- A result that was made with constants of the study's own names them, those of the rules beneath it as `rule.constant`, and the
  study's version among its inputs."""


def document() -> str:
    """Give the whole page."""
    return (
        "\n\n".join([INTRODUCTION, _overview(), *(part for rule in RULEBOOK.values() for part in _section(rule))])
        + "\n"
    )


def write(path: Path) -> None:
    """Write the page to a file."""
    path.write_text(document(), encoding="utf-8")


def is_current(path: Path) -> bool:
    """Tell whether a file is what would be written."""
    return path.exists() and path.read_text(encoding="utf-8") == document()


def _overview() -> str:
    rows = (
        [f"[`{rule.id}`](#{rule.id.replace('.', '')})", rule.title, rule.version, f"{rule.certainty} %"]
        for rule in RULEBOOK.values()
    )
    return table(("Rule", "What it is", "Version", "Certainty"), rows)


def _section(rule: Rule[Any]) -> Iterator[str]:
    told = told_rule(rule)
    yield f"## {rule.id}"
    yield f"{rule.title}. Source: {rule.source}."
    where = f"Calculated at `POST {told['calculation']}`." if told["calculation"] else ""
    unit = f"Its value is in `{rule.unit}`." if rule.unit else ""
    if where or unit:
        yield " ".join(filter(None, (unit, where)))
    if rule.categories:
        yield table(("Category", "Words"), ([f"`{code}`", words] for code, words in rule.categories.items()))
    if told["constants"]:
        titles = ("Constant", "What it is", "Value", "Source", "Certainty")
        yield table(titles, map(_constant, told["constants"]))


def _constant(constant: Mapping[str, Any]) -> list[str]:
    certainty = f"{constant['certainty']} %"
    return [f"`{constant['name']}`", constant["words"], _value(constant["value"]), constant["source"], certainty]


def _value(value: Any) -> str:
    if value is None:
        return "none: a study must set it"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(inner)}" for name, inner in value.items())
    return ", ".join(map(_value, value)) if isinstance(value, list) else str(value)
