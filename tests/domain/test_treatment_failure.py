"""Refractory disease derived from medications: what the records do not tell stays unknown."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.autoantibodies import AUTOANTIBODIES
from registry.domain.derivations import diagnosis
from registry.domain.derivations.treatment_failure import months_of
from registry.domain.diagnostic_items import DIAGNOSTIC_ITEMS
from registry.domain.medications import MEDICATIONS, ROUTES
from registry.domain.vocabulary import MEDICATION_END_REASONS
from registry.schemas.concomitant_medications import DOSE_UNITS, FREQUENCIES
from tests.domain.treatment_course import course, glucocorticoid, result, visit


def of_participant(rule, medications=(), visits=(), **participant):
    return result(diagnosis.of_participant(course(visits, medications, **participant)), rule=rule)


def inputs_of(rule, **images):
    return next(one.inputs for one in diagnosis.of_participant(course(**images)) if one.result.rule.id == rule)


HIGH = {"dose_unit": "mg/kg", "dose": 1, "started_on": "2026-01-01", "ended_on": "2026-02-28"}


def methotrexate(**said):
    usual = {"medication": "methotrexate", "dose": 10, "frequency": "weekly", "route": "subcutaneous"}
    return glucocorticoid(**usual | {"ended_on": "2026-04-01"} | said)


def refractory(*medications, **images):
    return of_participant("refractory", medications=medications, **images)


def test_high_dose_glucocorticoid_that_failed_over_two_months_is_refractory():
    found = refractory(glucocorticoid(**HIGH, reason_for_end="inefficacy"))
    assert (found.category, found.final, found.details.glucocorticoid_failure) == ("refractory", True, True)


def test_an_immunosuppressant_that_failed_is_refractory():
    found = refractory(methotrexate(reason_for_end="inefficacy"))
    assert (found.category, found.details.immunosuppressant_failure) == ("refractory", True)


def test_glucocorticoids_not_tolerated_are_refractory():
    assert refractory(glucocorticoid(reason_for_end="intolerance")).category == "refractory"


NOTHING_FAILED = (glucocorticoid(**HIGH, reason_for_end="remission"), methotrexate(reason_for_end="remission"))


def test_treatments_that_ended_for_other_reasons_are_not_refractory():
    found = refractory(*NOTHING_FAILED)
    assert (found.category, found.final) == ("not_refractory", True)


@pytest.mark.parametrize(
    "medications",
    [
        (),
        NOTHING_FAILED[:1],
        NOTHING_FAILED[1:],
        (NOTHING_FAILED[0], methotrexate()),
        (NOTHING_FAILED[0], methotrexate(ended_on=None)),
        (NOTHING_FAILED[0], methotrexate(reason_for_end="unknown")),
        (NOTHING_FAILED[0], methotrexate(reason_for_end="inefficacy", medication="hydroxychloroquine")),
        (NOTHING_FAILED[0], methotrexate(reason_for_end="inefficacy", medication="rituximab")),
        (NOTHING_FAILED[1], glucocorticoid(**HIGH)),
        (
            NOTHING_FAILED[1],
            glucocorticoid(**HIGH | {"ended_on": None, "reason_for_end": "inefficacy"}, route="topical"),
        ),
    ],
    ids=[
        "nothing recorded",
        "no immunosuppressant recorded",
        "no glucocorticoid recorded",
        "end without a reason",
        "goes on",
        "reason not known",
        "an antimalarial",
        "a biologic",
        "glucocorticoid without a reason",
        "a topical glucocorticoid",
    ],
)
def test_what_the_records_do_not_tell_is_indeterminate(medications):
    found = refractory(*medications)
    assert (found.category, found.final) == ("indeterminate", False)
    assert found.missing


def test_a_treatment_that_is_only_named_may_have_failed():
    found = refractory(*NOTHING_FAILED, prior_treatments=["methotrexate", "azathioprine"])
    assert (found.category, found.missing) == ("indeterminate", ("immunosuppressants_failed",))
    assert refractory(*NOTHING_FAILED, prior_treatments=["methotrexate", "ivig"]).category == "not_refractory"


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({}, True),
        ({"dose": 0.5}, False),
        ({"dose": 0.5, "frequency": "twice_daily"}, True),
        ({"medication": "methylprednisolone", "dose": 0.6}, True),
        ({"medication": "hydrocortisone"}, False),
        ({"frequency": "as_needed"}, None),
        ({"dose": None}, None),
        ({"ended_on": "2026-02-27"}, False),
        ({"ended_on": "2026-02"}, None),
        ({"ended_on": "2026-03"}, True),
        ({"started_on": "2026"}, None),
        ({"started_on": None}, None),
        ({"route": "intravenous"}, None),
    ],
    ids=str,
)
def test_a_failure_needs_the_dose_and_the_time(changes, failure):
    exact = {name: Decimal(str(value)) if name == "dose" and value else value for name, value in changes.items()}
    found = refractory(glucocorticoid(**HIGH | {"reason_for_end": "inefficacy"} | exact))
    assert found.details.glucocorticoid_failure is failure


@pytest.mark.parametrize(
    ("weights", "failure"),
    [
        ((), None),
        ((("2026-01-10", 20),), True),
        ((("2025-12-10", 20),), True),
        ((("2025-11-10", 20),), None),
        ((("2026-01-10", 40),), False),
        ((("2026-01-10", 26), ("2026-02-10", 28)), None),
        ((("2026-05-10", 20),), None),
    ],
    ids=["none", "during", "shortly before", "long before", "too heavy", "on both sides of the limit", "after"],
)
def test_milligrams_need_a_weight_of_their_time(weights, failure):
    visits = [visit(on, weight=kg) for on, kg in weights]
    in_mg = HIGH | {"dose_unit": "mg", "dose": 20, "reason_for_end": "inefficacy"}
    found = refractory(glucocorticoid(**in_mg), visits=visits)
    assert found.details.glucocorticoid_failure is failure


def test_a_short_treatment_beside_another_at_high_dose_may_be_part_of_a_longer_one():
    first = glucocorticoid(**HIGH | {"ended_on": "2026-01-31", "reason_for_end": "other"})
    second = glucocorticoid(**HIGH | {"started_on": "2026-02-01", "reason_for_end": "inefficacy"})
    assert refractory(first, second, NOTHING_FAILED[1]).category == "indeterminate"
    assert refractory(second, NOTHING_FAILED[1]).category == "not_refractory"


def test_attested_indications_are_told():
    found = refractory(indications=["ild", "unable_to_wean_steroids"])
    assert found.details.attested_indications == ("unable_to_wean_steroids",)


def test_refractory_names_the_records_it_was_made_from():
    medications = [glucocorticoid(**HIGH | {"dose_unit": "mg"}), methotrexate(), methotrexate(medication="ivig")]
    inputs = inputs_of("refractory", medications=medications, visits=[visit("2026-01-05", weight=20)])
    assert [one.record for one in inputs] == ["participant", *["concomitant_medication"] * 2, "visit"]
    assert [one.id for one in inputs][1:3] == [medications[0]["id"], medications[1]["id"]]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01-01", "2026-02-28", "2"),
        ("2026-01-31", "2026-02-27", "0.9"),
        ("2024-01-31", "2024-02-29", "1.032"),
        ("2025-12-15", "2026-02-14", "2"),
        ("2026-01-01", "2026-01-01", "0.032"),
        ("2026-01-02", "2025-01-01", "0"),
    ],
)
def test_months_are_those_of_the_calendar(first, last, months):
    assert float(months_of(date.fromisoformat(first), date.fromisoformat(last))) == pytest.approx(
        float(months), abs=0.005
    )


def optional(values):
    return st.none() | values


DAYS = st.sampled_from(("2016", "2025-11", "2026-01-31", "2026-02", "2026-06-30", "2034-05", "2057"))
MEDICATION = st.fixed_dictionaries(
    {
        "medication": st.sampled_from(tuple(MEDICATIONS)),
        "dose": optional(st.decimals(0, 1000000, places=4)),
        "dose_unit": optional(st.sampled_from(tuple(DOSE_UNITS))),
        "frequency": optional(st.sampled_from(tuple(FREQUENCIES))),
        "route": optional(st.sampled_from(tuple(ROUTES))),
        "started_on": optional(DAYS),
        "ended_on": optional(DAYS),
        "reason_for_end": optional(st.sampled_from(tuple(MEDICATION_END_REASONS))),
    }
)
ANTIBODY = st.fixed_dictionaries(
    {
        "antibody": st.sampled_from(tuple(AUTOANTIBODIES)),
        "finding": st.sampled_from(("positive", "negative", "indeterminate")),
    }
)
PARTICIPANT = st.fixed_dictionaries(
    {item.field: optional(st.booleans()) for item in DIAGNOSTIC_ITEMS}
    | {
        "symptom_onset": optional(DAYS),
        "autoantibodies": optional(st.lists(ANTIBODY, max_size=3)),
        "prior_treatments": optional(st.lists(st.sampled_from(tuple(MEDICATIONS)), max_size=3)),
    }
)


@settings(max_examples=40, deadline=None)
@given(PARTICIPANT, st.lists(MEDICATION, max_size=4), optional(st.integers(1, 250)))
def test_any_participant_gives_its_three_results(participant, medications, weight):
    visits = [visit("2026-01-20", **({"weight": weight} if weight else {}))]
    made = course(visits, [glucocorticoid(**one) for one in medications], **participant)
    for one in diagnosis.of_participant(made):
        assert one.result.final or one.result.reason
        assert one.result.rule.categories.keys() >= {one.result.category} - {None}


CHILD = "0198c5a0-0000-7000-8000-00000000c111"
SEVERAL = (
    glucocorticoid(dose=None, started_on="2026-01-01"),
    glucocorticoid(**HIGH, reason_for_end=None),
    glucocorticoid(**HIGH | {"dose": None}, reason_for_end="inefficacy"),
    glucocorticoid(started_on="2026", reason_for_end="intolerance", ended_on="2026-03"),
    methotrexate(reason_for_end=None),
)


@settings(max_examples=10)
@given(st.permutations(SEVERAL))
def test_the_order_in_which_the_database_gives_records_changes_nothing(medications):
    given_so, usual = (course(medications=tuple(order), id=CHILD) for order in (medications, SEVERAL))
    assert list(diagnosis.of_participant(given_so)) == list(diagnosis.of_participant(usual))
