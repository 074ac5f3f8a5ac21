"""Curves over time: first events with what competes with them, and time on each drug, each with the numbers at risk below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.api import safety_figures
from registry.domain.deaths import deaths
from registry.domain.first_events import ANY_EVENT, SERIOUS, first_events
from registry.domain.study_safety import ANY_DRUG
from registry.domain.time_on_drug import TimeOnDrug, time_on_drug
from registry.publish.board_report import pictures
from registry.publish.board_report.blocks import Block, Picture, Table, Words
from registry.publish.board_report.facts import Facts
from registry.publish.board_report.named_drugs import drug_named

MOST_CURVES = 6
PARTS = 6
"""Into so many parts the time is cut for the numbers at risk."""
KINDS = {ANY_EVENT: "Any event", SERIOUS: "Serious event"}
NOTHING_HAPPENED = (
    "{}: nobody had one, stopped the drug or died in the time that was followed; there is no curve to draw."
)
NOBODY_STOPPED = "Share still on the drug: nobody stopped one in the time that was followed; there is no curve to draw."
Row = Mapping[str, Any]


def of_first_events(facts: Facts) -> Sequence[Block]:
    """Tell of the time to the first event, of any and of the serious."""
    found = {kind: safety_figures.first_events(facts.safety, event=kind) for kind in KINDS}
    if not found[ANY_EVENT]["participants"]:
        return []
    curves = [block for kind, one in found.items() for block in _first_events(facts, kind, one)]
    return [*curves, _first_ends(facts, found)]


def of_time_on_drug(facts: Facts, rows: Sequence[Row]) -> Sequence[Block]:
    """Draw the share that is still on each drug, of those with the most episodes."""
    shown = sorted(rows, key=lambda row: (-row["episodes"], row["drug"]))[:MOST_CURVES]
    if not any(row["stopped"] for row in shown):
        return [Words(NOBODY_STOPPED)] if shown else []
    taken = {one.drug: one for one in time_on_drug(facts.safety)}
    lengths = {row["drug"]: _lengths(taken[row["drug"]]) for row in shown}
    lines = [
        _line(drug_named(row["drug"]), row["curve"], "on_drug", max(lengths[row["drug"]])) for row in shown
    ]  # fmt: skip
    picture = Picture(
        "Share still on the drug (Kaplan-Meier)",
        pictures.steps("on-drug", lines, across="Days since the start", up="Share on the drug", most=1.02),
        "The medians stand in the table.",
        note=f"The {MOST_CURVES} drugs with the most episodes." if len(rows) > MOST_CURVES else "",
    )
    return [picture, _at_risk("Numbers on the drug", {drug_named(drug): one for drug, one in lengths.items()})]


def _lengths(taken: TimeOnDrug) -> list[int]:
    return [episode.length for episode in taken.first]


# --- first events -------------------------------------------------------------------------------------------------


def _first_events(facts: Facts, kind: str, found: Row) -> Sequence[Block]:
    """Draw a curve up to the longest time that anybody was followed."""
    if found["participants"] == found["censored"]:
        return [Words(NOTHING_HAPPENED.format(KINDS[kind]))]
    days = [one.days for one in first_events(facts.safety, ANY_DRUG, kind)]
    lines = [
        _line(label, found["curve"], field, max(days))
        for label, field in (
            ("First event (Aalen-Johansen, 95 %)", "cumulative_incidence"),
            ("Stopped the drug before", "stopping"),
            ("Died before", "death"),
            ("Free of events (Kaplan-Meier)", "event_free"),
        )
    ]
    svg = pictures.steps(f"first-{kind}", lines, across="Days since the drug was started", up="Probability", most=1.02)
    last = found["curve"][-1]
    told = f"By day {last['day']}: first event {last['cumulative_incidence']}, stopped {last['stopping']}, died {last['death']}."
    caption = f"{KINDS[kind]}: cumulative incidence of the first, and what competes with it"
    return [Picture(caption, svg, told), _at_risk("Numbers at risk", {KINDS[kind]: days})]


def _first_ends(facts: Facts, found: Mapping[str, Row]) -> Table:
    """Tell how following to the first event ended, with all deaths beside those that came first."""
    exposed = [person for person in facts.safety.people if person.intervals]
    died = deaths(exposed)
    after = sum(1 for one in died if one.after_follow_up)
    others = len(deaths(facts.safety.people)) - len(died)
    return Table(
        "First event on a drug, with death and stopping the drug as competing events",
        ("Event", "Participants", "With an event", "Died first", "Stopped first", "Still followed", "Deaths in all"),
        [
            [KINDS[kind], one["participants"], one["events"], one["deaths"], one["stopped"], one["censored"], len(died)]
            for kind, one in found.items()
        ],
        note="Died first: before such an event, and before the drug was stopped and the days after it were over. Deaths in all: of "
        f"these participants at any time, {after} of them after follow-up had ended. {others} more died who were never on a drug.",
    )


# --- lines and numbers --------------------------------------------------------------------------------------------


def _line(label: str, curve: Sequence[Row], field: str, longest: int) -> pictures.Line:
    """Give a line that goes on to the last day that anybody was followed; where there are limits, with its band."""
    rows = [*curve, {**curve[-1], "day": longest}] if curve[-1]["day"] < longest else list(curve)
    days, y = [float(row["day"]) for row in rows], [_number(row[field]) for row in rows]
    if field != "cumulative_incidence":
        return pictures.Line(label, days, y)
    lower, upper = ([_number(row[f"{field}_{side}"], usual) for row, usual in zip(rows, y, strict=True)]
                    for side in ("lower", "upper"))  # fmt: skip
    return pictures.Line(label, days, y, lower, upper)


def _number(value: Any, usual: float = 0.0) -> float:
    return usual if value is None else float(value)


def _at_risk(caption: str, followed: Mapping[str, Sequence[int]]) -> Table:
    """Count who was still followed on some days, evenly spread up to the longest time."""
    longest = max(max(days) for days in followed.values())
    on = sorted({max(1, round(longest * part / PARTS)) for part in range(PARTS + 1)})
    return Table(
        f"{caption}, at the beginning of the day",
        ("", *(f"Day {day}" for day in on)),
        [[name, *(sum(1 for one in days if one >= day) for day in on)] for name, days in followed.items()],
    )
