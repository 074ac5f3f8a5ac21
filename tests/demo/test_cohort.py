"""The cohort is the same in every run, and a rheumatologist would believe it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from random import Random
from statistics import median
from typing import Any

import pytest

from registry.api import entry
from registry.db.transaction import as_json
from registry.demo import children, incidents, loading
from registry.demo.analyte_values import SIGLEC_FLOOR
from registry.demo.cohort import SEED, SITES, Story, cohort, story
from registry.demo.full_visit import full_visit
from registry.demo.places import PLACES, places
from registry.domain import edit_checks, units
from registry.domain.analytes import named
from registry.domain.edit_checks import Context
from registry.problems import NeedsConfirmation
from registry.schemas.visits import FORMS

LARGE = 240
SOMEBODY = "0198c5a0-1111-7000-8000-000000000000"
AFTER = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return list(cohort(participants=LARGE))


@pytest.fixture(scope="module")
def accepted_visits(stories: list[Story]) -> list[dict[str, Any]]:
    """The visits of every other course, as they would be kept."""
    every = (body for one in stories[::2] for body in one.visits)
    return [loading.accepted("visit", {**body, "participant_id": SOMEBODY}) for body in every]


@pytest.fixture(scope="module")
def responders(stories: list[Story]) -> list[Story]:
    at = places(SITES)
    return [one for one in stories if children.child(SEED, one.number, at).course.response == "responder"]


def values_at(stories: list[Story], week: int, form: str, field: str) -> list[float]:
    forms = [visit["forms"].get(form) or {} for visit in at_week(stories, week)]
    return [float(one[field]) for one in forms if one.get(field) is not None]


def at_week(stories: list[Story], week: int) -> Iterator[dict[str, Any]]:
    return (visit for one in stories for visit in one.visits if visit["event"] == f"week_{week}")


def standard(result: dict[str, Any]) -> float:
    return float(units.standardise(named(result["analyte"]), result["value"], result["unit"]).value)


def result_of(visit: dict[str, Any], analyte: str) -> float | None:
    found = [one for one in visit["laboratory_results"] if one["analyte"] == analyte and "value" in one]
    return standard(found[0]) if found else None


def spearman(pairs: list[tuple[float, float]]) -> float:
    """Rank correlation: Pearson's of the ranks, ties at their mean."""
    first, second = (ranks([pair[side] for pair in pairs]) for side in (0, 1))
    mean = (len(pairs) + 1) / 2
    together = sum((a - mean) * (b - mean) for a, b in zip(first, second, strict=True))
    return together / (sum((a - mean) ** 2 for a in first) * sum((b - mean) ** 2 for b in second)) ** 0.5


def ranks(numbers: list[float]) -> list[float]:
    ordered = sorted(numbers)
    return [ordered.index(one) + (ordered.count(one) + 1) / 2 for one in numbers]


# --- the same in every run ----------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = ([as_json(one.visits) for one in cohort(seed=7, participants=8)] for _ in range(2))
    assert first == second
    assert first != [as_json(one.visits) for one in cohort(seed=8, participants=8)]


def test_a_participant_is_the_same_in_a_cohort_of_every_size(stories: list[Story]) -> None:
    alone = story(SEED, 17, places(SITES))
    assert alone == stories[16] == list(cohort(participants=20))[16]


# --- accepted as it is --------------------------------------------------------------------------------------------


def test_every_record_is_accepted_by_its_schema(stories: list[Story], accepted_visits: list[dict[str, Any]]) -> None:
    assert len(accepted_visits) == sum(len(one.visits) for one in stories[::2])
    for one in stories[::2]:
        loading.accepted("participant", {**one.participant, "site_id": SOMEBODY})
        for kind in loading.KINDS:
            for body in getattr(one, f"{kind}s"):
                loading.accepted(kind, {**body, "participant_id": SOMEBODY})


def test_no_check_that_refuses_fires_and_those_that_ask_are_confirmed(
    stories: list[Story], accepted_visits: list[dict[str, Any]]
) -> None:
    asked = set()
    for visit in accepted_visits:
        findings = edit_checks.of_visit(visit, Context(now=AFTER, today=AFTER.date()))
        assert all(finding.kind == "soft" for finding in findings), findings
        asked |= {finding.rule for finding in findings}
    for one in stories:
        for body in one.doses:
            dose = loading.judged_dose(loading.accepted("dose", {**body, "participant_id": SOMEBODY}))
            asked |= {given["rule"] for given in dose["confirmations"]}
    assert asked >= {"dose_outside_published_range", "ck_above_50_uln"}
    assert asked <= loading.COMMENTS.keys()


def test_a_dose_outside_the_published_range_waits_for_its_confirmation(stories: list[Story]) -> None:
    dose = next(dose for one in stories for dose in one.doses if dose["intakes_per_day"] == 3)
    with pytest.raises(NeedsConfirmation):
        entry.judge_dose(loading.accepted("dose", {**dose, "participant_id": SOMEBODY}))


def test_doses_follow_each_other_without_overlap(stories: list[Story]) -> None:
    for one in stories:
        for earlier, later in pairwise(one.doses):
            assert earlier["started_on"] <= earlier["ended_on"] < later["started_on"]


def test_no_date_lies_in_the_future_or_before_the_study(stories: list[Story]) -> None:
    dates = [visit["visited_on"] for one in stories for visit in one.visits]
    dates += [dose["started_on"] for one in stories for dose in one.doses]
    dates += [event["started_on"] for one in stories for event in one.adverse_events]
    assert min(dates) >= "2024-09"
    assert max(dates) < "2026-11"


def test_blood_is_taken_in_the_morning_of_the_visit_at_the_site(stories: list[Story]) -> None:
    for one in stories:
        for visit in one.visits:
            for result in visit["laboratory_results"]:
                if "collected_at" in result:
                    there = datetime.fromisoformat(result["collected_at"])
                    assert there.date() == date.fromisoformat(visit["visited_on"])
                    assert 7 <= there.hour < 11
                    assert there.utcoffset() == there.replace(tzinfo=one.place.zone).utcoffset()


# --- believable ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("week", "skin", "cmas", "mmt8"),
    [(0, 6, (38, 43), (70, 76)), (12, 2, (43, 48), (75, 79)), (24, 1, (47, 51), (78, 80))],
)
def test_medians_of_responders_are_those_of_wang_2022(
    responders: list[Story], week: int, skin: int, cmas: tuple[int, int], mmt8: tuple[int, int]
) -> None:
    out_of_80 = [one for one in responders if one.place.mmt8_maximum == 80]
    assert abs(median(values_at(responders, week, "skin_disease", "das_skin_total")) - skin) <= 1
    assert cmas[0] <= median(values_at(responders, week, "muscle_strength", "cmas_total")) <= cmas[1]
    assert mmt8[0] <= median(values_at(out_of_80, week, "muscle_strength", "mmt8_total")) <= mmt8[1]


def test_seven_of_ten_respond_and_the_others_stay_active(stories: list[Story], responders: list[Story]) -> None:
    others = [one for one in stories if one not in responders]
    assert 0.65 <= len(responders) / len(stories) <= 0.82
    assert median(values_at(responders, 48, "disease_activity", "physician_global_activity")) < 0.5
    assert median(values_at(others, 48, "disease_activity", "physician_global_activity")) > 2


@pytest.mark.parametrize(
    ("form", "field", "analyte", "low", "high"),
    [
        ("muscle_strength", "cmas_total", "CK", -0.95, -0.35),
        ("disease_activity", "mdaat_muscle", "ALDOLASE", 0.4, 0.98),
        ("disease_activity", "physician_global_activity", "IFN6", 0.4, 0.98),
        ("skin_disease", "cdasi_activity_total", "CXCL10", 0.4, 0.98),
        ("skin_disease", "nailfold_density", "GALECTIN9", -0.95, -0.3),
    ],
)
def test_clinic_and_laboratory_go_together(
    stories: list[Story], form: str, field: str, analyte: str, low: float, high: float
) -> None:
    pairs = []
    for visit in (visit for one in stories for visit in one.visits):
        measured, seen = result_of(visit, analyte), (visit["forms"].get(form) or {}).get(field)
        if measured is not None and seen is not None:
            pairs.append((float(seen), measured))
    assert low <= spearman(pairs) <= high


def test_interferon_falls_before_the_skin_does(responders: list[Story]) -> None:
    at = {week: [result_of(visit, "CXCL10") for visit in at_week(responders, week)] for week in (0, 4)}
    interferon = [median(one for one in at[week] if one is not None) for week in (0, 4)]
    skin = [median(values_at(responders, week, "skin_disease", "cdasi_activity_total")) for week in (0, 4)]
    assert interferon[1] / interferon[0] < 0.5 < skin[1] / skin[0] < 1


def test_height_never_shrinks_and_weight_hardly_jumps(stories: list[Story]) -> None:
    for one in stories:
        signs = [visit["forms"]["vital_signs"] for visit in one.visits]
        heights = [sign["height"] for sign in signs if "height" in sign]
        assert heights == sorted(heights)
        assert all(
            Decimal("0.8") < later["weight"] / earlier["weight"] < Decimal("1.35") for earlier, later in pairwise(signs)
        )


def test_ck_rises_without_weakness_in_one_of_ten(stories: list[Story]) -> None:
    risen = [one for one in stories if any(event.get("special_interest") == "ck_rise" for event in one.adverse_events)]
    assert len(risen) == LARGE // 10
    for one in risen:
        visit = next(visit for visit in one.visits if visit["event"] == "week_24")
        assert 500 < (result_of(visit, "CK") or 600) < 1000
        assert (visit["forms"]["disease_activity"]["mdaat_muscle"]) < 3


def test_young_children_do_not_reach_the_full_cmas(stories: list[Story]) -> None:
    at = places(SITES)
    of_four = [one for one in stories if children.child(SEED, one.number, at).age_on(date(2026, 1, 1)) < 5]
    assert of_four
    assert max(values_at(of_four, 0, "muscle_strength", "cmas_total")) < 50
    assert {visit["forms"]["muscle_strength"].get("cmas_maximum") for visit in at_week(of_four, 0)} >= {52, 49}


def test_steroids_are_weaned(responders: list[Story]) -> None:
    for one in responders:
        amounts = [given["dose"] for given in one.concomitant_medications if given["medication"].startswith("predniso")]
        assert amounts == sorted(amounts, reverse=True)


def test_units_differ_by_site_and_siglec_has_its_floor(stories: list[Story]) -> None:
    results = [result for one in stories for visit in one.visits for result in visit["laboratory_results"]]
    seen = {(result["analyte"], result["unit"]) for result in results if "unit" in result}
    assert seen >= {("CK", "U/L"), ("CK", "ukat/L"), ("HGB", "g/L"), ("HGB", "g/dL"), ("HGB", "mmol/L")}
    assert seen >= {("CREAT", "mg/dL"), ("CREAT", "umol/L"), ("LYM", "/uL"), ("LYM", "10*9/L"), ("SIGLEC1", "{MFI}")}
    censored = [one for one in results if one["analyte"] == "SIGLEC1" and one.get("comparator") == "<"]
    assert {one["value"] for one in censored if one["unit"] == "{mAb}/{cell}"} == {Decimal(int(SIGLEC_FLOOR))}


def test_the_demo_shows_what_happens_in_a_registry() -> None:
    shown = list(cohort())
    visits = [visit for one in shown for visit in one.visits]
    reasons = {
        reason for visit in visits for form in visit["forms"].values() for reason in form.get("missing", {}).values()
    }
    assert {visit["mode"] for visit in visits} >= {"in_person", "remote"}
    assert {visit["status"] for visit in visits} == {"draft", "complete"}
    assert {"refused", "not_done", "not_applicable"} <= reasons
    assert any(one.withdrawn_on for one in shown)
    assert any(incidents.stops_after(one.number) and one.doses[-1]["ended_on"] for one in shown)
    assert {dose["drug"] for one in shown for dose in one.doses} == set(children.DRUGS)
    assert {"infection_hold", "weight_band"} <= {dose.get("reason_for_end") for one in shown for dose in one.doses}


# --- one full visit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("results", [1, 30, 60])
def test_a_full_visit_has_every_form_and_as_many_results_as_asked(results: int) -> None:
    body = full_visit(Random(1), SOMEBODY, "week_12", date(2026, 2, 10), results)
    visit = loading.accepted("visit", body)
    assert visit["forms"].keys() == FORMS.keys()
    assert len(visit["laboratory_results"]) == results
    assert edit_checks.of_visit(visit, Context(now=AFTER, today=AFTER.date())) == []


def test_full_visits_of_one_participant_are_of_one_growing_child() -> None:
    days = [date(2026, month, 3) for month in range(1, 10)]
    bodies = [full_visit(Random(day.month), SOMEBODY, "unscheduled", day) for day in days]
    heights = [body["forms"]["vital_signs"]["height"] for body in bodies]
    assert heights == sorted(heights)


def test_there_are_as_many_sites_as_asked() -> None:
    more = places(12)
    assert len({place.code for place in more}) == 12
    assert more[: len(PLACES)] == PLACES
