"""What was known of a participant at the baseline that may predict what comes, and the first JAK inhibitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from registry.domain.analysis_followed import (
    ANTIBODY_GROUP,
    DISEASE_DURATION,
    EVENT,
    TIME_ON_FIRST,
    Followed,
    day_of,
    event_of,
    of_visit,
)
from registry.domain.analysis_laboratory import BIOMARKERS, biomarker
from registry.domain.analysis_measures import Measure, Value, cited
from registry.domain.antibody_group import ANTIBODY_GROUPS, antibody_group, findings_of
from registry.domain.core_set_enzymes import ENZYMES
from registry.domain.course import Dose
from registry.domain.deidentification import Action
from registry.domain.derivations.dose_basis import weight_at_start
from registry.domain.derivations.interferon_scores import REPORTED
from registry.domain.dosing import JAK_INHIBITORS, mg_per_kg_per_day
from registry.domain.jak_exposure import Weight, band_of, daily, weight_of
from registry.domain.rulebook import RULEBOOK
from registry.domain.vocabulary import CORE_SETS, STRENGTH_MEASURES

# --- at the baseline ----------------------------------------------------------------------------------------------


def _months_from(field: str) -> Callable[[Followed], Value]:
    def read(who: Followed) -> Value:
        known = who.course.participant.partial(field)
        if known is None or known.month is None or who.baseline is None:
            return None
        on = who.baseline.visit.on
        return (on.year - known.year) * 12 + on.month - known.month

    return read


def _duration(name: str, field: str, words: str) -> Measure[Followed]:
    words = f"{words} {DISEASE_DURATION.cited}"
    return Measure(name=name, words=words, type="integer", read=_months_from(field), action=Action.NUMBER, unit="mo")


def _variant(field: str, words: str, codes: Mapping[str, str]) -> Measure[Followed]:
    """Give the variant of the criteria of response that was used: the participant's, else that of the rule."""

    def read(who: Followed) -> Value:
        used = getattr(who.course.rules["total-improvement-score"].constants, field)
        return str(who.course.participant.image.get(field) or used)

    return Measure(name=f"{field}_used", words=words, type="code", read=read, action=Action.CODE, codes=codes)


AT_BASELINE = (
    "weight",
    "height",
    "physician_global_activity",
    "patient_global_activity",
    "patient_global_wording",
    "extramuscular_global_activity",
    "mmt8",
    "mmt8_maximum",
    "cmas",
    "cmas_maximum",
    "chaq",
    "cdasi_activity",
    "cdasi_damage",
    "das",
    "das_skin",
    "das_muscle",
    "jdmai1",
    "jdmai1_state",
    "jdmai2",
    "jdmai2_state",
    *(f"{enzyme.lower()}_times_uln" for enzyme in ENZYMES),
    *(f"{rule.replace('-', '_')}{what}" for rule in REPORTED for what in ("", "_sign", "_from")),
    *(measure.name for analyte in BIOMARKERS for measure in biomarker(analyte)),
    "prednisone_equivalent_mg_per_day",
    "prednisone_equivalent_mg_per_kg_per_day",
    "clinically_inactive_disease",
    "clinically_inactive_disease_revised",
)
"""Measures of the baseline visit that may predict what comes."""

PREDICTORS: tuple[Measure[Followed], ...] = (
    Measure(
        name="antibody_group",
        words=f"Group by myositis autoantibodies {ANTIBODY_GROUP.cited}",
        type="code",
        read=lambda who: antibody_group(findings_of(who.course.participant.image.get("autoantibodies") or ())),
        action=Action.CODE,
        codes=ANTIBODY_GROUPS,
    ),
    event_of(f"baseline{EVENT}", "Planned event of the baseline visit", lambda who: who.baseline),
    day_of("baseline_day", "Study day of the baseline", lambda who: who.baseline),
    _duration("months_since_onset", "symptom_onset", "Months from the first symptom to the baseline"),
    _duration("months_since_diagnosis", "diagnosed_on", "Months from the diagnosis to the baseline"),
    _variant("core_set", "Core set of the criteria of response that was used", CORE_SETS),
    _variant("strength_measure", "Measure of strength in the core set that was used", STRENGTH_MEASURES),
    *(of_visit("baseline", "At the baseline", name, lambda who: who.baseline) for name in AT_BASELINE),
    Measure(
        name="prior_treatments_count",
        words="Number of prior treatments",
        type="integer",
        read=lambda who: (
            None if (known := who.course.participant.image.get("prior_treatments")) is None else len(known)
        ),
        action=Action.NUMBER,
        inside=True,  # beside the treatments that are told it would give away those that are too rare to be told
    ),
)

# --- the first JAK inhibitor --------------------------------------------------------------------------------------


def _starting_weight(who: Followed, dose: Dose) -> Weight | None:
    """Give the weight that a dose was chosen for, else the last measured at or before its start."""
    measured = weight_at_start(who.course, dose)
    return weight_of(dose) or (measured[0] if measured else None)


def _starting_dose(who: Followed, dose: Dose) -> Value:
    weight, a_day = _starting_weight(who, dose), daily(dose)
    return None if weight is None or a_day is None else mg_per_kg_per_day(a_day, weight.kg)


def _band(who: Followed, dose: Dose) -> Value:
    band = band_of(dose, _starting_weight(who, dose), who.course.rules["dose-band"])
    return band if band in RULEBOOK["dose-band"].categories else None


def _first(name: str, words: str, read: Callable[[Followed, Dose], Value], **kind: Any) -> Measure[Followed]:
    """Give what is told of the first JAK inhibitor; it tells the treatment."""

    def told(who: Followed) -> Value:
        return None if who.first_dose is None else read(who, who.first_dose)

    return Measure(name=f"first_jak_inhibitor{name}", words=words, read=told, action=Action.TREATMENT, **kind)


_DRUGS = {code: drug.name for code, drug in JAK_INHIBITORS.items()}
FIRST_JAK_INHIBITOR: tuple[Measure[Followed], ...] = (
    _first("", "First systemic JAK inhibitor", lambda _, dose: str(dose.image["drug"]), type="code", codes=_DRUGS),
    _first("_mg_per_day", "Its first dose a day", lambda _, dose: daily(dose), type="decimal", unit="mg/d"),
    _first(
        "_mg_per_kg_per_day",
        "Its first dose a day and kilogram",
        _starting_dose,
        type="decimal",
        unit="mg/kg/d",
        inside=True,
    ),
    _first(
        "_dose_band",
        f"Its first dose against the published doses {cited('dose-band')}",
        _band,
        type="code",
        codes=RULEBOOK["dose-band"].categories,
    ),
    _first(
        "_began_after_days",
        "Days from the baseline to its first day; below zero where it began before",
        lambda who, dose: who.days_to(dose.starts),
        type="integer",
        unit="d",
    ),
    _first(
        "_days",
        f"Days on it, gaps that are bridged among them {TIME_ON_FIRST.cited}",
        lambda who, _: who.time_on_first.length if who.time_on_first else None,
        type="integer",
        unit="d",
    ),
    _first(
        "_stopped",
        f"Whether it was stopped by the last visit; else the days on it are censored {TIME_ON_FIRST.cited}",
        lambda who, _: int(who.time_on_first.ended) if who.time_on_first else None,
        type="0/1",
        over_course=True,
    ),
)
