"""The CHAQ index: the exact mean of the domains scored."""

from decimal import Decimal

import pytest

from registry.domain import items
from registry.domain.functioning import CHAQ, chaq, read_chaq
from registry.domain.rules import overriding

DOMAINS = items.fields(items.CHAQ_DOMAINS)
NONE = dict.fromkeys(DOMAINS, 0)


def scored(*scores, **more):
    return dict(zip(DOMAINS, scores, strict=False)) | more


@pytest.mark.parametrize(
    ("score", "aid", "index"),
    [
        (0, True, "0.25"),
        (1, True, "0.25"),
        (2, True, "0.25"),
        (3, True, "0.375"),
        (1, False, "0.125"),
        (1, None, "0.125"),
    ],
)
def test_an_aid_lifts_a_domain_of_0_or_1_to_2(score, aid, index):
    assert chaq({**NONE, "chaq_grip": score, "chaq_grip_aid": aid}).value == Decimal(index)


def test_the_worst_index_is_3():
    assert chaq(dict.fromkeys(DOMAINS, 3)).value == 3


def test_six_domains_make_an_index_that_is_not_final():
    result = chaq(scored(1, 1, 1, 1, 1, 2))
    assert (result.value, result.final, result.details.domains) == (Decimal("1.166666666667"), False, 6)
    assert result.missing == ("chaq_grip", "chaq_activities")


def test_five_domains_make_none():
    result = chaq(scored(1, 1, 1, 1, 1))
    assert (result.value, result.missing) == (None, ("chaq_reach", "chaq_grip", "chaq_activities"))


def test_domains_that_do_not_apply_are_not_missing():
    reasons = {"chaq_grip": "not_applicable", "chaq_activities": "not_applicable"}
    assert chaq(scored(1, 1, 1, 1, 1, 1, missing=reasons)).final
    assert not chaq(scored(1, 1, 1, 1, 1, 1, missing=reasons | {"chaq_grip": "not_done"})).final


@pytest.mark.parametrize(("index", "agrees"), [("0.12", True), ("0.13", True), ("0.131", False), ("0.119", False)])
def test_a_stated_index_may_be_rounded_to_two_decimals_and_the_domains_decide(index, agrees):
    result = chaq({**NONE, "chaq_grip": 1, "chaq_index": Decimal(index)})
    assert result.value == (Decimal("0.125") if agrees else None)


def test_an_index_without_domains_is_taken_as_stated():
    result = chaq({"chaq_index": Decimal("0.875")})
    assert (result.value, result.details.basis, result.final, result.details.domains) == (
        Decimal("0.875"),
        "stated",
        True,
        None,
    )


def test_a_study_can_ask_for_all_eight_domains():
    rule = overriding(CHAQ, {"minimum_domains": 8})
    assert chaq(scored(1, 1, 1, 1, 1, 1, 1), rule).missing == ("chaq_activities",)
    assert chaq(dict.fromkeys(DOMAINS, 1), rule).value == 1


def test_a_stated_index_is_held_to_the_studys_own_constants():
    rule = overriding(CHAQ, {"level_with_aid": 3})
    values = {**NONE, "chaq_grip_aid": True}
    assert chaq({**values, "chaq_index": Decimal("0.375")}, rule).value == Decimal("0.375")
    assert chaq({**values, "chaq_index": Decimal("0.25")}, rule).value is None
    sentence = "The CHAQ index (chaq_index) must be the mean of at least 6 domains, each at least 3 where an aid or help is used."
    assert read_chaq({**values, "chaq_index": Decimal("0.25")}, rule).broken[0].sentence == sentence


@pytest.mark.parametrize("constants", [{"minimum_domains": 1}, {"minimum_domains": 8}, {"level_with_aid": 3}])
def test_no_constant_of_a_study_breaks_the_index(constants):
    rule = overriding(CHAQ, constants)
    for values in ({}, NONE, {"chaq_grip_aid": True}, {**NONE, "chaq_grip_aid": True}, {"chaq_index": 1}):
        value = chaq(values, rule).value
        assert value is None or 0 <= value <= 3
