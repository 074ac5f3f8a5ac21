"""The derived file of an extract: what the rules make of each visit and participant, in the snapshot of the other files.

Derived values are computed from whole records with their real dates, and leave as values, categories and study days only:
no sentence, no date, no identifier. What goes on is counted to the participant's last complete visit, so that the same
records give the same file on any day.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from registry.domain import derivation
from registry.domain.analysis_followed import Followed
from registry.domain.analysis_seen import Seen
from registry.domain.dates import study_day
from registry.domain.deidentification import Action, Days, Profile
from registry.domain.derivation import Failed
from registry.domain.derived import Derived
from registry.domain.rulebook import RULEBOOK
from registry.publish.extracts.columns import EVENT, PARTICIPANT, VISIT_NUMBER, VISITED, Column, File
from registry.publish.extracts.declared import whole

RULES = {rule.id: rule.title for rule in RULEBOOK.values()}
OF_TREATMENT = frozenset({"jak-exposure", "dose-band", "complete-clinical-response"})
"""Rules whose values tell the treatment: remission is to be off all of it."""
OF_AGE = frozenset({"height-z-score", "bmi-z-score"})
"""Rules whose values tell the age to the month to whoever has sex and height beside them: a band of ages would hide nothing."""
OF_MEASUREMENTS = frozenset(
    {
        "body-mass-index", "body-surface-area", "egfr", "height-velocity",
        "laboratory-trend", "interferon-ratio", "glucocorticoid-reduction",
    }
)  # fmt: skip
"""Rules that compute with what was measured: beside it they would give back what lies beyond its limits, and who reads can
compute them from what is told."""
OF_ONE_RULE = ("rule", "subject", "unit", "maximum")

FILE = File(
    "derived",
    "A value that a rule derives from the records of a participant.",
    (
        PARTICIPANT,
        Column(
            VISIT_NUMBER.name,
            f"{VISIT_NUMBER.words}; empty for a value of the participant",
            "integer",
            Action.KEEP,
            minimum=1,
        ),
        EVENT,
        VISITED,
        whole("value_number", "Number of the value in its visit, or among those of the participant", minimum=1),
        Column("rule", "Rule", "code", Action.KEEP, codes=RULES),
        Column("rule_version", "Version of the rule", "text", Action.KEEP),
        Column(
            "subject",
            "What tells results of one rule apart: an analyte, a drug",
            "text",
            Action.CODE,
            group=("rule",),
        ),
        Column("result_number", "Number of the laboratory result in its visit", "integer", Action.KEEP, minimum=1),
        Column(
            "value",
            "Value, exact; days are left out where the profile tells no day",
            "decimal",
            Action.NUMBER,
            group=OF_ONE_RULE,
            told_with=("subject", "category"),
        ),
        Column("unit", "Unit of the value, UCUM", "text", Action.KEEP, told_with=("subject",)),
        Column(
            "maximum",
            "Highest value of the version of the scale, where the rule has one",
            "decimal",
            Action.CODE,
            group=("rule",),
        ),
        Column(
            "category",
            "Category, as GET /v1/rules tells those of each rule",
            "text",
            Action.CODE,
            group=("rule", "subject"),
            told_with=("subject",),
        ),
        Column("final", "No missing or later input can change it", "0/1", Action.CODE, group=("rule",)),
        Column("missing", "Inputs that were not there, with semicolons between", "text", Action.KEEP, inside=True),
        Column(
            "certainty",
            "How sure the sources of the rule are; below 100: not confirmed",
            "integer",
            Action.KEEP,
            unit="%",
        ),
        Column(
            "own_constants", "Constants of the study's own, with semicolons between", "text", Action.KEEP, inside=True
        ),
    ),
    ("visit_number", "value_number"),
)


def of(who: Followed, profile: Profile, failed: Failed) -> Iterator[tuple[Any, ...]]:
    """Give the rows of one participant as the profile lets them be read: of each visit by number, then the participant's."""
    for number, seen in enumerate(who.seen, start=1):
        yield from ((*place(who, seen, number), *row) for row in _rows(seen.derived, profile))
    own = derivation.of_participant(who.course, failed)
    yield from ((None, None, None, *row) for row in _rows(own, profile))


def place(who: Followed, seen: Seen, number: int) -> tuple[int, str, int]:
    """Give where a visit stands: its number, planned event and study day."""
    return number, seen.visit.event, study_day(seen.visit.on, who.course.day_1 or seen.visit.on)


def _rows(values: tuple[Derived, ...], profile: Profile) -> Iterator[tuple[Any, ...]]:
    """Give the values that are told, numbered in the order in which they were derived."""
    told = (derived for derived in values if is_told(derived.result.rule.id, profile))
    for number, derived in enumerate(told, start=1):
        yield number, *_told(derived, days=profile.days is not Days.STUDY_QUARTERS)


def is_told(rule: str, profile: Profile) -> bool:
    """Tell whether the values of a rule leave by a profile."""
    if rule in OF_AGE | OF_MEASUREMENTS and profile.released:
        return False
    return profile.treatment or rule not in OF_TREATMENT


def _told(derived: Derived, *, days: bool) -> tuple[Any, ...]:
    result = derived.result
    value = result.value if days or result.rule.unit != "d" else None
    return (
        result.rule.id,
        result.rule.version,
        result.subject,
        getattr(result.details, "result_number", None),
        plain(value),
        result.rule.unit if value is not None else None,
        plain(getattr(result.details, "maximum", None)),
        result.category,
        int(result.final),
        ";".join(result.missing) or None,
        result.rule.certainty,
        ";".join(result.rule.overridden) or None,
    )


def plain(number: Decimal | int | None) -> str | None:
    """Write a number exactly, without an exponent."""
    return None if number is None else f"{Decimal(number):f}"
