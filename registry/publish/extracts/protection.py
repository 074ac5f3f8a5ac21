"""What of each participant may leave in an extract, decided over all of them at once, and how safe it is then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.domain.deidentification import WHO_KNOWS_THE_CHILD, WHO_KNOWS_THE_VISITS, Days, Profile
from registry.domain.disclosure_control import VISITS_WORTH, Release, Search
from registry.domain.disclosure_risk import Known, matches, measured
from registry.domain.generalisation import AGE, BLANK, COUNTRY, FIRST_VISIT_YEAR, SEX, Ladder
from registry.domain.suppression import Key, Value
from registry.domain.visit_patterns import UNSCHEDULED
from registry.publish.extracts import risk
from registry.publish.extracts.antibodies import Antibodies, decided

WHO_KNOWS_THE_ANTIBODY = "demographics_and_antibody"
"""Adversary who treats such children and knows the autoantibody as well; told of, governed by no threshold."""
KNOWS = {
    WHO_KNOWS_THE_CHILD: "birth, sex, country and the year of the first visit",
    WHO_KNOWS_THE_VISITS: "birth, sex, country and the dates of all visits",
    WHO_KNOWS_THE_ANTIBODY: "birth, sex, country, the year of the first visit and the autoantibody",
}
IN_DETAIL = (FIRST_VISIT_YEAR, COUNTRY, SEX, AGE)
"""The quasi-identifiers as they are before anything is done."""


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as an adversary may know them, and what would be learned.

    `age` is in whole years at the first visit. `events` and `visit_days` have one element for each complete visit, in order:
    its planned event, or `unscheduled`, and its study day. `antibody` is one code a participant, `findings` are those by
    antibody, `sensitive` the attributes
    that nobody should learn, the same for everybody.
    """

    id: str
    sex: str | None
    age: int | None
    country: str | None
    first_visit_year: int | None
    antibody: str | None = None
    events: tuple[str, ...] = ()
    visit_days: tuple[int, ...] = ()
    sensitive: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def planned(self) -> frozenset[str]:
        """The planned events that took place."""
        return frozenset(self.events) - {UNSCHEDULED}

    def detail(self, ladders: Sequence[Ladder]) -> Key:
        """The quasi-identifiers in full detail."""
        return tuple(getattr(self, ladder.name) for ladder in ladders)


@dataclass(frozen=True, slots=True)
class Protection:
    """What of each participant leaves, by id, and the report of the risk.

    `values` are the quasi-identifiers as they leave, None being blank. `kept_events` are the planned events whose visits leave,
    None where every visit does. `sites_left_out` are those whose country is blank: their site would tell it; `antibodies_left_out`
    are those whose group by autoantibodies is.
    """

    values: Mapping[str, Mapping[str, Value]]
    kept_events: Mapping[str, frozenset[str] | None]
    sites_left_out: frozenset[str]
    antibodies: Antibodies
    antibodies_left_out: frozenset[str]
    report: Mapping[str, Any]


def protect(profile: Profile, people: Sequence[Person], population: Sequence[Person]) -> Protection:
    """Decide what of these participants leaves; `population` are all the participants of the study at the moment.

    Equal participants leave alike, in whatever order they are given.
    """
    ladders = told_ladders(profile)
    by_planned = profile.days is Days.STUDY_QUARTERS
    records = {one.id: (one.detail(ladders), one.planned) for one in people}
    lowest = tuple(int(profile.released and ladder is AGE) for ladder in ladders)
    release = Search(Counter(records.values()), ladders, profile.k, patterns=by_planned).least_loss(lowest)
    leaving = {person: release.leaving[record] for person, record in records.items()}
    names = [ladder.name for ladder in ladders]
    country = ladders.index(COUNTRY)
    antibodies = decided([one.antibody or "" for one in people], [one.findings for one in people], profile.k)
    some_told = COUNTRY.steps[release.steps[country]] is not BLANK
    return Protection(
        values={person: dict(zip(names, key, strict=True)) for person, (key, _) in leaving.items()},
        kept_events={person: events if by_planned else None for person, (_, events) in leaving.items()},
        sites_left_out=frozenset(
            person for person, (key, _) in leaving.items() if some_told and profile.released and key[country] is None
        ),
        antibodies=antibodies,
        antibodies_left_out=frozenset(one.id for one in people if one.antibody in antibodies.groups),
        report=_report(profile, ladders, release, people, population, antibodies),
    )


def refused(profile: Profile, report: Mapping[str, Any]) -> bool:
    """Whether an adversary whom the profile's threshold governs would find somebody with a higher risk."""
    return any(report["adversaries"][name]["after"]["records_above_threshold"] > 0 for name in profile.governs)


def refusal(profile: Profile, report: Mapping[str, Any]) -> str:
    """Say what is above the threshold: by which adversary, how much, and how many participants there are."""
    above = ((name, report["adversaries"][name]["after"]) for name in profile.governs)
    figures = [f"{name}: {after['prosecutor_max']}" for name, after in above if after["records_above_threshold"]]
    there = f"{report['participants']} participants are in it; at least {profile.k} must look alike."
    return f"The greatest risk is above {profile.threshold} ({'; '.join(figures)}). {there}"


def told_ladders(profile: Profile) -> tuple[Ladder, ...]:
    """Give the quasi-identifiers that a profile tells; the year of the first visit only where no date is told."""
    return tuple(one for one in IN_DETAIL if one is not FIRST_VISIT_YEAR or profile.days is Days.STUDY_QUARTERS)


def _report(
    profile: Profile,
    ladders: Sequence[Ladder],
    release: Release,
    people: Sequence[Person],
    population: Sequence[Person],
    antibodies: Antibodies,
) -> dict[str, Any]:
    inside = {one.id for one in people}
    everybody = [*people, *(one for one in population if one.id not in inside)]
    return {
        "profile": {"name": profile.name, "version": profile.version},
        "k": profile.k,
        "threshold": str(profile.threshold),
        "participants": len(people),
        "population": len(everybody),
        "adversaries": {
            name: {
                "knows": words,
                "governed": name in profile.governs,
                "before": _figures(profile, _seen_before(name, people), _seen_before(name, everybody), people),
                "after": _figures(
                    profile,
                    _seen_after(name, profile, ladders, release, people, antibodies.groups),
                    _seen_outside(name, profile, ladders, release, everybody),
                    people,
                ),
            }
            for name, words in KNOWS.items()
        },
        **_cost(profile, ladders, release, people),
    }


def _figures(
    profile: Profile, classes: Sequence[Known], everybody: Sequence[Known], people: Sequence[Person]
) -> dict[str, Any]:
    sensitive = [{"antibody": one.antibody or "", **one.sensitive} for one in people]
    return risk.figures(measured(classes, matches(set(classes), everybody), sensitive, profile.threshold))


def _seen_before(adversary: str, people: Sequence[Person]) -> list[Known]:
    """Give what an adversary would compare if nothing were done: full detail, and the exact days."""
    return [_known(adversary, one.detail(IN_DETAIL), one.visit_days, one.antibody) for one in people]


def _seen_after(
    adversary: str,
    profile: Profile,
    ladders: Sequence[Ladder],
    release: Release,
    people: Sequence[Person],
    rare: frozenset[str],
) -> list[Known]:
    """Give what an adversary compares in the extract, where rare groups by autoantibodies are blank."""
    seen = []
    for one in people:
        key, events = release.leaving[one.detail(ladders), one.planned]
        visits = events if profile.days is Days.STUDY_QUARTERS else one.visit_days
        seen.append(_known(adversary, key, visits, None if one.antibody in rare else one.antibody))
    return seen


def _seen_outside(
    adversary: str, profile: Profile, ladders: Sequence[Ladder], release: Release, population: Sequence[Person]
) -> list[Known]:
    """Give the population on the steps of the extract, before any of its cells is blank."""
    seen = []
    for one in population:
        on_steps = zip(ladders, release.steps, one.detail(ladders), strict=True)
        key = tuple(ladder.told(value, step) for ladder, step, value in on_steps)
        visits = one.planned if profile.days is Days.STUDY_QUARTERS else one.visit_days
        seen.append(_known(adversary, key, visits, one.antibody))
    return seen


def _known(adversary: str, key: Key, visits: frozenset[str] | tuple[int, ...], antibody: str | None) -> Known:
    if adversary == WHO_KNOWS_THE_VISITS:
        return key, visits
    return (*key, antibody) if adversary == WHO_KNOWS_THE_ANTIBODY else key, ()


def _cost(profile: Profile, ladders: Sequence[Ladder], release: Release, people: Sequence[Person]) -> dict[str, Any]:
    by_planned = profile.days is Days.STUDY_QUARTERS
    worth = sum(ladder.worth for ladder in ladders) + (VISITS_WORTH if by_planned else 0)
    blank = {ladder.name: 0 for ladder in ladders}
    touched = 0
    for one in people:
        detail = one.detail(ladders)
        left, _ = release.leaving[detail, one.planned]
        gone = [
            ladder.name
            for ladder, step, value, kept in zip(ladders, release.steps, detail, left, strict=True)
            if kept is None and ladder.told(value, step) is not None
        ]
        blank |= {name: blank[name] + 1 for name in gone}
        touched += bool(gone)
    return {
        "generalised": {
            ladder.name: ladder.steps[step].name for ladder, step in zip(ladders, release.steps, strict=True)
        },
        "cells_suppressed": blank,
        "participants_with_cells_suppressed": touched,
        "visits": _visits(by_planned, ladders, release, people),
        "information_loss": risk.rounded_up(release.loss / worth),
    }


def _visits(by_planned: bool, ladders: Sequence[Ladder], release: Release, people: Sequence[Person]) -> dict[str, int]:
    complete = sum(len(one.events) for one in people)
    planned = sum(len(one.planned) for one in people)
    kept = [release.leaving[one.detail(ladders), one.planned][1] for one in people]
    without = sum(not events for one, events in zip(people, kept, strict=True) if one.events)
    return {
        "complete": complete,
        "unscheduled_left_out": complete - planned if by_planned else 0,
        "planned_left_out": planned - sum(map(len, kept)) if by_planned else 0,
        "participants_without_visits": without if by_planned else 0,
    }
