"""A short course for the tests of analyses, whose outcomes can be counted on paper."""

from decimal import Decimal

from registry.domain import derivation
from registry.domain.analysis_followed import Followed
from registry.domain.analysis_outcomes import OUTCOMES
from registry.domain.analysis_participant import FIRST_JAK_INHIBITOR, PREDICTORS
from registry.domain.analysis_safety import SAFETY
from registry.domain.analysis_seen import Seen
from registry.domain.analysis_visit import MEASURES
from tests.domain import state_course
from tests.domain import treatment_course as kept

BASELINE, WEEK_12, LAST = "2026-01-05", "2026-03-30", "2026-07-01"
NO_ITEMS = dict.fromkeys(("cmas_head_elevation", "cmas_sit_ups", "cmas_floor_rise"))


def ill(on, event, **visit):
    """A visit with active disease."""
    activity = state_course.activity(
        physician_global_activity=5, patient_global_activity=5, extramuscular_global_activity=4
    )
    strength = state_course.strength(mmt8_total=60, cmas_total=30, **NO_ITEMS)
    forms = {"functioning": {"chaq_index": Decimal(2)}, "vital_signs": {"weight": Decimal(40)}}
    return state_course.visit(on, event, disease_activity=activity, muscle_strength=strength, ck=300, **(forms | visit))


def better(on, event, **visit):
    """A visit with a score of 67.5: 17.5 + 2.5 + 27.5 + 7.5 + 12.5 + 0 for the enzyme, whose limit nobody gave."""
    activity = state_course.activity(
        physician_global_activity=1, patient_global_activity=4, extramuscular_global_activity=2
    )
    strength = state_course.strength(mmt8_total=80, cmas_total=50, **NO_ITEMS)
    forms = {"functioning": {"chaq_index": Decimal(1)}, "vital_signs": {"weight": Decimal(41)}}
    return state_course.visit(on, event, disease_activity=activity, muscle_strength=strength, ck=300, **(forms | visit))


def well(on, event, **visit):
    """A visit without active disease, with the weight of the others."""
    return state_course.visit(on, event, **({"vital_signs": {"weight": Decimal(41)}} | visit))


def followed(course):
    return Followed(course, [Seen(course, visit, derivation.of_visit(course, visit)) for visit in course.complete])


def told(who):
    """Every value of a participant, by the name of its measure."""
    return {measure.name: measure.read(who) for measure in (*PREDICTORS, *FIRST_JAK_INHIBITOR, *OUTCOMES, *SAFETY)}


def told_of_visits(who):
    return [{measure.name: measure.read(seen) for measure in MEASURES} for seen in who.seen]


def course(*visits, events=(), **records):
    """The course up to its last visit, as an extract reads it."""
    usual = {
        "visits": visits
        or (
            ill(BASELINE, "week_0"),
            ill("2026-02-02", "week_4"),
            better(WEEK_12, "week_12"),
            better(LAST, "unscheduled"),
        ),
        "medications": [kept.glucocorticoid(started_on="2026-01-01", ended_on="2026-02-28")],
        "doses": [kept.dose("2026-01-07", drug="baricitinib", ended_on="2026-06-30", weight_used=40)],
        "symptom_onset": "2024-11",
        "diagnosed_on": "2025",
        "autoantibodies": [{"antibody": "nxp2", "finding": "positive"}, {"antibody": "ro52", "finding": "positive"}],
        "prior_treatments": ["methotrexate", "ivig"],
    }
    made = kept.course(**usual | records)
    return type(made)(
        **{
            **state_course.vars_of(made),
            "today": made.complete[-1].on,
            "adverse_events": tuple(map(kept.event, events)),
        }
    )
