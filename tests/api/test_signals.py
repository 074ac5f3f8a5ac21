"""Figures over the safety of a study: as of a cut, by role, and blinded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests import blinding, bodies
from tests.blinding import KIT, PRODUCTS, QUOKKA, WOMBAT
from tests.conftest import Person, World, attribution, person

FIGURES = ("exposure", "incidence", "first-events", "time-on-drug", "laboratory-shifts", "liver")
SERIOUS = {"serious": True, "seriousness_criteria": ["hospitalisation"], "started_on": "2025-03-01", "grade": 3,
           "special_interest": "herpes_zoster", "outcome": "recovered"}  # fmt: skip


@pytest.fixture(scope="module")
def treated(shared_world: World) -> World:
    """A participant on baricitinib for 90 days, with shingles in hospital on day 20, and a course of results."""
    world = shared_world
    child = bodies.enrolled(world)
    base = f"/v1/studies/{world.study}"
    limits = {"upper_limit": 40, "unit": "U/L"}
    liver = [
        {"analyte": "ALT", "value": 130, **limits},
        {"analyte": "BILI", "value": 2.4, "unit": "mg/dL", "upper_limit": 1},
    ]
    for kind, body in (
        ("visits", bodies.visit(child, laboratory_results=[{"analyte": "ALT", "value": 30, **limits}])),
        ("visits", bodies.visit(child, event="week_4", visited_on="2025-03-10", laboratory_results=liver)),
        ("doses", bodies.dose(child, ended_on="2025-05-10", reason_for_end="adverse_event")),
        ("adverse-events", bodies.adverse_event(child, **SERIOUS)),
    ):
        answer = world.coordinator.post(f"{base}/{kind}", body)
        assert answer.status_code == 201, answer.text
    named = world.data_manager.post(f"{base}/data-cuts", {"code": "CUT-1", "name": "The first", "moment": None})
    assert named.status_code == 201, named.text
    return world


def read(somebody: Person, world: World, figure: str, query: str = "") -> Any:
    answer = somebody.get(f"/v1/studies/{world.study}/safety/{figure}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_exposure_and_incidence_are_told_with_how_they_were_made(treated: World) -> None:
    found = read(treated.safety_officer, treated, "exposure", "?cut=CUT-1")
    [own, any_drug] = found["by_drug"]
    assert (own["drug"], own["days"], own["patient_years"]) == ("baricitinib", 90, 0.246)
    assert any_drug["drug"] == "any_drug"
    assert found["cut"] == "CUT-1"
    assert {one["name"]: one["value"] for one in found["definitions"]}["risk_window_days"] == "30"
    assert {"rule": "study-safety", "version": "1"} in found["rules"]
    rates = {(row["group"], row["value"]): row for row in read(treated.monitor, treated, "incidence")["rows"]}
    zoster = rates["special_interest", "herpes_zoster"]
    assert (zoster["events"], zoster["patient_years"], zoster["rate"]) == (1, 0.329, 304.375)
    assert zoster["first_patient_years"] == 0.055


def test_time_to_the_first_event_and_on_the_drug_are_told(treated: World) -> None:
    found = read(treated.safety_officer, treated, "first-events", "?drug=baricitinib&event=herpes_zoster")
    assert (found["participants"], found["events"], found["stopped"]) == (1, 1, 0)
    assert [(point["day"], point["event_free"]) for point in found["curve"]] == [(0, 1), (20, 0)]
    [own] = read(treated.safety_officer, treated, "time-on-drug")["rows"]
    assert (own["median_days"], own["reasons"]) == (90, [{"reason": "adverse_event", "episodes": 1}])


def test_shifts_and_the_liver_are_told_without_saying_whose_they_are(treated: World) -> None:
    cells = read(treated.statistician, treated, "laboratory-shifts")["cells"]
    assert [(cell["baseline_grade"], cell["worst_grade"]) for cell in cells if cell["analyte"] == "ALT"] == [(0, 2)]
    [point] = (found := read(treated.statistician, treated, "liver"))["points"]
    assert point == {"transaminase": "ALT", "transaminase_multiple": 3.25, "bilirubin_multiple": 2.4,
                     "quadrant": "hys_law_range", "censored": False}  # fmt: skip
    assert found["quadrants"]["hys_law_range"] == 1


def test_a_cut_is_answered_alike_whatever_happened_since(treated: World) -> None:
    before = [read(treated.safety_officer, treated, figure, "?cut=CUT-1") for figure in FIGURES]
    listing = read(treated.safety_officer, treated, "line-listing", "?kind=sae&cut=CUT-1")
    base = f"/v1/studies/{treated.study}"
    dose = treated.coordinator.get(f"{base}/doses").json[0]
    late = bodies.enrolled(treated)
    for answer in (
        treated.coordinator.put(f"/v1/doses/{dose['id']}", dose | {"ended_on": "2025-04-10"}, version=dose["version"]),
        treated.coordinator.post(f"{base}/adverse-events", bodies.adverse_event(late, **SERIOUS)),
    ):
        assert answer.status_code in (200, 201), answer.text
    assert [read(treated.safety_officer, treated, figure, "?cut=CUT-1") for figure in FIGURES] == before
    assert read(treated.safety_officer, treated, "line-listing", "?kind=sae&cut=CUT-1") == listing
    assert read(treated.safety_officer, treated, "exposure")["by_drug"][0]["days"] == 60
    restored = treated.coordinator.get(f"/v1/doses/{dose['id']}").json
    treated.coordinator.put(f"/v1/doses/{dose['id']}", dose, version=restored["version"])


def test_serious_events_are_listed_for_who_may_and_no_participant_is_told_to_others(treated: World) -> None:
    found = read(treated.safety_officer, treated, "line-listing", "?kind=sae&cut=CUT-1")
    [line] = found["lines"]
    assert (line["age_at_onset"], line["drugs"][0]["days_from_start"], line["drugs"][0]["mg_per_day"]) == (10, 20, 2)
    assert (line["susar"], line["special_interest"]) == ("provisional", ["herpes_zoster"])
    path = f"/v1/studies/{treated.study}/safety/line-listing?kind=sae"
    assert treated.statistician.get(path).status_code == treated.coordinator.get(path).status_code == 403
    for figure in FIGURES:
        text = treated.statistician.get(f"/v1/studies/{treated.study}/safety/{figure}").text
        assert not any(line[name] in text for name in ("participant_code", "participant_id", "site_id", "term"))


def test_a_monitor_sees_the_figures_of_the_own_site(treated: World) -> None:
    with treated.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        elsewhere = person(treated.app, tx, "monitor", treated.other_site)
        tx.commit()
    assert read(elsewhere, treated, "exposure", "?cut=CUT-1")["participants"] == 0
    assert read(elsewhere, treated, "incidence", "?cut=CUT-1")["patient_years"] == 0


def test_a_study_sets_its_own_definitions_and_an_earlier_cut_keeps_those_of_its_time(treated: World) -> None:
    path = f"/v1/studies/{treated.study}"
    study = treated.administrator.get(path).json
    own = study | {"rule_constants": {"study-safety": {"risk_window_days": 60}}}
    changed = treated.administrator.put(path, own, version=study["version"])
    assert changed.status_code == 200, changed.text
    found = read(treated.safety_officer, treated, "incidence")
    assert {one["name"]: one["value"] for one in found["definitions"]}["risk_window_days"] == "60"
    assert found["patient_years"] == 0.411
    assert read(treated.safety_officer, treated, "incidence", "?cut=CUT-1")["patient_years"] == 0.329
    treated.administrator.put(path, study, version=changed.json["version"])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?cut=NO-CUT", {"/cut": "no_such_cut"}),
        ("?cut=CUT-1&as_of=2025-01-01T00:00:00Z", {"/as_of": "two_moments"}),
        ("?drug=aspirin", {"/drug": "not_in_list"}),
        ("?event=surprise", {"/event": "not_in_list"}),
        ("?page=2", {"/page": "unknown_field"}),
    ],
)
def test_what_cannot_be_asked_is_refused(treated: World, query: str, said: dict[str, str]) -> None:
    path = f"/v1/studies/{treated.study}/safety/first-events{query}"
    assert bodies.said(treated.safety_officer.get(path)) == said


def test_the_future_and_a_study_that_is_not_there_are_refused_and_before_all_records_there_is_nothing(
    treated: World,
) -> None:
    path = f"/v1/studies/{treated.study}/safety/exposure"
    assert treated.safety_officer.get(f"{path}?as_of=2099-01-01T00:00:00Z").status_code == 422
    assert treated.safety_officer.get("/v1/studies/NO-STUDY/safety/exposure").status_code == 404
    assert read(treated.safety_officer, treated, "exposure", "?as_of=2020-01-01T00:00:00Z")["participants"] == 0


# --- arms ---------------------------------------------------------------------------------------------------------


def test_a_study_without_arms_says_that_there_is_nothing_to_compare(treated: World) -> None:
    found = read(treated.unblinded_statistician, treated, "arms")
    assert (found["comparable"], found["arms"]) == (False, [])
    assert "no two arms" in found["reason"]


def test_arms_are_compared_for_the_unblinded_and_study_product_is_one_drug_for_all_others(shared_world: World) -> None:
    trial_world = blinding.blinded(shared_world, [QUOKKA, WOMBAT])
    first, second = (blinding.allocated(trial_world, arm) for arm in (QUOKKA, WOMBAT))
    today = datetime.now(UTC).date().isoformat()
    for one in (first, second):
        given = trial_world.pharmacist.post(f"{one.base}/study-product-doses", one.dose())
        taken = trial_world.coordinator.post(f"{one.base}/study-product-intakes", one.intake())
        assert (given.status_code, taken.status_code) == (201, 201), taken.text
    happened = bodies.adverse_event(first.participant, started_on=min(today, first.allocated_on), causality=[])
    assert trial_world.coordinator.post(f"{first.base}/adverse-events", happened).status_code == 201
    for figure in FIGURES:
        text = trial_world.statistician.get(f"{first.base}/safety/{figure}").text
        assert not any(secret in text for secret in (QUOKKA, WOMBAT, KIT))
        assert PRODUCTS[QUOKKA] not in text
    assert [row["drug"] for row in read(trial_world.statistician, trial_world, "exposure")["by_drug"]] == [
        "study_product", "any_drug"]  # fmt: skip
    answer = trial_world.unblinded_statistician.get(f"{first.base}/safety/arms")
    assert [(arm["arm"], arm["participants"], arm["events"]) for arm in answer.json["arms"]] == [
        (QUOKKA, 1, 1), (WOMBAT, 1, 0)]  # fmt: skip
    [every, _, *_] = answer.json["comparisons"]
    assert (every["arm"], every["reference"], every["arm_with"], every["risk_difference"]) == (WOMBAT, QUOKKA, 0, -1)
    seen = trial_world.auditor.get("/v1/audit?kind=treatment_access&limit=200").json
    assert any(event["request_id"] == answer.headers["X-Request-Id"] for event in seen)
    for role in ("safety_officer", "statistician", "pharmacist"):
        assert trial_world.people[role].get(f"{first.base}/safety/arms").status_code == 403
