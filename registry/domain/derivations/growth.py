"""Growth and kidney function of a visit."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from registry.domain.course import Course, Input, Visit, exact
from registry.domain.derived import Derived, used
from registry.domain.growth import Child, bmi_z_score, body_mass_index, body_surface_area, height_z_score
from registry.domain.growth_reference import SEXES
from registry.domain.renal_function import egfr
from registry.domain.rules import Result

BIRTH_UNCERTAINTY = 1
"""Birth is known to the month: a child may be one month younger than the months counted."""
CENSORED = "The creatinine that counts, the last collected, is censored: it is only known to be below or above a value."

_HEIGHT, _WEIGHT = "/forms/vital_signs/height", "/forms/vital_signs/weight"


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive growth and kidney function."""
    height, weight = visit.measured("vital_signs", "height"), visit.measured("vital_signs", "weight")
    of_size = used(visit.used(_HEIGHT, _WEIGHT))
    yield Derived(body_mass_index(height, weight, course.rules["body-mass-index"]), of_size)
    yield Derived(body_surface_area(height, weight, course.rules["body-surface-area"]), of_size)
    child = _child(course, visit)
    person = course.participant.used("sex_at_birth", "birth_year", "birth_month")
    yield Derived(height_z_score(child, course.rules["height-z-score"]), used(visit.used(_HEIGHT), person))
    yield Derived(bmi_z_score(child, course.rules["bmi-z-score"]), used(visit.used(_HEIGHT, _WEIGHT), person))
    yield kidney_function(course, visit)


def kidney_function(course: Course, visit: Visit) -> Derived:
    """Derive the eGFR from the creatinine of a visit and its height, or the last height before; then it is not final."""
    creatinine = visit.counting("CREAT") or {}
    known = course.last_number("vital_signs", "height", visit)
    height, at = known or (None, None)
    unit = creatinine.get("unit") or None
    value = None if creatinine.get("comparator") else exact(creatinine.get("value"))
    result = egfr(height, value, unit, course.rules["egfr"])
    if creatinine.get("comparator"):
        result = replace(result, reason=CENSORED)
    if at is not None and at.id != visit.id:
        result = _of_earlier_height(result)
    fields = ("/laboratory_results/CREAT",) if creatinine else ()
    return Derived(result, used(visit.used(*fields), _height_of(at)))


def _child(course: Course, visit: Visit) -> Child:
    sex = course.participant.image.get("sex_at_birth")
    return Child(
        height=visit.measured("vital_signs", "height"),
        weight=visit.measured("vital_signs", "weight"),
        sex=sex if sex in SEXES or sex == "intersex" else None,
        age_months=course.participant.months_old(visit.on),
        uncertainty=BIRTH_UNCERTAINTY,
    )


def _height_of(visit: Visit | None) -> Input | None:
    return visit.used(_HEIGHT) if visit else None


def _of_earlier_height(result: Result) -> Result:
    reason = result.reason or "The height is that of an earlier visit: this one has none."
    return replace(result, final=False, missing=tuple(dict.fromkeys(("height", *result.missing))), reason=reason)


def height_score(course: Course, visit: Visit) -> Decimal | None:
    """Give the unrounded z-score of the height of a visit; None where there is none."""
    details = height_z_score(_child(course, visit), course.rules["height-z-score"]).details
    return None if details is None else details.unrounded
