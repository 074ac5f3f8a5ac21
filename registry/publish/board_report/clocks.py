"""Reporting clocks: met, late, still running, overdue at the cut."""

from __future__ import annotations

from collections import Counter

from registry.db.transaction import Image
from registry.domain.reporting_clocks import CLOCK_KINDS, RECIPIENTS
from registry.publish.board_report.blocks import Section, Table
from registry.publish.board_report.facts import Facts, moment

STANDINGS = {
    "met": "Met",
    "late": "Submitted late",
    "overdue": "Overdue at the cut",
    "running": "Running, in time",
    "not_required": "Not required any more",
}


def section(facts: Facts) -> Section:
    """Tell of the reporting clocks and of what was submitted."""
    return Section("Reporting clocks", [_clocks(facts), _submissions(facts)])


def standing(clock: Image, facts: Facts) -> str:
    """Tell how a clock stood at the moment of the cut; exactly at its moment it is in time."""
    due = moment(clock["due_at"])
    if clock["status"] == "submitted":
        return "met" if moment(clock["submitted_at"]) <= due else "late"
    if clock["status"] == "running":
        return "overdue" if due < facts.cut.moment else "running"
    return "not_required"


def _clocks(facts: Facts) -> Table:
    found = {kind: Counter[str]() for kind in CLOCK_KINDS}
    for clock in facts.of("reporting_clock"):
        found[clock["kind"]][standing(clock, facts)] += 1
    rows = [[CLOCK_KINDS[kind], *(found[kind][one] for one in STANDINGS)] for kind in CLOCK_KINDS]
    every = ["Every clock", *(sum(one[name] for one in found.values()) for name in STANDINGS)]
    provisional = sum(1 for one in facts.of("reporting_clock") if one.get("provisional") and one["status"] == "running")
    return Table(
        "Reporting clocks by how they stood at the cut",
        ("Clock", *STANDINGS.values()),
        [*rows, every],
        note="Running clocks that are provisional, because causality or expectedness was not assessed yet: "
        f"{provisional}.",
        total=True,
    )


def _submissions(facts: Facts) -> Table:
    found = Counter(one["recipient"] for one in facts.of("safety_submission"))
    return Table(
        "Submissions of serious events, by recipient",
        ("Recipient", "Submissions"),
        [[words, found[code]] for code, words in RECIPIENTS.items()],
    )
