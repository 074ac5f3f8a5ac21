"""The rules derive from every course of the demo cohort, whole or with anything missing, without an error."""

from __future__ import annotations

import copy
import time
import uuid
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from registry.api.amendments import without_nulls
from registry.api.derived import course_of
from registry.db.transaction import as_json, from_json
from registry.demo import loading
from registry.demo.cohort import SEED, Story, cohort
from registry.domain import derivation
from registry.domain.course import Course
from registry.domain.rulebook import RULEBOOK
from registry.domain.time_line import time_line
from registry.schemas.base import schema_of
from registry.schemas.courses import ParticipantCourse
from registry.schemas.derived import DerivedValue, told_derived

PARTICIPANTS = 24
TODAY = "2026-11-01"
OF_STORY = ("visits", "doses", "concomitant_medications", "adverse_events")


def image(random: Random, kind: str, body: Mapping[str, Any], **place: Any) -> dict[str, Any]:
    """The image of a record as it would be kept."""
    accepted = loading.accepted(kind, {**body, **place})
    identity = {"id": str(uuid.UUID(int=random.getrandbits(128), version=4)), "version": 1, **place}
    kept: dict[str, Any] = from_json(as_json(without_nulls({**accepted, **identity})))
    return kept


def images_of(story: Story) -> dict[str, Any]:
    """The images that the course of a story is read from."""
    random = Random(story.number)
    somewhere = {"site_id": str(uuid.UUID(int=random.getrandbits(128), version=4))}
    participant = image(random, "participant", story.participant, **somewhere)
    whose = {"participant_id": participant["id"]}
    parts = {name: [image(random, name[:-1], one, **whose) for one in getattr(story, name)] for name in OF_STORY}
    return {"participant": participant, "rule_constants": None, "today": TODAY, **parts}


@pytest.fixture(scope="module")
def every_course() -> list[dict[str, Any]]:
    return [images_of(story) for story in cohort(participants=PARTICIPANTS)]


def derive_everything(course: Course) -> int:
    """Derive and show all that can be derived from a course; give the number of values."""
    derived = [*derivation.of_participant(course)]
    for visit in course.visits:
        derived += derivation.of_visit(course, visit)
    for one in derived:
        as_json(schema_of(DerivedValue).present(told_derived(one)))
    as_json(schema_of(ParticipantCourse).present(time_line(course)))
    return len(derived)


def test_the_courses_of_the_cohort_are_derived_without_an_error(every_course: list[dict[str, Any]]) -> None:
    courses = [course_of(images) for images in every_course[::2]]
    begun = time.perf_counter()
    values = sum(map(derive_everything, courses))
    visits = sum(len(course.visits) for course in courses)
    taken = (time.perf_counter() - begun) * 1000
    print(f"{values} values of {visits} visits: {taken / visits:.2f} ms a visit, its place in the time line with it")  # noqa: T201
    assert values > 5 * visits


def test_every_value_names_inputs_that_are_there(every_course: list[dict[str, Any]]) -> None:
    for images in every_course[:8]:
        course = course_of(images)
        known = {one["id"]: one["version"] for name in OF_STORY for one in images[name]}
        known[course.participant.id] = course.participant.version
        for visit in course.visits:
            for derived in derivation.of_visit(course, visit):
                assert derived.result.rule.id in RULEBOOK
                assert all(known[one.id] == one.version for one in derived.inputs), derived.result.rule.id


@pytest.mark.parametrize("seed", range(3))
def test_a_course_with_anything_missing_is_derived_without_an_error(
    every_course: list[dict[str, Any]], seed: int
) -> None:
    random = Random(SEED + seed)
    for images in random.sample(every_course, 8):
        derive_everything(course_of(thinned(random, copy.deepcopy(images))))


NEEDED = {
    "id", "version", "participant_id", "event", "status", "analyte", "birth_year", "birth_month", "drug", "mg_per_intake",
    "intakes_per_day", "started_on", "participant", "visits", "doses", "concomitant_medications", "adverse_events",
    "today", "rule_constants", "term", "grade", "outcome", "serious", "medication", "antibody", "finding", "formulation",
}  # fmt: skip
"""What every record has, or the registry gives."""


def thinned(random: Random, value: Any) -> Any:
    """Leave out members and entries at random, as drafts and sparse records do."""
    if isinstance(value, dict):
        return {
            name: thinned(random, inner) for name, inner in value.items() if name in NEEDED or random.random() > 0.15
        }
    if isinstance(value, list):
        return [thinned(random, inner) for inner in value if random.random() > 0.1]
    if value == "complete" and random.random() < 0.2:
        return "draft"
    return value
