"""Keep the laboratory alerts of visits as their newest versions ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import groupby
from operator import add, itemgetter
from typing import Any

from prometheus_client import Counter

from registry.api import derived
from registry.db import laboratory_alerts
from registry.db.transaction import Image, Transaction
from registry.domain import laboratory_watch
from registry.domain.course import Course
from registry.domain.laboratory_alert import Changes, changes

FAILURES = Counter("registry_laboratory_rule_failures_total", "Rules of laboratory safety that failed", ["rule"])
BASELINE_EVENT = "week_0"
ByVisit = Mapping[str, Sequence[Image]]


def watched(visit: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> bool:
    """Tell whether a visit, or what it was before, has anything that alerts are raised of, or may change what others ask.

    Others are compared with the baseline, and which visit that is hangs on what a visit is, when, and whether it counts.
    """
    versions = [visit] if before is None else [visit, before]
    return len(set(map(_standing, versions))) > 1 or any(
        one.get("laboratory_results")
        or (one.get("forms") or {}).get("vital_signs")
        or one.get("event") == BASELINE_EVENT
        for one in versions
    )


def _standing(visit: Mapping[str, Any]) -> tuple[bool, bool, str]:
    """Whether a visit is complete, whether it counts, and its day."""
    return visit.get("status") == "complete", bool(visit.get("entered_in_error")), str(visit.get("visited_on") or "")


def hold(tx: Transaction, visit_ids: Sequence[str]) -> None:
    """See to it that others see to the participants of these visits before or after this transaction, not beside it."""
    laboratory_alerts.hold_participants(tx, visit_ids)


def kept(tx: Transaction, visit_ids: Sequence[str]) -> ByVisit:
    """Give the alerts of the participants of these visits that are not resolved, by visit."""
    of_visit = itemgetter("visit_id")
    found = sorted(laboratory_alerts.of_participants(tx, visit_ids), key=of_visit)
    return {visit: list(group) for visit, group in groupby(found, of_visit)}


def keep(
    tx: Transaction, read: Iterable[tuple[Course, Mapping[str, Any]]], visit_ids: Sequence[str], alerts: ByVisit
) -> None:
    """Raise the alerts that the results of these visits ask for, and end those that they ask for no more.

    `read` are the courses that they are part of, each with the images it was read from; `alerts` are those kept. A rule that
    fails is logged and counted; the visit is kept, and the alerts that the rule had raised are left as they are.
    """
    written = frozenset(visit_ids)
    wanted = (
        one for course, images in read for one in laboratory_watch.of_course(course, images["visits"], written, failed)
    )
    found = reduce(add, (changes(one, alerts.get(one.visit_id, ())) for one in wanted), Changes())
    laboratory_alerts.write(tx, found.raised, found.updated)


def failed(rule: str, error: Exception) -> None:
    """Count and log that a rule failed."""
    FAILURES.labels(rule).inc()
    derived.failed(rule, error)
