"""One child of the cohort: who it is, where, since when, and what will happen to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from registry.demo import incidents
from registry.demo.chance import dice, pick, within
from registry.demo.course import Course, State, course_of
from registry.demo.incidents import Incident
from registry.demo.phenotypes import PHENOTYPES, Phenotype
from registry.demo.places import Place
from registry.domain.items import CDASI_SITES

FIRST_ENROLMENT = date(2024, 9, 2)
ENROLMENT_DAYS = 390
"""The last child enters at the end of September 2025, so that week 48 is over by the middle of September 2026."""
YEAR = 365.25
DRUGS = {"baricitinib": 0.45, "tofacitinib": 0.27, "ruxolitinib": 0.22, "upadacitinib": 0.06}


@dataclass(frozen=True, slots=True)
class Child:
    """A child: `number` counts the participants of the cohort from 1."""

    seed: object
    number: int
    place: Place
    sex: str
    born: date
    enrolled: date
    phenotype: Phenotype
    course: Course
    drug: str
    height_z: float
    build: float
    calcinosis: bool
    lung: bool
    ulcers: bool
    gut: bool
    joints: bool
    pattern: tuple[float, ...]
    """How much each skin site takes part, 0 to 2; a rash stays where it is."""
    incidents: tuple[Incident, ...]

    def dice(self, *names: object) -> Random:
        """Give the child's own source of chance for one aspect."""
        return dice(self.seed, self.number, *names)

    def age_on(self, day: date) -> float:
        """Give the age in years."""
        return (day - self.born).days / YEAR

    def day_of(self, week: float) -> date:
        return self.enrolled + timedelta(days=round(7 * week))

    def state(self, week: float) -> State:
        """Give the hidden state at a week since enrolment."""
        return self.course.at(week, self.dice("state", week))

    def has(self, kind: str) -> Incident | None:
        """Give the incident of this kind, if the child has one."""
        return next((one for one in self.incidents if one.kind == kind), None)


def child(seed: object, number: int, places: Sequence[Place]) -> Child:
    """Draw participant `number`; with the same seed and sites always the same child."""
    rng = dice(seed, number, "child")
    phenotype = rng.choices(PHENOTYPES, [one.share for one in PHENOTYPES])[0]
    enrolled = workday(FIRST_ENROLMENT + timedelta(days=rng.randrange(ENROLMENT_DAYS)))
    age = within(rng.gauss(8.6, 3.8), 3.2, 16.8)
    course = course_of(rng, phenotype, incidents.response_of(number))
    return Child(
        seed=seed,
        number=number,
        place=places[(number - 1) % len(places)],
        sex=pick(rng, {"female": 0.68, "male": 0.32}),
        born=enrolled - timedelta(days=round(age * YEAR)),
        enrolled=enrolled,
        phenotype=phenotype,
        course=course,
        drug=pick(rng, DRUGS),
        height_z=rng.gauss(-0.6, 0.9),
        build=rng.gauss(0.04, 0.1),
        calcinosis=rng.random() < phenotype.calcinosis,
        lung=rng.random() < phenotype.lung,
        ulcers=rng.random() < phenotype.ulcers,
        gut=rng.random() < phenotype.gut,
        joints=rng.random() < phenotype.joints,
        pattern=tuple(rng.choice((0.2, 0.6, 1.0, 1.4, 1.8)) for _ in CDASI_SITES),
        incidents=incidents.drawn(rng, number, age),
    )


def workday(day: date) -> date:
    """Give the day, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
