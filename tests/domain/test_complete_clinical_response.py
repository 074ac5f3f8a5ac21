"""Complete clinical response and remission need six calendar months without active disease, on or off therapy."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.complete_clinical_response import (
    COMPLETE_CLINICAL_RESPONSE,
    Observation,
    complete_clinical_response,
)
from registry.domain.rules import ConstantRefused, overriding

WORDS = {"i": "inactive", "a": "not_inactive", "?": "indeterminate"}


def visits(*said):
    """Visits from text: day, state (inactive, active, ?), therapy."""
    split = [one.split() for one in said]
    return [Observation(on=date.fromisoformat(on), state=WORDS[state[0]], therapy=on_it) for on, state, on_it in split]


def category(*said, **given):
    return complete_clinical_response(visits(*said), **given).category


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-01-31", "2026-07-30", "neither"),
        ("2026-01-31", "2026-07-31", "complete_clinical_response"),
        ("2025-08-31", "2026-02-27", "neither"),
        ("2025-08-31", "2026-02-28", "complete_clinical_response"),
        ("2026-02-28", "2026-08-27", "neither"),
        ("2026-02-28", "2026-08-28", "complete_clinical_response"),
    ],
)
def test_six_months_are_those_of_the_calendar(first, last, expected):
    assert category(f"{first} i yes", f"{last} i yes") == expected


def test_the_period_is_told():
    result = complete_clinical_response(visits("2026-01-10 a yes", "2026-02-10 i yes", "2026-09-09 i yes"))
    assert (result.category, result.final) == ("complete_clinical_response", True)
    assert (result.details.since, result.details.months, result.details.therapy) == (date(2026, 2, 10), 6, "yes")
    assert result.details.criterion == "clinically-inactive-disease-revised"


def test_off_all_therapy_it_is_remission():
    assert category("2026-01-10 i no", "2026-04-10 i no", "2026-07-10 i no") == "remission"


def test_therapy_at_any_visit_of_the_last_six_months_makes_it_a_response_on_therapy():
    assert category("2026-01-10 i no", "2026-04-10 i yes", "2026-07-10 i no") == "complete_clinical_response"
    assert category("2026-01-10 i yes", "2026-07-10 i no") == "complete_clinical_response"


def test_therapy_before_the_last_six_months_is_no_more_looked_at():
    assert category("2026-01-09 i yes", "2026-01-10 i no", "2026-07-10 i no") == "remission"
    assert category("2026-01-09 i unknown", "2026-01-10 i no", "2026-07-10 i no") == "remission"


@pytest.mark.parametrize(
    ("between", "expected"),
    [("no", "remission"), ("yes", "complete_clinical_response"), ("unknown", "indeterminate")],
)
def test_therapy_between_visits_counts(between, expected):
    assert category("2026-01-10 i no", "2026-07-10 i no", between=between) == expected


def test_unknown_therapy_leaves_open_which_of_the_two_it_is():
    result = complete_clinical_response(visits("2026-01-10 i no", "2026-07-10 i unknown"))
    assert (result.category, result.final, result.missing) == ("indeterminate", False, ("visits/1/therapy",))
    assert category("2026-01-10 i yes", "2026-07-10 i unknown") == "complete_clinical_response"


def test_a_visit_with_active_disease_ends_the_run():
    assert category("2025-01-10 i no", "2026-01-10 a no", "2026-07-10 i no") == "neither"
    assert category("2025-01-10 i no", "2026-01-10 a no") == "neither"


def test_an_undecided_visit_inside_leaves_the_response_undecided():
    result = complete_clinical_response(visits("2026-01-10 i no", "2026-04-10 ? no", "2026-07-10 i no"))
    assert (result.category, result.final, result.missing) == ("indeterminate", False, ("visits/1/state",))
    assert result.details.since == date(2026, 7, 10)


def test_an_undecided_visit_before_the_six_months_changes_nothing():
    assert category("2025-01-10 ? no", "2026-01-10 i no", "2026-07-10 i no") == "remission"


def test_an_undecided_visit_cannot_make_a_short_run_long_enough():
    assert category("2026-01-10 a no", "2026-04-10 ? no", "2026-07-10 i no") == "neither"
    assert category("2026-01-10 i no", "2026-07-10 ? no") == "indeterminate"


def test_one_visit_is_no_period_and_no_visit_decides_nothing():
    assert category("2026-01-10 i no") == "neither"
    result = complete_clinical_response(())
    assert (result.category, result.final, result.missing) == (None, False, ("visits",))


def test_a_study_can_set_the_months_and_the_criterion():
    own = {"months": 12, "criterion": "clinically-inactive-disease"}
    rule = overriding(COMPLETE_CLINICAL_RESPONSE, own)
    result = complete_clinical_response(visits("2026-01-10 i no", "2026-07-10 i no"), rule)
    assert (result.category, result.details.criterion) == ("neither", "clinically-inactive-disease")


@pytest.mark.parametrize("own", [{"months": 0}, {"months": 10**8}])
def test_a_number_of_months_that_cannot_be_is_refused(own):
    with pytest.raises(ConstantRefused, match="months must be above 0 and at most 120"):
        overriding(COMPLETE_CLINICAL_RESPONSE, own)


gaps = st.tuples(st.integers(0, 120), st.sampled_from("ia?"), st.sampled_from(["yes", "no", "unknown"]))


@settings(max_examples=50)
@given(st.lists(gaps, min_size=1, max_size=8), st.data())
def test_what_is_decided_holds_whatever_was_not_known(course, data):
    day, observed = date(2024, 1, 31), []
    for gap, state, therapy in course:
        day += timedelta(days=gap)
        observed.append(Observation(on=day, state=WORDS[state], therapy=therapy))
    told = complete_clinical_response(observed).category
    settled = [
        Observation(
            on=one.on,
            state=data.draw(st.sampled_from("ia").map(WORDS.get)) if one.state == "indeterminate" else one.state,
            therapy=data.draw(st.sampled_from(["yes", "no"])) if one.therapy == "unknown" else one.therapy,
        )
        for one in observed
    ]
    known = complete_clinical_response(settled).category
    assert known != "indeterminate"
    assert told in {known, "indeterminate"}
