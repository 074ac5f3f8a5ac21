"""A JAK inhibitor is known by name and by old and new ATC code, and its dose is compared with what is published."""

from decimal import Decimal

import pytest

from registry.domain import dosing
from registry.domain.dose_ranges import (
    NIH_BARICITINIB,
    PUBLISHED_REGIMENS,
    Range,
    dose_outside_published_range,
    published_range,
)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("tofacitinib", "tofacitinib"),
        ("Baricitinib", "baricitinib"),
        ("L04AA37", "baricitinib"),
        ("l04af02", "baricitinib"),
        ("L04AA29", "tofacitinib"),
        ("L04AA44", "upadacitinib"),
        ("L04AA45", "filgotinib"),
        ("D11AH09", "ruxolitinib"),
        ("L01EJ01", "ruxolitinib"),
        (" brepocitinib ", "brepocitinib"),
    ],
)
def test_a_drug_is_found_by_name_and_by_any_of_its_codes(said, code):
    assert dosing.resolve(said).code == code


def test_the_current_code_is_kept_beside_the_old_one():
    assert dosing.resolve("L04AA37").atc == "L04AF02"
    assert dosing.resolve("baricitinib").rxnorm == "2047232"


@pytest.mark.parametrize("said", ["", "methotrexate", "L04A"])
def test_another_drug_is_refused(said):
    with pytest.raises(dosing.UnknownDrug):
        dosing.resolve(said)


def test_a_dose_is_said_a_day_and_a_kilogram():
    daily = dosing.mg_per_day(Decimal("2.5"), Decimal(2))
    assert daily == Decimal("5.0")
    assert dosing.mg_per_kg_per_day(daily, Decimal(20)) == Decimal("0.25")
    assert dosing.mg_per_kg_per_day(Decimal(4), Decimal(30)) == Decimal("0.133333333333")
    with pytest.raises(ValueError, match="above zero"):
        dosing.mg_per_kg_per_day(daily, Decimal(0))


def test_no_formulation_is_unknown():
    for drug in dosing.JAK_INHIBITORS.values():
        assert set(drug.formulations) <= set(dosing.FORMULATIONS)


RANGES = [
    ("baricitinib", "tablet", "10", ("1", "2")),
    ("baricitinib", "tablet", "29.9", ("1", "2")),
    ("baricitinib", "tablet", "30", ("2", "4")),
    ("baricitinib", None, None, ("1", "4")),
    ("tofacitinib", "tablet", "9", ("5", "15")),
    ("tofacitinib", "oral_solution", "19.9", ("5", "15")),
    ("tofacitinib", "tablet", "24.9", ("5", "15")),
    ("tofacitinib", "tablet", "25", ("8", "15")),
    ("tofacitinib", "tablet", "40", ("10", "15")),
    ("ruxolitinib", "tablet", "25", ("10", "15")),
    ("upadacitinib", "oral_solution", "19.9", ("6", "6")),
    ("upadacitinib", "oral_solution", "20", ("8", "8")),
    ("upadacitinib", "oral_solution", "30", ("12", "12")),
    ("upadacitinib", "extended_release_tablet", "30", ("15", "15")),
    ("upadacitinib", None, "30", ("12", "15")),
]


@pytest.mark.parametrize(("drug", "form", "weight", "limits"), RANGES)
def test_a_published_dose_passes_at_its_limits_and_not_beyond(drug, form, weight, limits):
    kg = Decimal(weight) if weight else None
    low, high = map(Decimal, limits)
    assert published_range(drug, form, kg) == Range(low, high)
    assert dose_outside_published_range(drug, form, low, kg) is None
    assert dose_outside_published_range(drug, form, high, kg) is None
    for beyond in (low - Decimal("0.01"), high + Decimal("0.01")):
        sentence = dose_outside_published_range(drug, form, beyond, kg)
        assert sentence is not None
        assert str(beyond) not in sentence


@pytest.mark.parametrize(
    ("drug", "form", "weight"),
    [("baricitinib", "tablet", "9.9"), ("upadacitinib", "extended_release_tablet", "29.9")],
)
def test_a_weight_for_which_nothing_is_published_is_said(drug, form, weight):
    sentence = dose_outside_published_range(drug, form, Decimal(2), Decimal(weight))
    assert sentence == f"No dose of {drug} is published for this formulation and weight."


@pytest.mark.parametrize(("drug", "form"), [("filgotinib", "tablet"), ("ruxolitinib", "cream"), ("L04AF07", None)])
def test_a_drug_or_formulation_without_a_published_dose_is_not_judged(drug, form):
    assert dose_outside_published_range(drug, form, Decimal(999), Decimal(30)) is None


def test_a_study_can_add_the_higher_doses_of_the_nih_programmes():
    assert dose_outside_published_range("baricitinib", "tablet", Decimal(8), Decimal(25)) is not None
    regimens = (*PUBLISHED_REGIMENS, NIH_BARICITINIB)
    assert dose_outside_published_range("baricitinib", "tablet", Decimal(8), Decimal(25), regimens) is None
