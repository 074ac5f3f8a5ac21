"""The arms side by side, in the closed report alone: exposure, events, risk differences; and what would stop the trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.publish.board_report.blocks import Block, Section, Table, Words, interval
from registry.publish.board_report.facts import Facts

BOUNDARIES = "Stopping boundaries: none are defined in the protocol as the registry holds it."
METHODS = (
    "After each arm: participants with an event, of all of it. Rates are per 100 patient-years. Intervals of risk differences "
    "are hybrid score intervals (Newcombe 1998, method 10), those of rate differences are made of the exact limits of both rates "
    "(MOVER, Zou and Donner 2008). Nothing is adjusted for several looks or several comparisons."
)
IN_ARM = ("arm", "participants", "patient_years", "events", "serious_events", "deaths", "events_after_follow_up")
GROUPS = {"all": "Any event", "serious": "Serious event", "grade": "Grade", "special_interest": "Special interest"}


def section(facts: Facts) -> Section:
    """Compare the arms."""
    found = facts.arms or {}
    blocks: list[Block] = []
    if not found.get("comparable"):
        blocks.append(Words(f"The arms are not compared: {found.get('reason') or 'there are none.'}"))
    if found.get("arms"):
        blocks.append(_arms(found["arms"]))
    if found.get("comparisons"):
        blocks.append(_comparisons(found["comparisons"]))
    return Section("By arm (unblinded)", [*blocks, Words(BOUNDARIES)])


def _arms(arms: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        "Exposure and events by arm",
        ("Arm", "Participants", "Patient-years", "Events", "Serious events", "Deaths", "Events after follow-up"),
        [[one[name] for name in IN_ARM] for one in arms],
        note="Arms as randomised; everybody who was allocated, from the day of allocation to the end of follow-up. Deaths count "
        "whatever had ended follow-up before; events that began after its end are in the last column alone.",
    )


def _comparisons(found: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        "Participants with an event, and differences between the arms",
        ("Event", "Arm", "Reference", "Risk difference", "95 % interval", "Rate difference", "95 % interval"),
        [
            [
                _event(one),
                f"{one['arm']} {one['arm_with']}/{one['arm_participants']}",
                f"{one['reference']} {one['reference_with']}/{one['reference_participants']}",
                one["risk_difference"],
                interval(one["risk_lower"], one["risk_upper"]),
                one["rate_difference"],
                interval(one["rate_lower"], one["rate_upper"]),
            ]
            for one in found
        ],
        texts=3,
        note=METHODS,
    )


def _event(one: Mapping[str, Any]) -> str:
    words = GROUPS.get(one["group"], one["group"].replace("_", " ").capitalize())
    plain = one["group"] in ("all", "serious")
    return words if plain else f"{words}: {str(one['value']).replace('_', ' ')}"
