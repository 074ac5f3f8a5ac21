"""Visits to submit, made from the declarations: full ones with every field of every form, and small ones for bulk."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from marshmallow.fields import Field

from registry.domain import items, sums
from registry.domain.analyte import Analyte
from registry.domain.analytes import CATALOGUE
from registry.domain.vocabulary import VISIT_EVENTS
from registry.schemas.fields import Choice, Exact, ListOf, OneOfNumbers, Text, Whole, YesNo
from registry.schemas.visits import FORMS

EVENTS = tuple(event for event in VISIT_EVENTS if event.startswith("week_"))[:12]
RESULTS_OF_A_FULL_VISIT = 30
RESULTS_OF_A_SMALL_VISIT = 8
FIXED: Mapping[str, Any] = {
    "height": Decimal("131.5"),
    "weight": Decimal("29.40"),
    "physician_global_scale": "vas",
    "patient_global_scale": "vas",
    items.MMT8_MAXIMUM: items.MMT8_BILATERAL_MAXIMUM,
    items.CMAS_MAXIMUM: items.CMAS_FULL_MAXIMUM,
    items.MDI_EXTENT_TOTAL: 4,
}
"""What must fit other values, of the same visit or of the one before."""


def full_visit(participant_id: str, number: int, chance: random.Random) -> dict[str, Any]:
    """Make the participant's visit of this number with every form, every item and 30 results."""
    forms = {name: full_form(name, chance) for name in FORMS}
    return visit(participant_id, number, forms, results(RESULTS_OF_A_FULL_VISIT, number, chance))


def small_visit(participant_id: str, number: int, chance: random.Random) -> dict[str, Any]:
    """Make a visit as a site brings them along from its charts: vital signs, globals, two totals, eight results."""
    forms = {
        "vital_signs": {"height": FIXED["height"], "weight": FIXED["weight"], "heart_rate": chance.randint(60, 120)},
        "disease_activity": {
            "physician_global_activity": tenths(chance, 10),
            "physician_global_scale": "vas",
            "patient_global_activity": tenths(chance, 10),
            "patient_global_scale": "vas",
            "patient_global_wording": "disease_activity",
            "patient_global_rater": "parent",
            "pain": tenths(chance, 10),
        },
        "muscle_strength": {
            "cmas_total": chance.randint(10, 52),
            "cmas_maximum": 52,
            "mmt8_total": chance.randint(60, 150),
            "mmt8_maximum": 150,
        },
    }
    return visit(participant_id, number, forms, results(RESULTS_OF_A_SMALL_VISIT, number, chance))


def visit(participant_id: str, number: int, forms: dict[str, Any], reported: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "participant_id": participant_id,
        "event": EVENTS[number],
        "visited_on": day(number),
        "mode": "in_person",
        "status": "complete",
        "forms": forms,
        "laboratory_results": reported,
    }


def day(number: int) -> str:
    return f"2024-{number + 1:02d}-10"


def full_form(name: str, chance: random.Random) -> dict[str, Any]:
    """Fill every field of a form, and give its totals what their items make of them."""
    filled = {field: FIXED.get(field, value(kind, chance)) for field, kind in form_fields(name).items()}
    for total in sums.TOTALS.values():
        if total.form == name:
            expected = total.expect({**filled, total.field: None}).total
            filled[total.field] = rounded(form_fields(name)[total.field], expected or Decimal(0))
    return filled


def rounded(kind: Field[Any], number: Decimal) -> int | Decimal:
    return round(number, kind.decimal_places) if isinstance(kind, Exact) else int(number)


@cache
def form_fields(name: str) -> dict[str, Field[Any]]:
    return {field: kind for field, kind in FORMS[name]().load_fields.items() if field != "missing"}


def value(kind: Field[Any], chance: random.Random) -> Any:
    """Give a value that the field accepts."""
    match kind:
        case YesNo():
            return chance.random() < 0.3
        case OneOfNumbers():
            return kind.numbers[-1]
        case Whole() | Exact():
            return number_within(kind, chance)
        case Choice():
            return chance.choice(list(kind.codes))
        case ListOf():
            return [value(kind.inner, chance)]
        case Text():
            return "PROMIS Pediatric v2.0"
    raise TypeError(kind)


def number_within(kind: Whole | Exact, chance: random.Random) -> int | Decimal:
    (limits,) = kind.validators
    low, high = int(limits.min), int(limits.max)
    if isinstance(kind, Whole):
        return chance.randint(low, high)
    scale = 10**kind.decimal_places
    return Decimal(chance.randint(low * scale, high * scale)) / scale


def tenths(chance: random.Random, high: int) -> Decimal:
    return Decimal(chance.randint(0, high * 10)) / 10


def results(count: int, number: int, chance: random.Random) -> list[dict[str, Any]]:
    """Give results of the catalogue's first analytes, complete with limits, specimen, assay and time."""
    measured = [analyte for analyte in CATALOGUE.values() if analyte.kind == "quantity"]
    return [result(analyte, number, chance) for analyte in measured[:count]]


def result(analyte: Analyte, number: int, chance: random.Random) -> dict[str, Any]:
    """Give a result in the standard unit, or as often in another one that it is reported in."""
    units = analyte.families[0].units
    return {
        "analyte": analyte.code,
        "value": tenths(chance, 400),
        "unit": chance.choice(units[:2]),
        "lower_limit": Decimal("1.5"),
        "upper_limit": Decimal(35),
        "specimen": analyte.specimens[0],
        "assay": "Atellica CH",
        "laboratory": "Central laboratory",
        "collected_at": f"{day(number)}T08:30:00Z",
    }
