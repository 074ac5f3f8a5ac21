"""Exposure, incidence, first events and time on drug, counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import exposure, first_events, incidence, time_on_drug
from registry.domain.exposure import Exposed
from registry.domain.first_events import Followed
from registry.domain.line_listing import lines
from registry.domain.study_safety import ANY_DRUG, Person, united
from tests.domain.study_people import CUT, dose, event, somebody, study

OF_A_DEATH = {"grade": 5, "outcome": "fatal", "serious": True, "seriousness_criteria": ["death"]}


def days(rows: tuple[Exposed, ...]) -> dict[tuple[str | None, ...], int]:
    return {(row.drug, row.dose_band, row.age_group): row.days for row in rows}


# --- exposure -----------------------------------------------------------------------------------------------------


def test_a_day_of_a_drug_counts_to_its_dose_band_and_to_the_age_on_it() -> None:
    """Born on 15 May 2014, she is twelve from 15 May 2026 and six from 15 May 2020."""
    child = somebody("A", dose("2020-05-10", "2020-05-19"), dose("2020-05-20", "2020-05-29", mg_per_intake=8))
    assert days(exposure.cells(study(child))) == {
        ("baricitinib", "within", "0-5"): 5,
        ("baricitinib", "within", "6-11"): 5,
        ("baricitinib", "above", "6-11"): 10,
    }
    assert days(exposure.by_drug(study(child))) == {("baricitinib", None, None): 20, (ANY_DRUG, None, None): 20}


def test_exposure_ends_with_the_cut_with_follow_up_and_with_death() -> None:
    left = {"status": "withdrawn", "status_on": "2026-01-10", "reason": "other"}
    died = event("2026-01-01", **OF_A_DEATH, died_on="2026-01")
    people = [
        somebody("A", dose("2026-01-01")),
        somebody("B", dose("2026-01-01"), enrolment=left),
        somebody("C", dose("2025-12-30"), events=(died,), enrolment=left | {"reason": "death"}),
        somebody("D", dose("2026-02-01")),
    ]
    assert [one.ended_by for one in people] == [None, "follow_up", "death", None]
    assert [sum((b - a).days + 1 for a, b in one.exposed(ANY_DRUG)) for one in people] == [31, 10, 3, 0]
    [row, _] = exposure.by_drug(study(*people))
    assert (row.participants, row.days, row.patient_years) == (3, 44, Decimal("0.120"))


def test_two_drugs_at_once_count_to_both_and_once_to_any() -> None:
    intake = {"started_on": "2026-01-05", "ended_on": "2026-01-14", "participant_id": "A"}
    child = somebody("A", dose("2026-01-01", "2026-01-10"), intakes=[intake])
    assert days(exposure.by_drug(study(child))) == {
        ("baricitinib", None, None): 10, ("study_product", None, None): 10, (ANY_DRUG, None, None): 14}  # fmt: skip
    assert days(exposure.by_dose_band(study(child)))["study_product", "unknown", None] == 10


def test_a_cream_is_no_exposure_and_a_dose_without_a_weight_has_no_band() -> None:
    cream = dose("2026-01-01", drug="ruxolitinib", formulation="cream")
    assert somebody("A", cream).intervals == ()
    assert somebody("A", dose("2026-01-01", weight_used=None)).intervals[0].band == "unknown"


SPANS = st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 400)), max_size=6)


@settings(max_examples=35, deadline=None)
@given(SPANS)
def test_the_strata_add_up_to_the_whole_exactly(spans: list[tuple[int, int]]) -> None:
    doses, at = [], date(2000, 1, 1)
    for gap, length in spans:
        starts = at + timedelta(gap // 10)
        at = starts + timedelta(length)
        doses.append(dose(starts.isoformat(), at.isoformat(), drug=("baricitinib", "tofacitinib")[gap % 2]))
        at += timedelta(1)
    child = study(somebody("A", *doses, birth_year=1999))
    whole = {row.drug: row.days for row in exposure.by_drug(child)}
    for rows in (exposure.cells(child), exposure.by_dose_band(child), exposure.by_ages(child)):
        for drug in {row.drug for row in rows}:
            assert sum(row.days for row in rows if row.drug == drug) == whole[drug]
    assert whole.get(ANY_DRUG, 0) == sum(count for drug, count in whole.items() if drug != ANY_DRUG)


# --- incidence ----------------------------------------------------------------------------------------------------


def onsets(child: Person) -> list[str]:
    return [one.id for one, _ in incidence.events_in(child, child.at_risk("baricitinib", 30))]


def test_an_event_counts_on_the_drug_and_thirty_days_after_its_last_day() -> None:
    events = tuple(event(day) for day in ("2025-01-31", "2025-02-01", "2025-03-30", "2025-03-31"))
    child = somebody("A", dose("2025-02-01", "2025-02-28"), events=events)
    assert onsets(child) == ["event 2025-02-01", "event 2025-03-30"]


def test_an_onset_that_is_partly_known_counts_where_it_may_lie_on_a_day_at_risk() -> None:
    events = tuple(event(day) for day in ("2025", "2025-01", "2025-02"))
    child = somebody("A", dose("2025-02-10", "2025-03-31"), events=events)
    found = {one.id: day for one, day in incidence.events_in(child, child.at_risk("baricitinib", 30))}
    assert found == {"event 2025": date(2025, 2, 10), "event 2025-02": date(2025, 2, 10)}


def test_events_are_counted_by_group_and_first_events_by_the_time_up_to_them() -> None:
    """A is at risk for 100 days, with events on days 10 and 20; B for 50 days, without one."""
    first = event("2025-01-10", special_interest="herpes_zoster", ctcae_term="Shingles")
    serious = event("2025-01-20", grade=3, serious=True, seriousness_criteria=["hospitalisation"])
    people = study(
        somebody("A", dose("2025-01-01", "2025-03-11"), events=(first, serious)),
        somebody("B", dose("2025-01-01", "2025-01-20")),
    )
    rows = {(row.group, row.value): row for row in incidence.incidence(people, "baricitinib")}
    every = rows["all", None]
    assert (every.events, every.participants) == (2, 1)
    assert every.patient_years == Decimal(150) / Decimal("365.25")
    assert every.first_patient_years == Decimal(60) / Decimal("365.25")
    assert rows["serious", None].events == rows["grade", "3"].events == 1
    assert rows["special_interest", "herpes_zoster"].first_patient_years == Decimal(60) / Decimal("365.25")
    assert rows["term", "Shingles"].events == rows["term", "not_coded"].events == 1
    assert rows["system_organ_class", "not_coded"].events == 2
    assert "Words of the reporter" not in str(rows)


def test_a_candidate_that_was_confirmed_counts_to_its_topic_and_another_does_not() -> None:
    said = {"adverse_event_id": "event 2025-01-10"}
    candidates = [{**said, "topic": "acne", "status": "confirmed"}, {**said, "topic": "lipids", "status": "open"}]
    child = somebody("A", dose("2025-01-01"), events=(event("2025-01-10"),), candidates=candidates)
    assert child.events[0].topics == ("acne",)


# --- time ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("doses", "events", "expected"),
    [
        ([("2025-01-01", None)], ["2025-01-01"], Followed(1, "event")),
        ([("2025-01-01", None)], ["2024-12-31"], Followed(396, "censored")),
        ([("2025-01-01", "2025-01-31")], [], Followed(61, "stopped")),
        ([("2025-01-01", "2025-01-31")], ["2025-03-02"], Followed(61, "event")),
        ([("2025-01-01", "2025-01-31")], ["2025-03-03"], Followed(61, "stopped")),
        ([("2025-01-01", "2025-01-31"), ("2025-03-02", None)], ["2025-03-03"], Followed(62, "event")),
        ([("2025-01-01", "2025-01-31"), ("2025-03-04", None)], ["2025-03-04"], Followed(61, "stopped")),
        ([("2026-01-01", "2026-01-10")], [], Followed(31, "censored")),
    ],
)
def test_a_first_event_is_looked_for_up_to_thirty_days_after_stopping(
    doses: list[tuple[str, str | None]], events: list[str], expected: Followed
) -> None:
    child = somebody("A", *(dose(*one) for one in doses), events=tuple(map(event, events)))
    assert first_events.first_events(study(child), "baricitinib", "any") == (expected,)


def test_death_competes_and_an_event_on_its_day_comes_first() -> None:
    died = event("2025-02-01", **OF_A_DEATH, died_on="2025-02-10")
    child = study(somebody("A", dose("2025-01-01"), events=(died,)))
    assert first_events.first_events(child, ANY_DRUG, "herpes_zoster") == (Followed(41, "death"),)
    assert first_events.first_events(child, ANY_DRUG, "serious") == (Followed(32, "event"),)
    at_once = event("2025-02-10", **OF_A_DEATH)
    child = study(somebody("A", dose("2025-01-01"), events=(at_once,)))
    assert first_events.first_events(child, ANY_DRUG, "serious") == (Followed(41, "event"),)


def test_time_on_a_drug_bridges_short_gaps_and_ends_with_the_reason_of_the_last_dose() -> None:
    people = study(
        somebody("A", dose("2025-01-01", "2025-01-31", reason_for_end="infection_hold"),
                 dose("2025-03-02", "2025-03-31", reason_for_end="efficacy")),
        somebody("B", dose("2025-01-01", "2025-01-31", reason_for_end="infection_hold"), dose("2025-03-04")),
    )  # fmt: skip
    [found] = time_on_drug.time_on_drug(people)
    assert (found.participants, found.episodes, found.ongoing) == (2, 3, 1)
    assert dict(found.reasons) == {"efficacy": 1, "infection_hold": 1}
    assert [(one.length, one.ended) for one in found.first] == [(90, True), (31, True)]


def test_ranges_that_touch_are_one_and_what_ends_before_it_begins_is_none() -> None:
    day = date(2025, 1, 1)
    after = day + timedelta(1)
    assert united([(after, after), (day, day), (CUT, day)]) == ((day, after),)


# --- line listings ------------------------------------------------------------------------------------------------


def test_a_line_tells_the_dose_in_force_both_assessments_and_no_narrative() -> None:
    causality = [{"drug": "baricitinib", "causality": "possible", "action_taken": "interrupted"}]
    serious = event("2025-02-10", serious=True, seriousness_criteria=["hospitalisation"], causality=causality,
                    narrative="The whole story")  # fmt: skip
    said = {"adverse_event_id": "event 2025-02-10", "seriousness_criteria": ["life_threatening"], "drugs": [
        {"drug": "baricitinib", "causality": "reasonable_possibility", "expectedness": "unexpected"}]}  # fmt: skip
    clock = {"id": "c", "adverse_event_id": "event 2025-02-10", "kind": "serious_unexpected", "status": "running",
             "started_at": "2025-02-11T00:00:00+00:00", "due_at": "2025-02-26T00:00:00+00:00"}  # fmt: skip
    child = somebody("A", dose("2025-02-01"), events=(serious, event("2025-02-11")), assessments=[said], clocks=[clock])
    [line] = lines(study(child), "sae")
    assert (line["age_at_onset"], line["susar"]) == (10, "yes")
    assert line["seriousness_criteria"] == ["hospitalisation", "life_threatening"]
    assert line["drugs"] == [
        {"drug": "baricitinib", "mg_per_day": Decimal(4), "days_from_start": 10, "investigator_causality": "possible",
         "action_taken": "interrupted", "sponsor_causality": "reasonable_possibility", "expectedness": "unexpected"}
    ]  # fmt: skip
    assert line["clocks"][0]["overdue"] is True
    assert "The whole story" not in str(line)
    assert lines(study(child), "susar") == [line]


def test_what_the_sponsor_calls_expected_is_serious_and_no_susar() -> None:
    serious = event("2025-02-10", serious=True, seriousness_criteria=["hospitalisation"],
                    causality=[{"drug": "baricitinib", "causality": "possible"}])  # fmt: skip
    said = {"adverse_event_id": "event 2025-02-10", "drugs": [{"drug": "baricitinib", "expectedness": "expected"}]}
    child = study(somebody("A", dose("2025-02-01"), events=(serious,), assessments=[said]))
    assert lines(child, "susar") == []
    assert [line["susar"] for line in lines(child, "sae")] == ["no"]
