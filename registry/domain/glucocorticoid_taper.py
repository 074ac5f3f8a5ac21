"""Tapers of a glucocorticoid by mouth: what counts on the day that one dose ends and another begins.

Source: domain reference 2.8, which is silent on it. Rules of ours: where a systemic glucocorticoid by mouth ends on the
very day (known to the day) on which another begins, the one that begins counts on that day, so that a step of a taper
is not counted twice; of two that both last that one day only, both count. Dates known in part, or a route that is not
recorded, say only that it may be so. What is given once neither ends a taper nor begins one. Two records that overlap
by more are both counted; where they may overlap by more than one day and are of the same drug, that is said.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import combinations

from registry.domain.course import Medication
from registry.domain.dates import PartialDate
from registry.domain.glucocorticoid_dose import Given, InForce
from registry.domain.glucocorticoids import LOCAL_ROUTES, PULSE_ROUTE, given, in_force

BY_MOUTH = "oral"


def given_on(records: Iterable[Medication], on: date) -> list[Given]:
    """The glucocorticoids as they are given on a day, one that another takes over from on that day being over."""
    every = tuple(records)
    return [replace(given(one, on), in_force=_state(one, every, on)) for one in every]


def overlapping(records: Iterable[Medication], on: date) -> tuple[str, ...]:
    """Drugs of which two systemic records count on a day and may overlap by more than one day, each drug once."""
    every = tuple(one for one in records if one.image.get("route") not in {*LOCAL_ROUTES, PULSE_ROUTE})
    counted = [one for one in every if _state(one, every, on) != "no"]
    twice = (str(a.image["medication"]) for a, b in combinations(counted, 2) if _is_same(a, b) and _share_days(a, b))
    return tuple(dict.fromkeys(twice))


def _state(one: Medication, every: tuple[Medication, ...], on: date) -> InForce:
    """Whether it counts on a day, by its dates and by what takes over from it."""
    state = in_force(one, on)
    taken_over = {_is_taken_over(one, other, on) for other in every if other is not one}
    if "certain" in taken_over:
        return "no"
    return "possible" if "possible" in taken_over and state == "certain" else state


def _is_taken_over(one: Medication, other: Medication, on: date) -> InForce:
    """Whether one glucocorticoid ends on a day on which the other begins, both by mouth."""
    routes = {one.image.get("route"), other.image.get("route")}
    end, start = one.partial("ended_on"), other.partial("started_on")
    if end is None or not (routes <= {BY_MOUTH, None} and _may_be(end, on) and _may_be(start, on)):
        return "no"
    if "once" in {one.image.get("frequency"), other.image.get("frequency")}:
        return "no"
    day = PartialDate.of(on)
    if one.partial("started_on") == day == other.partial("ended_on"):
        return "no"
    return "certain" if start == end == day and routes == {BY_MOUTH} else "possible"


def _may_be(some: PartialDate | None, day: date) -> bool:
    return some is None or some.earliest <= day <= some.latest


def _is_same(one: Medication, other: Medication) -> bool:
    return bool(one.image["medication"] == other.image["medication"])


def _share_days(one: Medication, other: Medication) -> bool:
    """Whether two records may have more than one day in common."""
    (first, last), (other_first, other_last) = _span(one), _span(other)
    return max(first, other_first) < min(last, other_last)


def _span(medication: Medication) -> tuple[date, date]:
    """The first and the last day that a record may reach to; what is given once ends when it starts."""
    start, end = medication.partial("started_on"), medication.partial("ended_on")
    if medication.image.get("frequency") == "once":
        end = end or start
    return start.earliest if start else date.min, end.latest if end else date.max
