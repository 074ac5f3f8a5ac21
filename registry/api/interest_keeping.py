"""Keep the candidates for events of special interest as records, codes, results and live vaccines ask for.

A rule that fails is logged and counted: what is recorded is kept, and so are the candidates that are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from prometheus_client import Counter

from registry.api import derived
from registry.db import codings
from registry.db import special_interest_candidates as candidates
from registry.db.courses import of_participants
from registry.db.transaction import Image, Transaction
from registry.domain import laboratory_watch
from registry.domain import special_interest_findings as findings
from registry.domain.course import Course, Visit
from registry.domain.expedited_reporting import seriousness
from registry.domain.medications import LIVE_VACCINES
from registry.domain.special_interest import SPECIAL_INTEREST_RULE
from registry.domain.special_interest_findings import Finding

FAILURES = Counter(
    "registry_special_interest_failures_total",
    "Sources that the rules of special interest failed at",
    ["source"],
)


def keep_of_events(tx: Transaction, event_ids: Sequence[str]) -> None:
    """Put forward what these adverse events, as they are coded, make a candidate."""
    if not event_ids:
        return
    ids = [str(one) for one in event_ids]
    candidates.wait_for_terms(tx, ids)
    added = candidates.terms(tx, ids)
    coded = codings.terms_of(tx, ids)
    looked_at, wanted = set(ids), []
    for event, assessment in candidates.events(tx, ids):
        found = _found("adverse_event", _of_event, event, assessment, coded.get(event["id"]), added)
        if found is None:
            looked_at.discard(event["id"])
        else:
            wanted += [_wanted(finding, adverse_event_id=event["id"]) for finding in found]
    if looked_at:
        candidates.keep(tx, wanted, events=sorted(looked_at))


def _of_event(event: Image, assessment: Image | None, coded: Image | None, added: list[Image]) -> frozenset[Finding]:
    own = [one for one in added if one["study_id"] == event["study_id"]]
    serious = bool(event.get("serious")) or bool(seriousness(event, assessment))
    return findings.of_event(event, serious, coded, own)


def keep_of_visits(tx: Transaction, courses: Iterable[Course], visit_ids: Sequence[str]) -> None:
    """Put forward what the results of these visits make a candidate, and of the visits that they concern.

    `courses` are those of the participants of these visits.
    """
    asked = {str(one) for one in visit_ids}
    looked_at, wanted = set(asked), []
    for course in courses:
        for visit in _concerned(course, asked):
            found = _found("visit", findings.of_visit, course, visit)
            if found is None:
                looked_at.discard(visit.id)
                continue
            looked_at.add(visit.id)
            wanted += [_wanted(finding, visit_id=visit.id) for finding in found]
    if looked_at:
        candidates.keep(tx, wanted, visits=sorted(looked_at))


def _concerned(course: Course, asked: set[str]) -> Sequence[Visit]:
    """Give the visits that those asked for concern; all where one of them counts for nothing any more."""
    written = [visit for visit in course.visits if visit.id in asked]
    return laboratory_watch.concerned(course, written) if written else course.visits


def keep_of_medications(tx: Transaction, participant_ids: Iterable[str]) -> None:
    """Put forward the live vaccines of these participants that were given near a dose, after a medication or a dose was kept."""
    ids = sorted({str(one) for one in participant_ids})
    vaccinated = candidates.vaccinated(tx, ids, sorted(LIVE_VACCINES)) if ids else []
    if not vaccinated:
        return
    looked_at, wanted = set(vaccinated), []
    for images in of_participants(tx, vaccinated):
        found = _found("concomitant_medication", _of_medications, images)
        if found is None:
            looked_at.discard(images["participant"]["id"])
        else:
            wanted += found
    if looked_at:
        candidates.keep(tx, wanted, medicated=sorted(looked_at))


def _of_medications(images: Image) -> list[dict[str, Any]]:
    course = derived.course_of(images)
    return [
        _wanted(finding, concomitant_medication_id=medication.id)
        for medication in course.medications
        for finding in sorted(findings.of_medication(course, medication))
    ]


def _found(source: str, find: Callable[..., Any], *given: Any) -> Any:
    """Give what is found, in order; None where a rule fails, which is logged and counted."""
    try:
        found = find(*given)
    except Exception as error:
        FAILURES.labels(source).inc()
        derived.failed(SPECIAL_INTEREST_RULE.id, error)
        return None
    return sorted(found, key=_order) if isinstance(found, frozenset) else found


def _order(finding: Finding) -> tuple[str, str, str]:
    return finding.topic, finding.found_by, finding.analyte or ""


def _wanted(finding: Finding, **source: str) -> dict[str, Any]:
    return {
        "adverse_event_id": None,
        "visit_id": None,
        "concomitant_medication_id": None,
        "analyte": finding.analyte,
        "topic": finding.topic,
        "found_by": finding.found_by,
        "rule_version": SPECIAL_INTEREST_RULE.version,
        **source,
    }
