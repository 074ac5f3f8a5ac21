"""The safety of a study as it stood at a moment, read once for every figure over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from registry.api.derived import rules_of_study
from registry.db import codings, study_past
from registry.db import study_safety as kept
from registry.db.transaction import Image, Transaction
from registry.domain import course as reading
from registry.domain.course import Course
from registry.domain.derivations.laboratory import GRADED
from registry.domain.liver_scatter import ANALYTES
from registry.domain.rules import Rule
from registry.domain.study_reading import Records, person
from registry.domain.study_safety import SIGNALS, Person, StudySafety

OF_PARTICIPANT = (
    "dose", "study_product_intake", "adverse_event", "sponsor_assessment", "enrolment", "reporting_clock",
    "special_interest_candidate",
)  # fmt: skip
MEASURED = GRADED | ANALYTES
ByParticipant = Mapping[str, Mapping[str, Sequence[Image]]]
"""The images of each kind of record, by participant."""


def read(tx: Transaction, study_id: str, as_of: datetime) -> StudySafety:
    """Read all people of a study that may be seen, as they stood; the past must have been settled.

    Raises:
        StudyConstantsRefused: the study has constants of its own that this release refuses.
    """
    rules = rules_of_study((kept.study_as_of(tx, study_id, as_of) or {}).get("rule_constants"))
    people = study_past.counting(tx, study_id, "participant", as_of)
    records = {kind: _by_participant(study_past.counting(tx, study_id, kind, as_of)) for kind in OF_PARTICIPANT}
    records["visit"] = _by_participant(kept.visits(tx, _unweighed(records["dose"]), as_of))
    events = [str(event["id"]) for found in records["adverse_event"].values() for event in found]
    codes = codings.terms_of(tx, events, as_of)
    days = kept.days_at_sites(tx, as_of)
    made = (_person(image, records, rules, days[image["site_id"]], (as_of, codes)) for image in people)
    return StudySafety(
        study_id=study_id,
        as_of=as_of,
        people=tuple(made),
        rules=rules,
        definitions=rules[SIGNALS.id].constants,
        protocol=_newest(study_past.images(tx, study_id, "protocol_version", as_of)),
    )


def laboratory(tx: Transaction, safety: StudySafety) -> tuple[tuple[Person, Course], ...]:
    """Read the results that are graded, or tell of the liver, of everybody: each person with a course of them alone."""
    ids = [person.id for person in safety.people]
    visits = _by_participant(kept.visits(tx, ids, safety.as_of, MEASURED))
    doses = _by_participant(study_past.counting(tx, safety.study_id, "dose", safety.as_of))
    return tuple(
        (one, _course({"id": one.id, "version": 1}, {"visit": visits, "dose": doses}, safety.rules, one.cut_day))
        for one in safety.people
    )


def _person(
    image: Image, records: ByParticipant, rules: Mapping[str, Rule[Any]], today: date, at: tuple[datetime, Any]
) -> Person:
    own = {kind: found.get(str(image["id"]), ()) for kind, found in records.items()}
    made = Records(
        course=_course(image, records, rules, today),
        as_of=at[0],
        enrolment=next(iter(own["enrolment"]), None),
        intakes=own["study_product_intake"],
        assessments=own["sponsor_assessment"],
        clocks=own["reporting_clock"],
        candidates=own["special_interest_candidate"],
        codes=at[1],
    )
    return person(made, rules[SIGNALS.id].constants)


def _course(image: Image, records: ByParticipant, rules: Mapping[str, Rule[Any]], today: date) -> Course:
    """Make a course of what was read of a participant."""
    own = {kind: found.get(str(image["id"]), ()) for kind, found in records.items()}
    images = {
        "participant": image,
        "visits": own.get("visit", ()),
        "doses": own.get("dose", ()),
        "concomitant_medications": (),
        "adverse_events": own.get("adverse_event", ()),
    }
    return reading.read(images, rules, today)


def _unweighed(doses: Mapping[str, Sequence[Image]]) -> list[str]:
    """Give who has a dose that does not say the weight it was chosen for."""
    return sorted(owner for owner, found in doses.items() if any(one.get("weight_used") is None for one in found))


def _by_participant(images: Iterable[Image]) -> dict[str, list[Image]]:
    found: dict[str, list[Image]] = {}
    for image in images:
        found.setdefault(str(image["participant_id"]), []).append(image)
    return found


def _newest(versions: Sequence[Image]) -> Image | None:
    return max(versions, key=lambda version: str(version["id"]), default=None)
