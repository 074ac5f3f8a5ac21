"""CDASI, DAS and nailfold density as totals."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import items
from registry.domain.skin_disease import (
    cdasi_activity,
    cdasi_damage,
    das,
    das_muscle,
    das_skin,
    nailfold_density,
    read_das,
)

ACTIVITY = {item.field: True if item.kind == "flag" else item.maximum for item in items.CDASI_ACTIVITY_ITEMS}
CLEAR = {item.field: False if item.kind == "flag" else 0 for item in items.CDASI_ACTIVITY_ITEMS}
DAMAGE = {item.field: item.maximum for item in items.CDASI_DAMAGE_ITEMS}
SKIN = {item.field: item.maximum for item in items.DAS_SKIN_ITEMS}
MUSCLE = {item.field: item.maximum for item in items.DAS_MUSCLE_ITEMS}
FINGERS = dict.fromkeys(items.fields(items.NAILFOLD_ITEMS), Decimal("5.1"))


def any_of(counted):
    return st.fixed_dictionaries(
        {item.field: st.booleans() if item.kind == "flag" else st.integers(0, item.maximum) for item in counted}
    )


@pytest.mark.parametrize(
    ("erythema", "papules", "total"), [(3, True, 6), (3, False, 3), (1, True, 2), (1, False, 1), (0, True, 0), (0, None, 0)]
)  # fmt: skip
def test_erythema_counts_double_with_papules_and_once_without(erythema, papules, total):
    values = {**CLEAR, "cdasi_gottron_hands_erythema": erythema, "cdasi_gottron_hands_papules": papules}
    assert cdasi_activity(values).value == total


def test_erythema_without_a_word_on_papules_makes_no_total():
    values = {**CLEAR, "cdasi_gottron_hands_erythema": 1, "cdasi_gottron_hands_papules": None}
    assert cdasi_activity(values).missing == ("cdasi_gottron_hands_papules",)


@given(any_of(items.CDASI_ACTIVITY_ITEMS))
@settings(max_examples=35, deadline=None)
def test_a_cdasi_activity_of_any_items_lies_from_0_to_100(values):
    assert 0 <= cdasi_activity(values).value <= 100


@given(any_of(items.CDASI_DAMAGE_ITEMS))
@settings(max_examples=35, deadline=None)
def test_a_cdasi_damage_of_any_items_lies_from_0_to_32(values):
    assert 0 <= cdasi_damage(values).value <= 32


def test_the_worst_cdasi_is_100_and_32():
    result = cdasi_activity(ACTIVITY | DAMAGE)
    assert (result.value, result.details.damage, result.details.damage_note) == (100, 32, None)
    assert cdasi_damage(DAMAGE).value == 32


def test_an_activity_is_told_where_the_damage_is_not_known():
    result = cdasi_activity(ACTIVITY)
    assert (result.value, result.final, result.details.damage) == (100, True, None)
    assert result.details.damage_note == "Neither the CDASI damage total nor any of its items is recorded."


def test_a_missing_site_makes_no_activity():
    assert cdasi_activity({**ACTIVITY, "cdasi_scalp_scale": None}).missing == ("cdasi_scalp_scale",)


def test_a_stated_cdasi_is_taken_without_items_and_held_to_them_with_items():
    assert cdasi_activity({"cdasi_activity_total": 23}).details.basis == "stated"
    result = cdasi_activity({**ACTIVITY, "cdasi_gottron_hands_papules": False, "cdasi_activity_total": 94})
    assert (result.value, result.details.expected) == (None, 97)


def test_a_das_is_the_sum_of_its_parts():
    result = das(SKIN | MUSCLE)
    assert (result.value, result.details.skin, result.details.muscle) == (20, 9, 11)
    assert (das_skin(SKIN).value, das_muscle(MUSCLE).value) == (9, 11)


def test_a_das_is_made_of_stated_parts_and_items_alike():
    assert das({**SKIN, "das_muscle_total": 2}).value == 11
    assert das({"das_skin_total": 6, "das_muscle_total": 3}).value == 9
    assert das({"das_total": 3}).details.basis == "stated"


def test_a_das_with_one_part_tells_the_part_and_no_total():
    result = das(SKIN)
    assert (result.value, result.missing, result.details.skin) == (None, ("das_muscle_total",), 9)


def test_a_part_that_contradicts_its_items_makes_no_das():
    values = {**SKIN, "das_skin_total": 8, "das_muscle_total": 2}
    assert [one.field for one in read_das(values).broken] == ["das_skin_total"]
    assert das(values).value is None


def test_a_das_that_contradicts_its_parts_is_none():
    values = {"das_skin_total": 6, "das_muscle_total": 3, "das_total": 10}
    assert das(values).reason == "The DAS total (das_total) must be the sum of DAS skin and DAS muscle."


@given(any_of((*items.DAS_SKIN_ITEMS, *items.DAS_MUSCLE_ITEMS)))
@settings(max_examples=50, deadline=None)
def test_a_das_of_any_items_lies_from_0_to_20(values):
    assert 0 <= das(values).value <= 20


def test_a_nailfold_density_is_the_mean_of_eight_fingers():
    assert nailfold_density(FINGERS).value == Decimal("5.1")
    assert nailfold_density({**FINGERS, "nailfold_left_ring": None}).missing == ("nailfold_left_ring",)
    assert nailfold_density({"nailfold_density": Decimal("7.9")}).details.basis == "stated"


@pytest.mark.parametrize(("mean", "agrees"), [("5.15", True), ("5.16", False), ("5.05", True), ("5.04", False)])
def test_a_stated_mean_may_be_rounded_to_one_decimal_and_the_fingers_decide(mean, agrees):
    result = nailfold_density({**FINGERS, "nailfold_density": Decimal(mean)})
    assert result.value == (Decimal("5.1") if agrees else None)
