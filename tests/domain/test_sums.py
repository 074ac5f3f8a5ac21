"""Totals follow from items exactly, and a total that contradicts them is named."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import items, sums


def full(counted, **changes):
    return {item.field: True if item.kind == "flag" else item.maximum for item in counted} | changes


def any_values(counted):
    return st.fixed_dictionaries(
        {
            item.field: st.booleans() if item.kind == "flag" else st.integers(item.minimum, item.maximum)
            for item in counted
        }
    )


CHAQ_ZERO = dict.fromkeys(items.fields(items.CHAQ_DOMAINS), 0)

WORKED = [
    ("MMT8 of both sides", "mmt8_total", full(items.MMT8_ITEMS, mmt8_maximum=150), "150"),
    ("MMT8 of the right", "mmt8_total", full((items.MMT8_AXIAL, *items.MMT8_BY_SIDE["right"]), mmt8_maximum=80), "80"),
    (
        "MMT8 of the left where it is the side used",
        "mmt8_total",
        full((items.MMT8_AXIAL, *items.MMT8_BY_SIDE["left"]), mmt8_maximum=80, mmt8_side="left", mmt8_biceps_left=4),
        "74",
    ),
    ("MMT26 of its groups", "mmt26_total", {"mmt_axial": 18, "mmt_proximal": 140, "mmt_distal": 76}, "234"),
    ("CMAS at its best", "cmas_total", full(items.CMAS_ITEMS), "52"),
    ("CDASI activity with papules", "cdasi_activity_total", full(items.CDASI_ACTIVITY_ITEMS), "100"),
    (
        "CDASI activity without papules, erythema kept",
        "cdasi_activity_total",
        full(items.CDASI_ACTIVITY_ITEMS, cdasi_gottron_hands_papules=False),
        "97",
    ),
    (
        "CDASI activity without erythema needs no word on papules",
        "cdasi_activity_total",
        full(items.CDASI_ACTIVITY_ITEMS, cdasi_gottron_hands_papules=None, cdasi_gottron_hands_erythema=0),
        "94",
    ),
    ("CDASI damage", "cdasi_damage_total", full(items.CDASI_DAMAGE_ITEMS), "32"),
    ("DAS skin", "das_skin_total", full(items.DAS_SKIN_ITEMS), "9"),
    ("DAS muscle", "das_muscle_total", full(items.DAS_MUSCLE_ITEMS), "11"),
    ("DAS from its subtotals", "das_total", {"das_skin_total": 6, "das_muscle_total": 3}, "9"),
    ("DAS from its items", "das_total", full((*items.DAS_SKIN_ITEMS, *items.DAS_MUSCLE_ITEMS)), "20"),
    ("DAS from a subtotal and items", "das_total", full(items.DAS_SKIN_ITEMS, das_muscle_total=2), "11"),
    ("CHAQ with an aid on a 0", "chaq_index", CHAQ_ZERO | {"chaq_grip_aid": True}, "0.25"),
    ("CHAQ with an aid on a 1", "chaq_index", CHAQ_ZERO | {"chaq_grip": 1, "chaq_grip_aid": True}, "0.25"),
    ("CHAQ with an aid on a 3", "chaq_index", CHAQ_ZERO | {"chaq_grip": 3, "chaq_grip_aid": True}, "0.375"),
    ("CHAQ of one step", "chaq_index", CHAQ_ZERO | {"chaq_grip": 1, "chaq_grip_aid": False}, "0.125"),
    ("CHAQ of six domains", "chaq_index", CHAQ_ZERO | {"chaq_grip": None, "chaq_reach": None, "chaq_eating": 3}, "0.5"),
    (
        "nailfold mean",
        "nailfold_density",
        {item.field: Decimal(4 + index) for index, item in enumerate(items.NAILFOLD_ITEMS)},
        "7.5",
    ),
    ("MDI severity", "mdi_severity_total", full(items.MDI_SEVERITY_ITEMS), "110"),
]


@pytest.mark.parametrize(("case", "field", "values", "expected"), WORKED, ids=[row[0] for row in WORKED])
def test_items_make_the_total(case, field, values, expected):
    assert sums.expected_total(field, values).total == Decimal(expected), case
    assert sums.contradiction(field, values | {field: Decimal(expected)}) is None
    wrong = sums.contradiction(field, values | {field: Decimal(expected) - Decimal("0.1")})
    assert wrong is not None
    assert field in wrong.sentence


def test_a_missing_item_means_no_total_and_is_named():
    values = full(items.CMAS_ITEMS, cmas_sit_ups=None)
    del values["cmas_pick_up"]
    assert sums.expected_total("cmas_total", values).missing == ("cmas_sit_ups", "cmas_pick_up")
    refused = sums.contradiction("cmas_total", values | {"cmas_total": 43})
    assert refused is not None
    assert refused.missing == ("cmas_sit_ups", "cmas_pick_up")


def test_a_total_without_any_item_is_accepted():
    assert sums.contradiction("cmas_total", {"cmas_total": 31, "cmas_maximum": 52}) is None
    assert sums.contradiction("das_total", {"das_total": 7}) is None


def test_items_without_a_total_contradict_nothing():
    assert sums.contradiction("cmas_total", {"cmas_sit_ups": 3}) is None


def test_five_chaq_domains_make_no_index():
    values = CHAQ_ZERO | {"chaq_grip": None, "chaq_reach": None, "chaq_eating": None}
    assert sums.expected_total("chaq_index", values).missing == ("chaq_eating", "chaq_reach", "chaq_grip")


def test_a_study_can_ask_for_other_chaq_domains():
    values = CHAQ_ZERO | {"chaq_grip": None}
    assert sums.chaq(values, sums.ChaqRule(version="study-1", minimum_domains=8)).total is None


def test_a_chaq_index_may_be_rounded_to_two_decimals_and_no_further():
    values = CHAQ_ZERO | {"chaq_grip": 1}
    accepted = [sums.contradiction("chaq_index", values | {"chaq_index": Decimal(text)}) for text in ("0.12", "0.13")]
    refused = [sums.contradiction("chaq_index", values | {"chaq_index": Decimal(text)}) for text in ("0.119", "0.131")]
    assert accepted == [None, None]
    assert None not in refused


def test_papules_left_unsaid_leave_cdasi_activity_undecided():
    values = full(items.CDASI_ACTIVITY_ITEMS, cdasi_gottron_hands_papules=None)
    assert sums.expected_total("cdasi_activity_total", values).missing == ("cdasi_gottron_hands_papules",)


def test_mmt8_without_its_maximum_is_not_guessed():
    assert sums.expected_total("mmt8_total", full(items.MMT8_ITEMS)).missing == ("mmt8_maximum",)


@given(any_values(items.CDASI_ACTIVITY_ITEMS), any_values(items.CDASI_DAMAGE_ITEMS))
def test_cdasi_is_bounded_by_construction(activity, damage):
    assert 0 <= sums.cdasi_activity(activity).total <= 100
    assert 0 <= sums.cdasi_damage(damage).total <= 32


@given(any_values(items.CMAS_ITEMS), any_values(items.MMT8_ITEMS), st.sampled_from([80, 150]))
def test_strength_is_bounded_by_its_scale(cmas, mmt8, maximum):
    assert 0 <= sums.cmas(cmas).total <= 52
    assert 0 <= sums.mmt8(mmt8 | {"mmt8_maximum": maximum}).total <= maximum


@given(any_values((*items.CHAQ_DOMAINS, *items.CHAQ_AIDS)))
def test_chaq_lies_between_0_and_3_in_eighths(values):
    index = sums.chaq(values).total
    assert 0 <= index <= 3
    assert index * 8 % 1 == 0
