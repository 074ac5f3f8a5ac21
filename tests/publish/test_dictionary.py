"""The data dictionary: current, and with every field, analyte, check and refusal in it."""

from __future__ import annotations

import re
from pathlib import Path

from registry.domain.analytes import CATALOGUE
from registry.domain.edit_check_rules import RULES
from registry.problems import every_problem
from registry.publish import dictionary
from registry.schemas.visits import FORMS

COMMITTED = Path(__file__).parents[2] / "docs" / "data_dictionary.md"
DOCUMENT = dictionary.document()


def section(title: str) -> str:
    """Give what stands under a heading of the third level."""
    return DOCUMENT.split(f"### {title}\n", 1)[1].split("\n#", 1)[0]


def test_the_committed_dictionary_is_what_the_declarations_say() -> None:
    assert dictionary.is_current(COMMITTED), "run 'make openapi'"


def test_every_field_of_every_record_and_form_has_a_row_with_words_and_type() -> None:
    records = [(dictionary.title_of(record), record) for record in dictionary.RECORDS]
    for title, record in [*records, *((f"`{name}`", form) for name, form in FORMS.items())]:
        rows = {row[0]: row for row in cells(section(title))}
        for name in record().fields.keys() - {"missing", "derived"}:
            assert rows[f"`{name}`"][1], (title, name)
            assert rows[f"`{name}`"][2], (title, name)


def test_a_field_says_unit_limits_and_codes() -> None:
    rows = {row[0]: row for row in cells(section("`vital_signs`"))}
    assert rows["`height`"][1:] == ["Height", "decimal", "`cm`", "30 to 230, 1", "", "optional", "VS.HEIGHT", "8302-2"]
    assert rows["`height_position`"][4] == "`standing`, `lying`"
    strength = {row[0]: row for row in cells(section("`muscle_strength`"))}
    assert (strength["`mmt8_maximum`"][4], strength["`cmas_total`"][5]) == ("80, 150", "better")


def test_every_list_of_codes_that_is_referred_to_is_there() -> None:
    referred, there = (set(re.findall(form, DOCUMENT)) for form in (r"\(#(codes-[^)]+)\)", r'<a id="(codes-[^"]+)"'))
    assert referred == there


def test_every_analyte_edit_check_and_refusal_is_there() -> None:
    for code in (*CATALOGUE, *RULES, *(f"/problems/{problem.slug()}" for problem in every_problem())):
        assert f"| `{code}` |" in DOCUMENT


def cells(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [line[2:-2].split(" | ") for line in lines[2:]]
