"""Keep the candidates for events of special interest as records, codes and results ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from registry.api.derived import guarded
from registry.db import codings
from registry.db import special_interest_candidates as candidates
from registry.db.transaction import Image, Transaction
from registry.domain import special_interest_findings as findings
from registry.domain.course import Course, Visit, order_of
from registry.domain.expedited_reporting import seriousness
from registry.domain.special_interest import SPECIAL_INTEREST_RULE
from registry.domain.special_interest_findings import Finding


def keep_of_events(tx: Transaction, event_ids: Sequence[str]) -> None:
    """Put forward what these adverse events, as they are coded, make a candidate."""
    if not event_ids:
        return
    ids = [str(one) for one in event_ids]
    added = candidates.terms(tx, ids)
    coded = codings.terms_of(tx, ids)
    wanted = [
        _wanted(finding, adverse_event_id=event["id"])
        for event, assessment in candidates.events(tx, ids)
        for finding in _of_event(event, assessment, coded.get(event["id"]), added)
    ]
    candidates.keep(tx, wanted, events=ids)


def _of_event(event: Image, assessment: Image | None, coded: Image | None, added: list[Image]) -> list[Finding]:
    own = [one for one in added if one["study_id"] == event["study_id"]]
    serious = bool(event.get("serious")) or bool(seriousness(event, assessment))
    return sorted(findings.of_event(event, serious, coded, own), key=_order)


def keep_of_visits(tx: Transaction, courses: Iterable[Course], visit_ids: Sequence[str]) -> None:
    """Put forward what the results of these visits make a candidate, and of later visits that are compared with them.

    `courses` are those of the participants of these visits. A rule that fails is logged, and leaves what is there.
    """
    asked = {str(one) for one in visit_ids}
    looked_at, wanted = set(asked), []
    for course in courses:
        for visit in _from_the_first(course, asked):
            found = guarded(findings.of_visit, course, visit)
            if found is None:
                looked_at.discard(visit.id)
                continue
            looked_at.add(visit.id)
            wanted += [_wanted(finding, visit_id=visit.id) for finding in sorted(found, key=_order)]
    if looked_at:
        candidates.keep(tx, wanted, visits=sorted(looked_at))


def _from_the_first(course: Course, asked: set[str]) -> list[Visit]:
    """Give the visits from the first of those asked for on; all where the one asked for counts for nothing any more."""
    own = [order_of(visit) for visit in course.visits if visit.id in asked]
    return [visit for visit in course.visits if not own or order_of(visit) >= min(own)]


def _order(finding: Finding) -> tuple[str, str, str]:
    return finding.topic, finding.found_by, finding.analyte or ""


def _wanted(finding: Finding, **source: str) -> dict[str, Any]:
    return {
        "adverse_event_id": None,
        "visit_id": None,
        "analyte": finding.analyte,
        "topic": finding.topic,
        "found_by": finding.found_by,
        "rule_version": SPECIAL_INTEREST_RULE.version,
        **source,
    }
