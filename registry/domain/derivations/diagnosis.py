"""Diagnosis of the participant, and the features of high risk at a visit."""

from collections.abc import Iterator
from decimal import Decimal

from registry.domain import diagnostic_items as diagnostic
from registry.domain import items
from registry.domain.bohan_peter import Criteria, bohan_peter
from registry.domain.classification import Age, Findings, classification
from registry.domain.classification_weights import BIOPSY_ITEMS, ITEMS
from registry.domain.course import Course, Input, Participant, Visit
from registry.domain.derivations import treatment_failure
from registry.domain.derivations.state_measures import Read, cmas_maximum, mmt8_maximum, mmt8_of_80, mmt8_on, total
from registry.domain.derived import Derived, used
from registry.domain.high_risk import Features, high_risk
from registry.domain.three_valued import any_of

_BIOPSY_DONE = diagnostic.BIOPSY_DONE.field
_AT_DIAGNOSIS = {name: f"diagnostic_{name}" for name in ITEMS if name != "anti_jo_1"}
_WEAKNESS = (diagnostic.UPPER_LIMB_WEAKNESS.field, diagnostic.LOWER_LIMB_WEAKNESS.field)
_RASH = (diagnostic.HELIOTROPE_RASH.field, diagnostic.GOTTRON_PAPULES.field, diagnostic.GOTTRON_SIGN.field)
_ORGANS = (
    "bed_bound",
    "aspiration",
    "dysphagia",
    "gastrointestinal_vasculopathy",
    "myocarditis",
    "interstitial_lung_disease",
    "central_nervous_system",
    "skin_ulceration",
    "intensive_care",
)


def of_participant(course: Course) -> Iterator[Derived]:
    """Derive the classification, the criteria of Bohan and Peter, and whether the disease is refractory."""
    yield _classification(course)
    yield _bohan_peter(course)
    yield treatment_failure.refractory_of(course)


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive the risk at a visit."""
    yield _high_risk(course, visit)


# --- of the participant -------------------------------------------------------------------------------------------


def _classification(course: Course) -> Derived:
    participant = course.participant
    done = _flag(participant, _BIOPSY_DONE)
    names = _AT_DIAGNOSIS | ({name: f"diagnostic_{name}" for name in BIOPSY_ITEMS} if done else {})
    found = Findings(
        biopsy_done=done,
        anti_jo_1=_anti_jo_1(participant),
        onset_age=_onset_age(participant),
        **{name: _flag(participant, field) for name, field in names.items()},
    )
    fields = (_BIOPSY_DONE, *names.values(), "autoantibodies", "symptom_onset", "birth_year", "birth_month")
    return Derived(classification(found, course.rules["classification"]), used(_inputs(participant, *fields)))


def _bohan_peter(course: Course) -> Derived:
    participant = course.participant
    criteria = Criteria(
        proximal_weakness=any_of(_flag(participant, field) for field in _WEAKNESS),
        biopsy=_flag(participant, diagnostic.BIOPSY_MYOSITIS.field),
        raised_enzymes=_flag(participant, diagnostic.RAISED_ENZYMES.field),
        electromyography=_flag(participant, diagnostic.EMG_MYOPATHIC.field),
        rash=any_of(_flag(participant, field) for field in _RASH),
    )
    others = (diagnostic.BIOPSY_MYOSITIS, diagnostic.RAISED_ENZYMES, diagnostic.EMG_MYOPATHIC)
    fields = (*_WEAKNESS, *_RASH, *(item.field for item in others))
    return Derived(bohan_peter(criteria, course.rules["bohan-peter"]), used(_inputs(participant, *fields)))


def _flag(participant: Participant, field: str) -> bool | None:
    value = participant.image.get(field)
    return value if isinstance(value, bool) else None


def _inputs(participant: Participant, *fields: str) -> Input:
    return participant.used(*(field for field in fields if participant.image.get(field) is not None))


def _anti_jo_1(participant: Participant) -> bool | None:
    """Positive in any test; absent only where every test says so."""
    tests = [test for test in participant.image.get("autoantibodies") or () if test.get("antibody") == "jo_1"]
    found = {"positive": True, "negative": False}
    return any_of(found.get(test.get("finding")) for test in tests) if tests else None


def _onset_age(participant: Participant) -> Age | None:
    """Age at the first symptom: the day of birth is not kept, and the symptom may be known to the month or the year."""
    onset = participant.partial("symptom_onset")
    if onset is None:
        return None
    months = participant.months_old(onset.earliest) - 1, participant.months_old(onset.latest)
    youngest, oldest = (Decimal(max(number, 0)) / 12 for number in months)
    return Age(youngest=youngest, oldest=oldest)


# --- of a visit ---------------------------------------------------------------------------------------------------


def _high_risk(course: Course, visit: Visit) -> Derived:
    rule = course.rules["high-risk"]
    organs = visit.form("organ_involvement")
    cmas, mmt8, maximum = _strength(visit)
    features = Features(
        **{name: organs.get(name) for name in _ORGANS},
        cmas_total=cmas.value,
        cmas_maximum=cmas_maximum(visit).value,
        mmt8_total=mmt8.value,
        mmt8_maximum=maximum,
        age_months=_age(course.participant, visit, rule.constants.age_below),
    )
    involved = (f"/forms/organ_involvement/{name}" for name in _ORGANS if organs.get(name) is not None)
    at_visit = visit.used(*involved, *cmas.fields, *mmt8.fields, "visited_on")
    return Derived(high_risk(features, rule), used(at_visit, course.participant.used("birth_year", "birth_month")))


def _strength(visit: Visit) -> tuple[Read, Read, Decimal | None]:
    """The CMAS, and the MMT8 of one side where it is known, else of both sides, with its maximum."""
    cmas, one_side = total(visit, "muscle_strength", items.CMAS_TOTAL), mmt8_of_80(visit)
    if one_side.value is None and mmt8_maximum(visit) == items.MMT8_BILATERAL_MAXIMUM:
        both_sides = Decimal(items.MMT8_BILATERAL_MAXIMUM)
        return cmas, mmt8_on(visit, both_sides), both_sides
    return cmas, one_side, Decimal(items.MMT8_UNILATERAL_MAXIMUM)


def _age(participant: Participant, visit: Visit, limit: Decimal) -> Decimal | None:
    """Age in months; None where the day of birth, which is not kept, decides whether it is below the limit."""
    on = visit.day("visited_on")
    months = None if on is None else Decimal(participant.months_old(on))
    if months is None or months < 0 or months - 1 < limit <= months:
        return None
    return months
