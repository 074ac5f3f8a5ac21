"""Kaplan-Meier and Aalen-Johansen against published and independently made examples, and against each other."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.statistics import survival

REMISSION = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
"""Weeks in remission on 6-mercaptopurine: Freireich et al., Blood 1963;21:699-716."""
EXACT = Decimal("0.0003")
"""What three figures of four digits may differ by when they are added up."""


def test_the_remission_data_of_freireich_give_the_published_curve() -> None:
    """The estimates that textbooks print, with the log-log limits that R's survfit gives with conf.type log-log."""
    steps = survival.kaplan_meier(REMISSION, [bool(one) for one in RELAPSED])
    found = {step.time: (step.at_risk, step.events, str(step.probability)) for step in steps}
    assert found == {0: (21, 0, "1.0000"), 6: (21, 3, "0.8571"), 7: (17, 1, "0.8067"), 10: (15, 1, "0.7529"),
                     13: (12, 1, "0.6902"), 16: (11, 1, "0.6275"), 22: (7, 1, "0.5378"), 23: (6, 1, "0.4482")}  # fmt: skip
    limits = {step.time: (str(step.lower), str(step.upper)) for step in steps}
    assert (limits[6], limits[23]) == (("0.6197", "0.9516"), ("0.1881", "0.6801"))
    assert survival.median(steps) == (23, 13, None)


def test_where_everybody_had_the_event_nobody_is_left_and_there_is_no_interval() -> None:
    steps = survival.kaplan_meier([1, 2], [True, True])
    assert [str(step.probability) for step in steps] == ["1.0000", "0.5000", "0.0000"]
    assert (steps[-1].lower, steps[-1].upper) == (None, None)


def test_without_an_event_or_without_anybody_the_curve_is_its_start() -> None:
    for times in ([], [5, 9]):
        assert [step.time for step in survival.kaplan_meier(times, [False] * len(times))] == [0]
        assert survival.aalen_johansen(times, [0] * len(times), 3).times == (0,)


TIMES = [2, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41]
CAUSES = [1, 2, 0, 1, 3, 0, 1, 2, 0, 1, 3, 0]


def test_cumulative_incidence_is_that_of_another_program() -> None:
    """Made with AalenJohansenFitter of lifelines 0.30.3, with its intervals; times without ties, which it would break."""
    found = survival.aalen_johansen(TIMES, CAUSES, 3)
    assert found.times == (0, 2, 5, 11, 13, 19, 23, 31, 37)
    assert [str(value) for value in found.causes[0]][-5:] == ["0.1759", "0.2840", "0.2840", "0.4280", "0.4280"]
    assert [str(curve[-1]) for curve in found.causes] == ["0.4280", "0.1914", "0.2366"]
    last = [tuple(map(str, limits[-1])) for limits in found.limits]
    assert last == [("0.1228", "0.7093"), ("0.0289", "0.4624"), ("0.0345", "0.5397")]


def test_cumulative_incidence_is_right_by_hand_where_times_are_tied() -> None:
    """Of 10, one event and one death on day 4: 1/10 each, 8/10 left; on day 6 two of 5 have the event: 0.1 + 0.8 x 2/5."""
    times = [4, 4, 5, 5, 5, 6, 6, 8, 8, 8]
    causes = [1, 2, 0, 0, 0, 1, 1, 0, 0, 0]
    found = survival.aalen_johansen(times, causes, 2)
    assert found.times == (0, 4, 6)
    assert [str(value) for value in found.causes[0]] == ["0.0000", "0.1000", "0.4200"]
    assert [str(value) for value in found.causes[1]] == ["0.0000", "0.1000", "0.1000"]


FOLLOWED = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3)), min_size=1, max_size=25)


@settings(max_examples=40, deadline=None)
@given(FOLLOWED)
def test_the_causes_and_being_free_of_all_of_them_make_one(people: list[tuple[int, int]]) -> None:
    times, causes = [time for time, _ in people], [cause for _, cause in people]
    found = survival.aalen_johansen(times, causes, 3)
    free = {step.time: step.probability for step in survival.kaplan_meier(times, [cause > 0 for cause in causes])}
    for index, time in enumerate(found.times):
        values = [curve[index] for curve in found.causes]
        total = sum((value for value in values if value is not None), free[time] or Decimal(0))
        assert abs(total - 1) <= EXACT


@settings(max_examples=40, deadline=None)
@given(FOLLOWED)
def test_without_competing_events_it_is_one_less_kaplan_meier(people: list[tuple[int, int]]) -> None:
    times, events = [time for time, _ in people], [cause == 1 for _, cause in people]
    found = survival.aalen_johansen(times, [int(event) for event in events], 1)
    steps = survival.kaplan_meier(times, events)
    assert found.times == tuple(step.time for step in steps)
    for value, step in zip(found.causes[0], steps, strict=True):
        assert value is not None
        assert step.probability is not None
        assert abs(value + step.probability - 1) <= EXACT
