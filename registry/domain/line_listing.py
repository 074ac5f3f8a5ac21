"""A line for each serious adverse event, or each suspected unexpected serious adverse reaction: what a safety officer reads.

A line holds no narrative. The dose in force and the days from the start of a drug are computed for the day of the onset, the
first day that it may mean; the day on which a drug began is day 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

from registry.domain.study_safety import Event, Person, StudySafety

Kind = Literal["sae", "susar"]
_SAID = ("grade", "started_on", "ended_on", "outcome")


def lines(safety: StudySafety, kind: Kind) -> list[dict[str, Any]]:
    """Give the lines in the order of participants' codes and onset."""
    people = sorted(safety.people, key=lambda person: (person.code, person.id))
    return [line for person in people for line in _of_person(person, kind)]


def _of_person(person: Person, kind: Kind) -> Iterator[dict[str, Any]]:
    for event in sorted(person.events, key=lambda event: (event.onset.earliest, event.id)):
        wanted = event.classification.serious if kind == "sae" else event.classification.expedited
        if wanted:
            yield _line(person, event)


def _line(person: Person, event: Event) -> dict[str, Any]:
    onset = event.onset.earliest
    said = {name: event.image.get(name) for name in _SAID}
    return said | {
        "participant_code": person.code,
        "participant_id": person.id,
        "adverse_event_id": event.id,
        "site_id": person.site_id,
        "sex": person.sex,
        "age_at_onset": person.age_on(onset),
        "term": event.image["term"],
        "ctcae_term": event.image.get("ctcae_term"),
        "coded_term": event.coded.term,
        "system_organ_class": event.coded.system_organ_class,
        "seriousness_criteria": _criteria(event),
        "special_interest": list(event.topics),
        "susar": _susar(event),
        "drugs": list(_drugs(person, event, onset)),
        "clocks": [dict(clock) for clock in event.clocks],
    }


def _criteria(event: Event) -> list[str]:
    """Give what the investigator or the sponsor holds to be met."""
    of_both = (*(event.image.get("seriousness_criteria") or ()), *(_sponsor(event).get("seriousness_criteria") or ()))
    return list(dict.fromkeys(of_both))


def _susar(event: Event) -> str:
    found = event.classification
    return "no" if not found.expedited else "provisional" if found.provisional else "yes"


def _sponsor(event: Event) -> Mapping[str, Any]:
    return event.assessment or {}


def _drugs(person: Person, event: Event, onset: date) -> Iterator[dict[str, Any]]:
    """Give each drug that was assessed or in force, with what both say of it."""
    investigator = {one["drug"]: one for one in event.image.get("causality") or ()}
    sponsor = {one["drug"]: one for one in _sponsor(event).get("drugs") or ()}
    in_force = {one.drug: one for one in person.intervals if one.days[0] <= onset <= one.days[1]}
    for drug in dict.fromkeys([*investigator, *sponsor, *sorted(in_force)]):
        dose, begun = in_force.get(drug), _begun(person, drug, onset)
        yield {
            "drug": drug,
            "mg_per_day": dose.mg_per_day if dose else None,
            "days_from_start": None if begun is None else (onset - begun).days + 1,
            "investigator_causality": investigator.get(drug, {}).get("causality"),
            "action_taken": investigator.get(drug, {}).get("action_taken"),
            "sponsor_causality": sponsor.get(drug, {}).get("causality"),
            "expectedness": sponsor.get(drug, {}).get("expectedness"),
        }


def _begun(person: Person, drug: str, onset: date) -> date | None:
    """Give the first day of a drug, where that is not after the onset."""
    return min((one.days[0] for one in person.of_drug(drug) if one.days[0] <= onset), default=None)
