"""The visits that the protocol expected by the moment of the cut, with what was recorded of each by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from registry.db.transaction import Image
from registry.domain.schedule import BASELINE_EVENT, Activation, Expected, expected, status_of
from registry.publish.board_report.facts import Facts

LEAVING = frozenset({"screen_failure", "completed", "withdrawn", "lost_to_follow_up"})
EVERYWHERE = None


@dataclass(frozen=True, slots=True)
class Followed:
    """An expected visit: whose, where, how it stood on the day of the cut, and what the record of it lacked."""

    participant_id: str
    site_id: str
    event: str
    status: str
    missing_forms: tuple[str, ...] = ()
    missing_analytes: tuple[str, ...] = ()


def followed(facts: Facts) -> list[Followed]:
    """Give every visit that was expected, of all participants."""
    own = {kind: _by_participant(facts.of(kind)) for kind in ("enrolment", "visit", "consent", "allocation", "withdrawal",
                                                                "skipped_visit")}  # fmt: skip
    rules = {version["id"]: version for version in facts.of("protocol_version")}
    found: list[Followed] = []
    for participant in facts.of("participant"):
        mine = {kind: records[participant["id"]] for kind, records in own.items()}
        found += _of_participant(facts, participant, mine, rules)
    return found


def _of_participant(
    facts: Facts, participant: Image, mine: Mapping[str, Sequence[Image]], versions: Mapping[str, Image]
) -> Iterable[Followed]:
    site = participant["site_id"]
    visits = {
        one["event"]: one for one in mine["visit"] if one["status"] == "complete" and one["event"] != "unscheduled"
    }
    skipped = {one["event"] for one in mine["skipped_visit"]}
    made_under = {event: visit.get("protocol_version_id") for event, visit in visits.items()}
    zone = ZoneInfo(facts.sites[site]["time_zone"])
    plan = expected(_activations(facts, site, versions), _anchors(mine, visits, zone), made_under, _ended_on(mine))
    for one in plan:
        visit = visits.get(one.event)
        told = status_of(
            one, facts.today(site), _day(visit["visited_on"] if visit else None), skipped=one.event in skipped
        )
        yield Followed(participant["id"], site, one.event, told, *_missing(one, visit, versions))


def _missing(
    one: Expected, visit: Image | None, versions: Mapping[str, Image]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the forms and analytes that the protocol asks for and the record of the visit lacks."""
    if visit is None:
        return (), ()
    asked = _planned(versions[one.version]["schedule"], one.event)
    forms = tuple(form for form in asked.get("required_forms") or () if form not in visit["forms"])
    return forms, tuple(each for each in asked.get("required_analytes") or () if each not in visit["analytes"])


def _planned(schedule: Sequence[Mapping[str, Any]], event: str) -> Mapping[str, Any]:
    """Give what a schedule plans for an event, which may be the repetition of another."""
    for planned in schedule:
        if planned["event"] == event:
            return planned
    for planned in schedule:
        every, until, start = planned.get("repeat_every"), planned.get("repeat_until"), planned["target_day"]
        if every and until and event in {f"week_{day // 7}" for day in range(start + every, until + 1, every)}:
            return planned
    return {}


def _activations(facts: Facts, site: str, versions: Mapping[str, Image]) -> list[Activation]:
    at_site = [one for one in facts.of("protocol_activation") if one.get("site_id") in (site, EVERYWHERE)]
    ordered = sorted(at_site, key=lambda one: (one["effective_from"], one["id"]))
    return [
        Activation(date.fromisoformat(one["effective_from"]), one["protocol_version_id"],
                   versions[one["protocol_version_id"]]["schedule"])
        for one in ordered
    ]  # fmt: skip


def _anchors(
    mine: Mapping[str, Sequence[Image]], visits: Mapping[str, Image], zone: ZoneInfo
) -> dict[str, date | None]:
    enrolment = next(iter(mine["enrolment"]), {})
    enrolled = _day(enrolment.get("enrolled_on"))
    baseline = _day(visits[BASELINE_EVENT]["visited_on"]) if BASELINE_EVENT in visits else enrolled
    given = [one["given_on"] for one in mine["consent"] if one["kind"] == "consent" and not one.get("withdrawn_on")]
    screened = min(given, default=None) if enrolment.get("status") == "screening" else None
    allocation = next(iter(mine["allocation"]), None)
    randomised = datetime.fromisoformat(allocation["allocated_at"]).astimezone(zone).date() if allocation else None
    return {"baseline": baseline, "enrolment": enrolled, "consent": _day(screened), "randomisation": randomised}


def _ended_on(mine: Mapping[str, Sequence[Image]]) -> date | None:
    """Give the day on which follow-up ended: by a state that ends it, or by a withdrawal that leaves no consent."""
    left = [one["status_on"] for one in mine["enrolment"] if one["status"] in LEAVING]
    without = _without_consent(mine)
    return min((date.fromisoformat(day) for day in [*left, *([without] if without else [])]), default=None)


def _without_consent(mine: Mapping[str, Sequence[Image]]) -> str | None:
    """Give the last day of consent, where each one has ended (SQL: follow_up_ended_on)."""
    ending = [one["withdrawn_on"] for one in mine["withdrawal"] if one["kind"] != "treatment"]
    given = [one for one in mine["consent"] if one["kind"] == "consent"]
    ends = [
        min([day for day in [one.get("withdrawn_on"), *(day for day in ending if day >= one["given_on"])] if day],
            default=None)
        for one in given
    ]  # fmt: skip
    if any(end is None for end in ends):
        return None
    return max((end for end in ends if end), default=max(ending, default=None))


def _by_participant(images: Iterable[Image]) -> Mapping[str, list[Image]]:
    found: dict[str, list[Image]] = defaultdict(list)
    for image in images:
        found[image["participant_id"]].append(image)
    return found


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None
