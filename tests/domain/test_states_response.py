"""The response at a visit: inactive disease at every visit of the period, and therapy as far as its dates are known."""

from datetime import date

import pytest

from registry.domain.rulebook import of_study
from tests.domain import treatment_course as kept
from tests.domain.state_course import activity, derived, result, visit

INACTIVE = "clinically-inactive-disease"
RESPONSE = "complete-clinical-response"
HALF_A_YEAR = (visit("2025-10-10", "week_0"), visit("2026-01-10"), visit("2026-04-10"))


def therapy(name="methotrexate", **said):
    return kept.glucocorticoid(**({"medication": name, "started_on": "2025-01-01", "ended_on": "2025-09-01"} | said))


@pytest.mark.parametrize(
    ("records", "category"),
    [
        ({}, "indeterminate"),
        ({"medications": [therapy()]}, "remission"),
        ({"medications": [therapy(ended_on=None)]}, "complete_clinical_response"),
        ({"medications": [therapy(ended_on=None, frequency="once")]}, "remission"),
        ({"medications": [therapy("zoledronate", ended_on=None)]}, "remission"),
        ({"medications": [therapy(ended_on="2025")]}, "indeterminate"),
        ({"medications": [therapy(ended_on="2025-10")]}, "indeterminate"),
        ({"medications": [therapy(started_on=None)]}, "remission"),
        ({"medications": [therapy(started_on=None, ended_on=None)]}, "indeterminate"),
        ({"medications": [therapy(started_on="2026-02", ended_on="2026-02")]}, "complete_clinical_response"),
        ({"medications": [therapy(started_on="2026-02-01", ended_on="2026-02-03")]}, "complete_clinical_response"),
        ({"medications": [therapy(started_on="2026-04-11", ended_on=None)]}, "remission"),
        ({"doses": [kept.dose("2025-01-01", ended_on="2025-10-09")]}, "indeterminate"),
        ({"doses": [kept.dose("2025-01-01", ended_on="2025-10-09")], "medications": [therapy()]}, "remission"),
        ({"doses": [kept.dose("2025-01-01", ended_on="2025-10-10")]}, "complete_clinical_response"),
        ({"doses": [kept.dose("2026-01-01")]}, "complete_clinical_response"),
    ],
)
def test_therapy_is_read_from_doses_and_medications_as_far_as_dates_are_known(records, category):
    assert result(RESPONSE, *HALF_A_YEAR, **records).category == category


def test_the_response_names_what_it_was_made_from():
    found = derived(*HALF_A_YEAR, medications=[therapy()])[RESPONSE]
    assert [one.record for one in found.inputs] == ["visit", "visit", "visit", "concomitant_medication"]
    assert (found.result.details.since, found.result.details.months) == (date(2025, 10, 10), 6)


def test_a_visit_with_missing_criteria_leaves_the_response_undecided():
    bare = visit("2026-01-10", ck=None, disease_activity=activity(physician_global_activity=None))
    found = result(RESPONSE, HALF_A_YEAR[0], bare, HALF_A_YEAR[2])
    assert (found.category, found.missing) == ("indeterminate", ("visits/1/state",))


def test_a_study_can_choose_the_published_criteria_of_inactivity():
    skin = {"disease_activity": activity(physician_global_activity=3)}
    visits = (visit("2025-10-10", "week_0", **skin), visit("2026-04-10", **skin))
    assert result(RESPONSE, *visits).category == "neither"
    own = of_study({RESPONSE: {"criterion": INACTIVE}})
    assert result(RESPONSE, *visits, rules=own, medications=[therapy()]).category == "remission"
