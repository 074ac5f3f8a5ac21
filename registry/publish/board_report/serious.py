"""Serious adverse events, suspected unexpected reactions among them, and deaths: a line each, by pseudonym and study day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.api import safety_figures
from registry.domain.deaths import Death, deaths
from registry.domain.vocabulary import OUTCOMES, SERIOUSNESS_CRITERIA
from registry.publish.board_report.blocks import Section, Table
from registry.publish.board_report.clocks import STANDINGS, standing
from registry.publish.board_report.events import Named, named
from registry.publish.board_report.facts import Facts

SUSAR_WORDS = {"yes": "yes", "provisional": "provisional", "no": "no"}
RELATED = ("certain", "probable", "possible", "conditional", "unassessable", "unlikely")
"""The investigator's words from the one that blames the drug most to the one that blames it least."""
SPONSOR = {"reasonable_possibility": "related", "no_reasonable_possibility": "not related"}
MOST_BLAMING = ("reasonable_possibility", "no_reasonable_possibility")
LEAST_EXPECTED = ("unexpected", "unknown", "expected")
NO_FATAL_EVENT = "No fatal event is recorded"
Line = Mapping[str, Any]


def section(facts: Facts) -> Section:
    """List the serious events and the deaths."""
    return Section("Serious adverse events and deaths", [listing(facts), _deaths(facts)])


def listing(facts: Facts) -> Table:
    """List the serious events; in a closed report each with its arm."""
    lines = lines_of(facts)
    names = {one.image["id"]: one for one in named(facts)}
    rows = [_row(facts, line, names[line["adverse_event_id"]]) for line in lines]
    arm = ["Arm"] if facts.arm_of else []
    columns = ("Participant", *arm, "Site", "Age", "Sex", "Event", "Grade", "Criteria", "Day on drug", "Outcome",
               "Causality, investigator", "Causality, sponsor", "Expected", "SUSAR", "Clocks")  # fmt: skip
    susars = sum(1 for line in lines if line["susar"] != "no")
    return Table(
        f"Serious adverse events: {len(lines)}, of which suspected unexpected serious adverse reactions (SUSAR): {susars}",
        columns,
        rows or [["None", *[""] * (len(columns) - 1)]],
        texts=len(columns),
        note="Participants bear the same pseudonym in every report of the study, and another in extracts. Day on drug: the day of "
        "the onset, counted from the start of the drug that was begun last, which is day 1; of a date that is known in part, the "
        "earliest day. Causality and expectedness are those of the drug that is blamed most. A SUSAR is provisional while an "
        "assessment is missing.",
    )


def lines_of(facts: Facts) -> list[Line]:
    """Give the serious events in the order of pseudonyms."""
    found = safety_figures.line_listing(facts.safety, "sae")
    return sorted(found, key=lambda line: (facts.names[line["participant_id"]], line["adverse_event_id"]))


def _row(facts: Facts, line: Line, event: Named) -> Sequence[object]:
    arm = [facts.arm_of.get(line["participant_id"])] if facts.arm_of else []
    drugs = line["drugs"]
    return [
        facts.names[line["participant_id"]],
        *arm,
        facts.site(line["site_id"]),
        line["age_at_onset"],
        line["sex"],
        event.term,
        line["grade"],
        ", ".join(SERIOUSNESS_CRITERIA[code].partition(":")[0] for code in line["seriousness_criteria"]),
        min((drug["days_from_start"] for drug in drugs if drug["days_from_start"] is not None), default=None),
        OUTCOMES[line["outcome"]],
        _first(RELATED, (drug["investigator_causality"] for drug in drugs)),
        SPONSOR.get(_first(MOST_BLAMING, (drug["sponsor_causality"] for drug in drugs)) or ""),
        _first(LEAST_EXPECTED, (drug["expectedness"] for drug in drugs)),
        SUSAR_WORDS[line["susar"]],
        _clocks(facts, line["adverse_event_id"]),
    ]


def _first(order: Sequence[str], told: Any) -> str | None:
    said = set(told)
    return next((one for one in order if one in said), None)


def _clocks(facts: Facts, event_id: str) -> str:
    found = [standing(one, facts) for one in facts.of("reporting_clock") if one["adverse_event_id"] == event_id]
    return ", ".join(f"{found.count(one)} {words.lower()}" for one, words in STANDINGS.items() if one in found)


def _deaths(facts: Facts) -> Table:
    """List each death by its fatal events, or by the enrolment alone."""
    found = sorted(deaths(facts.safety.people), key=lambda one: facts.names[one.person.id])
    lines = {line["adverse_event_id"]: line for line in lines_of(facts)}
    terms = {one.image["id"]: one.term for one in named(facts)}
    rows = []
    for one in found:
        arm = [facts.arm_of.get(one.person.id)] if facts.arm_of else []
        who = [facts.names[one.person.id], *arm, facts.site(one.person.site_id)]
        when = "after follow-up" if one.after_follow_up else "ended follow-up"
        for event in sorted(one.events, key=lambda event: event.id):
            line = lines.get(event.id, {})
            rows.append([*who, line.get("age_at_onset"), terms[event.id], when, SUSAR_WORDS.get(line.get("susar", ""))])
        if not one.events:
            rows.append([*who, None, NO_FATAL_EVENT, when, None])
    arm_head = ["Arm"] if facts.arm_of else []
    columns = ("Participant", *arm_head, "Site", "Age", "Event", "Death", "SUSAR")
    return Table(
        f"Deaths: {len(found)}",
        columns,
        rows or [["None", *[""] * (len(columns) - 1)]],
        texts=len(columns),
        note=_how_they_are_known(found),
    )


def _how_they_are_known(found: Sequence[Death]) -> str:
    both = sum(1 for one in found if one.events and one.person.left_by_death)
    fatal = sum(1 for one in found if one.events) - both
    after = sum(1 for one in found if one.after_follow_up)
    return (
        f"Known by a fatal event and as the reason for which the participant left: {both}; by a fatal event alone: {fatal}; as "
        f"the reason alone: {len(found) - both - fatal}. After follow-up had ended by something else: {after}; no time at risk "
        "holds these."
    )
