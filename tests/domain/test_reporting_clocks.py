"""Which clocks an event starts, from when, until when: the past of events as tables, and what holds for every past."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.clock_standing import standing
from registry.domain.clocks_asked import clocks_asked
from registry.domain.expedited_reporting import Given, classified, in_force_at_onset
from registry.domain.reporting_clocks import Asked, Kept, Stopped, is_overdue

START = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)
"""Two days before the clocks of Berlin go forward."""


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def event(number: int, kept: float, *criteria: str, aware: float | None = None, **more: Any) -> Kept:
    image = {"version": number, "seriousness_criteria": list(criteria), "serious": bool(criteria), **more}
    image.setdefault("causality", [{"drug": "baricitinib", "causality": "possible"}])
    if aware is not None:
        image["site_aware_at"] = at(aware).isoformat()
    return Kept(image, at(kept))


def assessment(number: int, kept: float, expectedness: str | None, aware: float = 0, **more: Any) -> Kept:
    drug = {"drug": "baricitinib", "causality": "reasonable_possibility", "expectedness": expectedness}
    image = {"version": number, "drugs": [drug], "sponsor_aware_at": at(aware).isoformat(), **more}
    return Kept(image, at(kept))


def told(*clocks: Asked) -> list[tuple[Any, ...]]:
    """Give the clocks in hours from the start: kind, versions, from, to, and what they are now."""
    hour = timedelta(hours=1)
    return [(one.kind, one.event_version, one.assessment_version, (one.started_at - START) / hour,
             (one.due_at - START) / hour, "provisional" if one.provisional else "firm", one.required)
            for one in clocks]  # fmt: skip


def test_a_serious_event_starts_a_day_for_the_site_and_a_provisional_fortnight_for_the_sponsor() -> None:
    found = clocks_asked([event(1, 5, "hospitalisation", aware=2)])
    assert told(*found) == [
        ("site_to_sponsor", 1, 0, 2, 26, "firm", True),
        ("serious_unexpected", 1, 0, 5, 5 + 15 * 24, "provisional", True),
    ]


def test_a_fatal_event_starts_a_week() -> None:
    kinds = {one.kind: one.due_at for one in clocks_asked([event(1, 0, "death")])}
    assert kinds == {"site_to_sponsor": at(24), "fatal_or_life_threatening": at(7 * 24)}


def test_an_event_that_is_not_serious_starts_nothing() -> None:
    assert clocks_asked([event(1, 0), event(2, 9)]) == ()


def test_the_sponsor_is_aware_by_the_first_of_what_it_says_what_was_sent_and_what_it_could_read() -> None:
    serious = [event(1, 9, "disability", aware=1)]
    for assessments, sent, aware in (
        ([], [], 9), ([], [at(4)], 4), ([], [at(10)], 9), ([assessment(1, 30, "unexpected", aware=3)], [at(4)], 3),
        ([assessment(1, 30, "unexpected", aware=20)], [], 9),
    ):  # fmt: skip
        [clock] = [one for one in clocks_asked(serious, assessments, sent) if one.kind == "serious_unexpected"]
        assert clock.started_at == at(aware)


def test_an_upgrade_starts_the_week_anew_and_the_fortnight_goes_on() -> None:
    found = clocks_asked(
        [event(1, 0, "hospitalisation"), event(2, 100, "hospitalisation", "life_threatening", aware=90)]
    )
    assert told(*found) == [
        ("serious_unexpected", 1, 0, 0, 15 * 24, "provisional", True),
        ("site_to_sponsor", 1, 0, 0, 24, "firm", True),
        ("site_to_sponsor", 2, 0, 90, 114, "firm", True),
        ("fatal_or_life_threatening", 2, 0, 100, 100 + 7 * 24, "provisional", True),
    ]


def test_nobody_learns_of_an_upgrade_before_the_site_does() -> None:
    early = assessment(1, 2, "unexpected", aware=1)
    versions = [event(1, 0, aware=0), event(2, 100, "disability", aware=95)]
    for sent, aware in (([at(1)], 100), ([at(97)], 97)):
        [clock] = [one for one in clocks_asked(versions, [early], sent) if one.kind == "serious_unexpected"]
        assert clock.started_at == at(aware)


def test_an_assessment_as_expected_ends_the_clock_and_one_as_unexpected_counts_from_the_first_awareness() -> None:
    serious = [event(1, 0, "hospitalisation")]
    as_expected = assessment(1, 10, "expected", aware=0)
    as_unexpected = assessment(2, 200, "unexpected", aware=0)
    ended = clocks_asked(serious, [as_expected])[0]
    assert (ended.kind, ended.required) == ("serious_unexpected", False)
    again = [one for one in clocks_asked(serious, [as_expected, as_unexpected]) if one.kind == "serious_unexpected"]
    assert told(*again) == [
        ("serious_unexpected", 1, 0, 0, 15 * 24, "provisional", False),
        ("serious_unexpected", 1, 2, 0, 15 * 24, "firm", True)]  # fmt: skip


def test_an_assessment_makes_a_provisional_clock_firm_from_the_same_moment() -> None:
    found = clocks_asked([event(1, 0, "hospitalisation")], [assessment(1, 50, "unexpected", aware=0)])
    assert told(*found)[0] == ("serious_unexpected", 1, 0, 0, 15 * 24, "firm", True)


def test_a_correction_of_when_the_site_learned_of_it_counts_where_it_was_earlier() -> None:
    for aware, started in ((3, 3), (7, 5)):
        versions = [event(1, 6, "hospitalisation", aware=5), event(2, 9, "hospitalisation", aware=aware)]
        [clock] = [one for one in clocks_asked(versions) if one.kind == "site_to_sponsor"]
        assert (clock.event_version, clock.started_at, clock.due_at) == (1, at(started), at(started + 24))


def test_the_sponsors_own_criterion_starts_a_clock_of_the_sponsor_only() -> None:
    raised = assessment(1, 50, "unexpected", aware=40, seriousness_criteria=["important_medical_event"])
    assert told(*clocks_asked([event(1, 0)], [raised])) == [
        ("serious_unexpected", 1, 1, 40, 40 + 15 * 24, "firm", True),
    ]


def test_a_correction_to_less_severe_ends_the_week_and_the_fortnight_counts_from_the_first_awareness() -> None:
    found = clocks_asked([event(1, 0, "life_threatening"), event(2, 48, "hospitalisation")])
    assert told(*found) == [
        ("fatal_or_life_threatening", 1, 0, 0, 7 * 24, "provisional", False),
        ("serious_unexpected", 2, 0, 0, 15 * 24, "provisional", True),
        ("site_to_sponsor", 1, 0, 0, 24, "firm", True),
    ]


def test_an_error_ends_every_clock() -> None:
    found = clocks_asked([event(1, 0, "death"), event(2, 9, "death", entered_in_error=True)])
    assert len(found) == 2
    assert not any(one.required for one in found)


def test_the_follow_up_counts_from_the_first_report_or_from_when_that_was_due() -> None:
    fatal, week = event(1, 0, "death"), 7 * 24
    for sent, due in ((24, 24 + 8 * 24), (week, week + 8 * 24), (week + 30, week + 8 * 24)):
        stopped = [Stopped(1, 0, at(week), at(sent))]
        [follow_up] = [one for one in clocks_asked([fatal], stopped=stopped) if one.kind == "fatal_follow_up"]
        assert (follow_up.due_at, follow_up.required) == (at(due), True)


def test_exactly_due_is_in_time_and_a_microsecond_later_is_not() -> None:
    due, after = at(24), at(24) + timedelta(microseconds=1)
    assert (is_overdue(due, due), is_overdue(due, after)) == (False, True)
    assert standing("submitted", due, due, "UTC", after).met is True
    assert standing("submitted", due, after, "UTC", after).met is False
    now = standing("running", due, None, "UTC", due)
    assert (now.hours_left, now.overdue, now.met) == (Decimal(0), False, None)
    late = standing("running", due, None, "UTC", after)
    assert (late.hours_left, late.overdue, late.met) == (Decimal("-0.1"), True, False)
    assert standing("not_required", due, None, "UTC", after).met is None
    assert standing("not_required", due, None, "UTC", after, overdue_at=after).met is False


def test_a_day_is_24_hours_and_is_told_by_the_clock_of_the_site_when_that_goes_forward() -> None:
    [clock] = [one for one in clocks_asked([event(1, 0, "death")]) if one.kind == "fatal_or_life_threatening"]
    began = standing("running", clock.started_at, None, "Europe/Berlin", START).due_at_site
    due = standing("running", clock.due_at, None, "Europe/Berlin", START).due_at_site
    assert (began, due) == ("2026-03-27T23:30:00+01:00", "2026-04-04T00:30:00+02:00")


def of_kind(kind: str, found: Iterable[Asked]) -> list[tuple[Any, ...]]:
    return [row[1:] for row in told(*found) if row[0] == kind]


def test_a_clock_that_ran_out_is_not_ended_by_a_change_of_class_but_by_an_error() -> None:
    versions = [event(1, 0, "hospitalisation"), event(2, 25)]
    assert of_kind("site_to_sponsor", clocks_asked(versions)) == [(1, 0, 0, 24, "firm", True)]
    assert of_kind("site_to_sponsor", clocks_asked([*versions, event(3, 26, "hospitalisation")])) == [
        (1, 0, 0, 24, "firm", True)]  # fmt: skip
    in_error = [*versions, event(3, 26, "hospitalisation", entered_in_error=True)]
    assert not any(one.required for one in clocks_asked(in_error))
    late = clocks_asked([event(1, 0, "disability")], [assessment(1, 15 * 24 + 1, "expected")])
    assert of_kind("serious_unexpected", late) == [(1, 0, 0, 15 * 24, "provisional", True)]


def test_a_class_that_is_entered_again_counts_from_its_first_awareness_unless_a_new_fact_came_with_it() -> None:
    left = [event(1, 0, "hospitalisation"), event(2, 5)]
    for criterion, aware in (("hospitalisation", 0), ("disability", 20)):
        again = of_kind("site_to_sponsor", clocks_asked([*left, event(3, 20, criterion)]))
        assert again == [(1, 0, 0, 24, "firm", False), (3, 0, aware, aware + 24, "firm", True)]
    graver = [event(1, 0, "life_threatening"), event(2, 5, "hospitalisation"), event(3, 50, "life_threatening")]
    week = of_kind("fatal_or_life_threatening", clocks_asked(graver))
    assert [(row[2], row[-1]) for row in week] == [(0, False), (0, True)]


def test_entering_a_class_again_asks_for_no_second_report_of_the_same() -> None:
    versions = [event(1, 0, "hospitalisation"), event(2, 5), event(3, 20, "hospitalisation")]
    stopped = [Stopped(1, 0, at(24), at(4), kind) for kind in ("site_to_sponsor", "serious_unexpected")]
    assert len(clocks_asked(versions, stopped=stopped)) == 2


def test_a_death_after_a_threat_to_life_is_told_and_reported_anew() -> None:
    versions = [event(1, 0, "life_threatening"), event(2, 100, "life_threatening", "death", aware=90)]
    stopped = [Stopped(1, 0, at(7 * 24), at(50))]
    found = clocks_asked(versions, stopped=stopped)
    assert of_kind("site_to_sponsor", found)[-1] == (2, 0, 90, 114, "firm", True)
    assert of_kind("fatal_or_life_threatening", found) == [
        (1, 0, 0, 7 * 24, "provisional", True), (2, 0, 100, 100 + 7 * 24, "provisional", True)]  # fmt: skip


def test_an_awareness_that_is_only_carried_on_tells_nothing_of_what_is_new() -> None:
    versions = [event(1, 5, aware=0), event(2, 200, "disability", aware=0)]
    assert of_kind("site_to_sponsor", clocks_asked(versions)) == [(2, 0, 200, 224, "firm", True)]


def test_the_sponsor_corrects_its_awareness_to_later_while_no_clock_has_run_out() -> None:
    serious, week = [event(1, 0, "hospitalisation", aware=-99)], 7 * 24
    for kept, counts in ((week - 9, -1), (week + 9, -8)):
        said = [assessment(1, 1, "unexpected", aware=-8), assessment(2, kept, "unexpected", aware=-1)]
        assert of_kind("serious_unexpected", clocks_asked(serious, said))[0][2] == counts


def test_a_jak_inhibitor_in_force_at_onset_is_an_open_suspicion_until_it_is_assessed() -> None:
    other = {"started_on": "2026-03", "causality": [{"drug": "methotrexate", "causality": "unlikely"}]}
    dose = {"drug": "baricitinib", "formulation": "tablet", "started_on": "2026-03-20"}
    given = Given((dose, {**dose, "drug": "delgocitinib", "formulation": "cream"}))
    versions = [event(1, 0, "death", **other)]
    assert of_kind("fatal_or_life_threatening", clocks_asked(versions)) == []
    found = clocks_asked(versions, given=given)
    assert of_kind("fatal_or_life_threatening", found) == [(1, 0, 0, 7 * 24, "provisional", True)]
    unrelated = [*other["causality"], {"drug": "baricitinib", "causality": "unlikely"}]
    judged = clocks_asked([*versions, event(2, 9, "death", **other | {"causality": unrelated})], given=given)
    assert of_kind("fatal_or_life_threatening", judged)[0][-1] is False
    assert in_force_at_onset({"started_on": "2026-02"}, given) == ()
    assert in_force_at_onset({"started_on": "2026"}, Given(intakes=(dose,))) == ("study_product",)


# --- what holds for every past ------------------------------------------------------------------------------------

CRITERIA = st.lists(
    st.sampled_from(["death", "life_threatening", "hospitalisation", "disability"]), max_size=2, unique=True
)
CAUSALITY = st.lists(st.sampled_from(["possible", "unlikely", "unassessable"]), max_size=1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("event"), CRITERIA, CAUSALITY, st.booleans()),
        st.tuples(st.just("assessment"), CRITERIA, st.sampled_from(["expected", "unexpected", None]), st.booleans()),
    ),
    max_size=6,
)


def past(first: Any, steps: Any) -> tuple[list[Kept], list[Kept]]:
    events, assessments = [], []
    for hour, (kind, criteria, said, yes) in enumerate([first, *steps]):
        if kind == "event":
            causality = [{"drug": "baricitinib", "causality": one} for one in said]
            events.append(event(len(events) + 1, hour, *criteria, causality=causality, entered_in_error=yes))
        else:
            more = {"seriousness_criteria": criteria}
            assessments.append(assessment(len(assessments) + 1, hour, said, aware=hour if yes else 0, **more))
    return events, assessments


@settings(max_examples=50, deadline=None)
@given(st.tuples(st.just("event"), CRITERIA, CAUSALITY, st.booleans()), STEPS)
def test_an_event_that_must_be_reported_has_a_clock_and_another_has_none_that_is_required(
    first: Any, steps: Any
) -> None:
    events, assessments = past(first, steps)
    found = clocks_asked(events, assessments)
    now = classified(events[-1].image, assessments[-1].image if assessments else None)
    expedited = {one.kind for one in found if one.required} - {"site_to_sponsor"}
    assert bool(expedited) == now.expedited
    assert now.expedited is False or ("fatal_or_life_threatening" in expedited) == now.fatal_or_life_threatening
    assert len({one.key for one in found}) == len(found)
    assert all(one.started_at < one.due_at for one in found)
    assert all(one.started_at <= max(version.kept_at for version in (*events, *assessments)) for one in found)


@settings(max_examples=50, deadline=None)
@given(st.tuples(st.just("event"), CRITERIA, CAUSALITY, st.booleans()), STEPS)
def test_a_later_version_takes_no_clock_back_and_moves_none(first: Any, steps: Any) -> None:
    events, assessments = past(first, steps)
    before = {one.key: one for one in clocks_asked(events, assessments)}
    criteria = ["life_threatening"]
    events.append(event(len(events) + 1, len(steps) + 9, *criteria))
    after = {one.key: one for one in clocks_asked(events, assessments)}
    assert before.keys() <= after.keys()
    assert all(
        (after[key].started_at, after[key].due_at) == (one.started_at, one.due_at) for key, one in before.items()
    )
