"""Enrolment and retention: who came, who is still there, and why the others left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from registry.domain.consents import WITHDRAWAL_KINDS, WITHDRAWAL_REASONS
from registry.domain.enrolment import ENROLMENT, ENROLMENT_REASONS, LEAVES_WITH_A_REASON
from registry.publish.board_report import pictures
from registry.publish.board_report.blocks import Block, Picture, Section, Table, Words
from registry.publish.board_report.facts import Facts, counted

DAYS_A_MONTH = 365.25 / 12
LEFT = ("withdrawn", "lost_to_follow_up")
HEADS = {
    "screening": "In screening",
    "screen_failure": "Screening failed",
    "enrolled": "Off treatment",
    "on_treatment": "On treatment",
    "completed": "Completed",
    "withdrawn": "Withdrawn",
    "lost_to_follow_up": "Lost",
}
"""Short heads of the states, in their order."""


def section(facts: Facts) -> Section:
    """Tell of enrolment and retention."""
    return Section(
        "Enrolment and retention",
        [_by_site(facts), *_over_time(facts), _why_they_left(facts), _withdrawals(facts)],
    )


def _by_site(facts: Facts) -> Table:
    states = counted(facts.of("enrolment"), lambda one: str(one["status"]), lambda one: str(one["site_id"]))
    ever = Counter(one["site_id"] for one in facts.of("enrolment") if one.get("enrolled_on"))
    rows = [
        [facts.site(site), sum(states[site].values()), ever[site], *(states[site][state] for state in HEADS)]
        for site in facts.site_ids
    ]
    every = ["Every site", *(sum(column) for column in zip(*(row[1:] for row in rows), strict=True))]
    return Table(
        "Participants by site and state at the cut",
        ("Site", "Screened", "Enrolled", *HEADS.values()),
        [*rows, every if rows else ["Every site", *[0] * (len(HEADS) + 2)]],
        note="Screened: everybody who was recorded. Enrolled: at any time. The others are the states at the cut: "
        "off and on treatment mean the treatment of the study, with follow-up going on.",
        total=True,
    )


def _over_time(facts: Facts) -> Iterable[Block]:
    enrolled = _days(facts, "enrolled_on")
    if not enrolled:
        return
    first = enrolled[0]
    left = sorted(
        date.fromisoformat(one["status_on"]) for one in facts.of("enrolment") if one["status"] in LEFT
    )  # fmt: skip
    last = max([*enrolled, *left, *(facts.today(site) for site in facts.site_ids)])
    if first == last:
        yield Words(f"Over time: all {len(enrolled)} were enrolled on the day of the cut; there is no curve to draw.")
        return
    lines = [_line("Enrolled", enrolled, first, last), _line("Withdrawn or lost to follow-up", left, first, last)]
    yield Picture(
        "Participants enrolled, and withdrawn or lost, over time",
        pictures.steps("enrolment", lines, across=f"Months since {first:%Y-%m}", up="Participants"),
        f"{len(enrolled)} enrolled since {first:%Y-%m}; {len(left)} withdrawn or lost to follow-up.",
    )


def _days(facts: Facts, name: str) -> list[date]:
    return sorted(date.fromisoformat(one[name]) for one in facts.of("enrolment") if one.get(name))


def _line(name: str, days: Sequence[date], first: date, last: date) -> pictures.Line:
    """Give how many there were, month by month."""
    counts = Counter(days)
    x, y = [0.0], [0.0]
    for day in sorted(counts):
        x.append(max(0.0, (day - first).days / DAYS_A_MONTH))
        y.append(y[-1] + counts[day])
    return pictures.Line(name, [*x, (last - first).days / DAYS_A_MONTH], [*y, y[-1]])


def _why_they_left(facts: Facts) -> Table:
    left = [one for one in facts.of("enrolment") if one["status"] in {*LEAVES_WITH_A_REASON, "lost_to_follow_up"}]
    reasons = counted(left, lambda one: str(one["status"]), lambda one: str(one.get("reason") or ""))
    columns = ("screen_failure", "withdrawn", "lost_to_follow_up")
    return Table(
        "Why participants left the study",
        ("Reason", *(ENROLMENT.words[state] for state in columns)),
        [
            [words, *(reasons[code][state] for state in columns)]
            for code, words in {**ENROLMENT_REASONS, "": "No reason recorded"}.items()
            if code in reasons
        ]
        or [["Nobody left", 0, 0, 0]],
    )


def _withdrawals(facts: Facts) -> Table:
    found = counted(facts.of("withdrawal"), lambda one: str(one["kind"]), lambda one: str(one["reason"]))
    return Table(
        "Withdrawals of treatment, follow-up and use of data, by reason",
        ("Reason", *(words.partition(";")[0] for words in WITHDRAWAL_KINDS.values())),
        [
            [words, *(found[code][kind] for kind in WITHDRAWAL_KINDS)]
            for code, words in WITHDRAWAL_REASONS.items()
            if code in found
        ]
        or [["No withdrawal", *[0] * len(WITHDRAWAL_KINDS)]],
        note="A withdrawal of treatment alone does not end the participation.",
    )
