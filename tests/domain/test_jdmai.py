"""The JDMAI is the sum of four components, and every score has a state."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.jdmai import JDMAI1, JDMAI2, MAXIMA, SKIN, Components, jdmai, of_score
from registry.domain.rules import ConstantRefused, overriding

ORDER = ("inactive", "low", "moderate", "high")


def components(**values):
    return Components(**{name: None if value is None else Decimal(value) for name, value in values.items()})


@pytest.mark.parametrize(
    ("rule", "score", "state"),
    [
        (JDMAI1, "0", "inactive"),
        (JDMAI1, "2.4", "inactive"),
        (JDMAI1, "2.5", "low"),
        (JDMAI1, "6.6", "low"),
        (JDMAI1, "6.65", "moderate"),
        (JDMAI1, "6.7", "moderate"),
        (JDMAI1, "11", "moderate"),
        (JDMAI1, "11.1", "high"),
        (JDMAI1, "40", "high"),
        (JDMAI2, "5.2", "inactive"),
        (JDMAI2, "5.3", "low"),
        (JDMAI2, "8.5", "low"),
        (JDMAI2, "8.55", "moderate"),
        (JDMAI2, "8.6", "moderate"),
        (JDMAI2, "11.3", "moderate"),
        (JDMAI2, "11.4", "high"),
    ],
)  # domain reference 8.4; 6.65 and 8.55 lie in the published gap
def test_a_state_ends_at_its_cut_off(rule, score, state):
    assert of_score(Decimal(score), rule).category == state


@pytest.mark.parametrize(
    ("rule", "skin", "value", "state"), [(JDMAI1, "1", "6.2", "low"), (JDMAI2, "5", "10.2", "moderate")]
)
def test_the_index_is_the_sum_of_its_components(rule, skin, value, state):
    given = components(physician_global_activity="2.5", patient_global_activity="1.5", hmc="88", skin=skin)
    result = jdmai(given, rule)
    assert (result.value, result.category, result.final) == (Decimal(value), state, True)
    assert result.details.muscle == Decimal("1.2")


@pytest.mark.parametrize(("hmc", "muscle"), [("100", "0"), ("0", "10"), ("88", "1.2")])
def test_muscle_is_the_hmc_in_tenths_turned(hmc, muscle):
    assert jdmai(components(hmc=hmc)).details.muscle == Decimal(muscle)


def test_muscle_as_given_counts():
    assert jdmai(components(muscle="3")).details.muscle == 3


@pytest.mark.parametrize(
    ("own", "name"),
    [
        ({"hmc_points_per_point": 0}, "hmc_points_per_point"),
        ({"inactive_at_most": 9}, "inactive_at_most"),
        ({"low_at_most": 2}, "low_at_most"),
        ({"moderate_at_most": 41}, "moderate_at_most"),
    ],
)
def test_states_that_do_not_follow_one_another_are_refused(own, name):
    with pytest.raises(ConstantRefused) as refusal:
        overriding(JDMAI1, own)
    assert refusal.value.name == name


def test_a_missing_component_is_named_and_leaves_the_state_open():
    given = components(physician_global_activity="1", patient_global_activity="1", skin="0")
    result = jdmai(given)
    assert (result.value, result.category, result.missing) == (None, None, ("muscle",))
    assert (result.final, result.details.at_least, result.details.at_most) == (False, 2, 12)


def test_a_missing_component_that_cannot_change_the_state_leaves_it_told():
    given = components(physician_global_activity="6", patient_global_activity="5", skin="2")
    result = jdmai(given)
    assert (result.value, result.category, result.final) == (None, "high", False)


@pytest.mark.parametrize(("rule", "skin"), [(JDMAI1, "mdaat_cutaneous"), (JDMAI2, "das_skin_total")])
def test_each_version_names_its_own_skin(rule, skin):
    assert skin in jdmai(components(), rule).missing


def test_why_a_component_does_not_count_is_said():
    result = jdmai(Components(unusable={"muscle": "The hMC is missing.", "skin": "Never said."}))
    assert result.reason == "The JDMAI1 needs its four components. The hMC is missing."


tenths = st.decimals(0, 10, places=1)
full = st.fixed_dictionaries(
    {"physician_global_activity": tenths, "patient_global_activity": tenths, "muscle": tenths, "skin": tenths}
)


@settings(max_examples=40)
@given(full, st.sets(st.sampled_from(["physician_global_activity", "patient_global_activity", "muscle", "skin"])))
def test_what_is_told_with_components_missing_is_what_all_of_them_give(values, absent):
    told = jdmai(Components(**{name: None if name in absent else value for name, value in values.items()}))
    whole = jdmai(Components(**values))
    assert told.category in {None, whole.category}
    assert told.details.at_least <= whole.value <= told.details.at_most


@given(st.decimals(0, 40, places=2), st.decimals(0, 40, places=2))
def test_a_higher_score_is_no_better_state(one, other):
    low, high = sorted((one, other))
    for rule in (JDMAI1, JDMAI2):
        assert ORDER.index(of_score(low, rule).category) <= ORDER.index(of_score(high, rule).category)


def test_the_maxima_are_those_of_the_versions():
    common = ("physician_global_activity", "patient_global_activity", "muscle")
    sums = [sum(MAXIMA[name] for name in (*common, skin)) for skin in SKIN.values()]
    assert sums == [40, 39]
