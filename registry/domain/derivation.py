"""Derive what the rules make of a course: every value of a visit, and every value of the participant.

Rules are gathered in groups that find their inputs together. A group that fails costs its own values: `failed` is told, and
each of its rules that gave nothing yet is told as undecided. Without `failed` the failure is raised.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from registry.domain.course import Course, Visit
from registry.domain.derivations import (
    diagnosis,
    growth,
    instruments,
    interferon,
    laboratory,
    response,
    states,
    treatment,
)
from registry.domain.derived import Derived, OfParticipant, OfVisit
from registry.domain.rules import undecided

DRAFT = "The visit is a draft."
FAILED = "The rule failed on what was recorded; the log of the registry tells where."
Failed = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class GroupOfVisit:
    """What finds the inputs of some rules at a visit, and the ids of these rules."""

    derive: OfVisit
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupOfParticipant:
    """What finds the inputs of some rules in a course, and the ids of these rules."""

    derive: OfParticipant
    rules: tuple[str, ...]


OF_VISIT: tuple[GroupOfVisit, ...] = (
    GroupOfVisit(response.of_visit, ("total-improvement-score", "definition-of-improvement", "printo-improvement")),
    GroupOfVisit(
        states.of_visit,
        (
            "clinically-inactive-disease",
            "clinically-inactive-disease-revised",
            "hmc",
            "jdmai1",
            "jdmai2",
            "deterioration",
            "complete-clinical-response",
        ),
    ),
    GroupOfVisit(diagnosis.of_visit, ("high-risk",)),
    GroupOfVisit(laboratory.of_visit, ("ctcae-grade-5.0", "ctcae-grade-6.0", "enzyme-multiple", "enzyme-signal")),
    GroupOfVisit(
        interferon.of_visit,
        (
            "interferon-score-6",
            "interferon-score-28-standardised",
            "interferon-score-28-geomean",
            "interferon-ratio",
            "interferon-positivity",
        ),
    ),
    GroupOfVisit(
        treatment.of_visit,
        ("prednisone-equivalent", "glucocorticoid-reduction", "steroid-free-since", "jak-exposure", "dose-band"),
    ),
    GroupOfVisit(growth.of_visit, ("body-mass-index", "body-surface-area", "height-z-score", "bmi-z-score", "egfr")),
    GroupOfVisit(
        instruments.of_visit,
        (
            "cmas",
            "mmt8",
            "mmt26",
            "cdasi-activity",
            "cdasi-damage",
            "das-skin",
            "das-muscle",
            "das",
            "chaq",
            "myoact",
            "mdi-severity",
            "nailfold-density",
        ),
    ),
)
OF_PARTICIPANT: tuple[GroupOfParticipant, ...] = (
    GroupOfParticipant(diagnosis.of_participant, ("classification", "bohan-peter", "refractory")),
    GroupOfParticipant(treatment.of_participant, ("jak-exposure",)),
)


def of_visit(
    course: Course, visit: Visit, failed: Failed | None = None, only: Collection[str] = ()
) -> tuple[Derived, ...]:
    """Derive every value of a visit, or those of the groups of `only` some rules; nothing of a draft is final."""
    groups = [group for group in OF_VISIT if not only or set(only) & set(group.rules)]
    found = [
        derived for group in groups for derived in _derived(course, group.derive(course, visit), group.rules, failed)
    ]
    return tuple(found if visit.complete else map(_not_final, found))


def of_participant(course: Course, failed: Failed | None = None, only: Collection[str] = ()) -> tuple[Derived, ...]:
    """Derive every value that is the participant's, not a visit's, or those of the groups of `only` some rules."""
    groups = [group for group in OF_PARTICIPANT if not only or set(only) & set(group.rules)]
    return tuple(derived for group in groups for derived in _derived(course, group.derive(course), group.rules, failed))


def _derived(
    course: Course, values: Iterable[Derived], rules: tuple[str, ...], failed: Failed | None
) -> Iterator[Derived]:
    """Give the values of a group; where it fails, and the failure is asked for, its other rules are undecided."""
    given: set[str] = set()
    try:
        for derived in values:
            given.add(derived.result.rule.id)
            yield _by_study(course, derived)
    except Exception as error:
        if failed is None:
            raise
        failed(rules[0], error)
        yield from (Derived(undecided(course.rules[rule], FAILED)) for rule in rules if rule not in given)


def _by_study(course: Course, derived: Derived) -> Derived:
    """Name the study among the inputs where constants of its own were used."""
    if course.study is None or not derived.result.rule.overridden:
        return derived
    return replace(derived, inputs=(*derived.inputs, course.study.with_fields(("/rule_constants",))))


def _not_final(derived: Derived) -> Derived:
    result = replace(derived.result, final=False, reason=derived.result.reason or DRAFT)
    return replace(derived, result=result)
