"""Derive what the rules make of a course: every value of a visit, and every value of the participant."""

from dataclasses import replace

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

DRAFT = "The visit is a draft."

OF_VISIT: tuple[OfVisit, ...] = (
    response.of_visit,
    states.of_visit,
    diagnosis.of_visit,
    laboratory.of_visit,
    interferon.of_visit,
    treatment.of_visit,
    growth.of_visit,
    instruments.of_visit,
)
OF_PARTICIPANT: tuple[OfParticipant, ...] = (diagnosis.of_participant, treatment.of_participant)


def of_visit(course: Course, visit: Visit) -> tuple[Derived, ...]:
    """Derive every value of a visit; nothing of a draft is final."""
    found = (derived for derive in OF_VISIT for derived in derive(course, visit))
    return tuple(found if visit.complete else (_not_final(derived) for derived in found))


def of_participant(course: Course) -> tuple[Derived, ...]:
    """Derive every value that is the participant's, not a visit's."""
    return tuple(derived for derive in OF_PARTICIPANT for derived in derive(course))


def _not_final(derived: Derived) -> Derived:
    result = replace(derived.result, final=False, reason=derived.result.reason or DRAFT)
    return replace(derived, result=result)
