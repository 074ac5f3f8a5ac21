"""Who might be in an extract: the participants of its study at its moment who are not in it, as an adversary would know them.

An adversary who looks for a child in the extract does not know who agreed to it; so the journalist's risk is measured against
all children of the study at the sites that are covered. They are read as whole courses, and only what is compared is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from registry.db import courses
from registry.domain import course
from registry.domain.antibody_group import antibody_group, findings_of
from registry.domain.course import Course
from registry.domain.dates import study_day
from registry.publish.extracts.gathering import Courses
from registry.publish.extracts.protection import Person

BATCH = 100
"""Participants whose records are in memory at once."""
OTHERS = """
    select p.id::text as id from participant p
    where p.study_id = %(study)s and not (p.id = any (%(inside)s::uuid[]))
    order by p.id"""
# As the sites stood at the moment that the transaction says.
COUNTRIES = """
    select distinct on (e.record_id) e.record_id::text as site_id, e.after ->> 'country' as country from audit.event e
    where e.kind = 'site' and e.at <= said('as_of')::timestamptz
    order by e.record_id, e.id desc"""


def others(read: Courses, study_id: str, inside: Collection[str]) -> Iterator[Person]:
    """Give those of the study who are not in the extract, as they stood."""
    wanted = {"study": study_id, "inside": list(inside)}
    ids = [row["id"] for row in read.tx.every(OTHERS, wanted)]
    countries = {row["site_id"]: row["country"] for row in read.tx.every(COUNTRIES)} if ids else {}
    for start in range(0, len(ids), BATCH):
        for images in courses.of_participants(read.tx, ids[start : start + BATCH], read.as_of):
            country = countries[images["participant"]["site_id"]]
            yield _person(images["participant"]["id"], course.read(images, read.rules, date.min), country)


def _person(known: str, read: Course, country: str) -> Person:
    participant, day_1 = read.participant, read.day_1
    return Person(
        id=known,
        sex=participant.image.get("sex_at_birth"),
        age=participant.months_old(day_1) // 12 if day_1 else None,
        country=country,
        first_visit_year=day_1.year if day_1 else None,
        antibody=antibody_group(findings_of(participant.image.get("autoantibodies") or ())),
        events=tuple(visit.event for visit in read.complete),
        visit_days=tuple(study_day(visit.on, day_1 or visit.on) for visit in read.complete),
    )
