"""What the registry watches: events of special interest with the judgement of each, and laboratory alerts."""

from __future__ import annotations

from registry.domain.laboratory_alert import KINDS
from registry.domain.vocabulary import SPECIAL_INTEREST
from registry.publish.board_report.blocks import Section, Table
from registry.publish.board_report.facts import Facts, counted

JUDGEMENTS = {
    "confirmed": "Confirmed",
    "dismissed": "Dismissed",
    "open": "Not judged yet",
    "resolved": "No longer found",
}
ALERT_STATES = {"open": "Open", "acknowledged": "Acknowledged", "resolved": "Resolved"}


def special_interest(facts: Facts) -> Section:
    """Tell of events of special interest."""
    candidates = facts.of("special_interest_candidate")
    found = counted(candidates, lambda one: str(one["status"]), lambda one: str(one["topic"]))
    people = {
        topic: len(
            {one["participant_id"] for one in candidates if (one["topic"], one["status"]) == (topic, "confirmed")}
        )
        for topic in found
    }
    rows = [
        [words, *(found[topic][state] for state in JUDGEMENTS), people[topic]]
        for topic, words in SPECIAL_INTEREST.items()
        if topic in found
    ]
    table = Table(
        "Candidates by topic and judgement",
        ("Topic", *JUDGEMENTS.values(), "Participants with one confirmed"),
        rows or [["No candidate was found", *[0] * len(JUDGEMENTS), 0]],
        note="A rule finds a candidate by a term, a code, a special situation, a laboratory grade, a virus result or a live "
        "vaccine; a person confirms or dismisses it. Topics without a candidate are not listed.",
    )
    return Section("Events of special interest", [table])


def alerts(facts: Facts) -> Table:
    """Count the laboratory alerts by what they are about."""
    given = facts.of("laboratory_alert")
    found = counted(given, lambda one: str(one["status"]), lambda one: f"{one['kind']}\n{one.get('analyte') or ''}")
    rows = []
    for key in sorted(found):
        kind, _, analyte = key.partition("\n")
        rows.append([KINDS[kind], analyte, *(found[key][state] for state in ALERT_STATES), sum(found[key].values())])
    every = ["Every alert", "", *(sum(one[state] for one in found.values()) for state in ALERT_STATES), len(given)]
    return Table(
        "Laboratory alerts by kind and state",
        ("Kind", "Analyte", *ALERT_STATES.values(), "All"),
        [*rows, every],
        texts=2,
        total=True,
        note="An alert is acknowledged by a person, never deleted; it is resolved where a correction took its ground away.",
    )
