"""What the analysis of one visit looks at: scores, enzymes, interferon, doses, response and states, one value each.

Nothing is computed here: each value is one that was recorded or that a rule derived of the visit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from registry.domain import items
from registry.domain.analysis_laboratory import LABORATORY
from registry.domain.analysis_measures import Measure, Value
from registry.domain.analysis_seen import Seen, code, detail, number, words_of
from registry.domain.course import exact, order_of
from registry.domain.deidentification import Action
from registry.domain.derivations.state_measures import global_in_cm, wording_of
from registry.domain.disease_activity import ORGANS
from registry.domain.dosing import FORMULATIONS, JAK_INHIBITORS
from registry.domain.vocabulary import PATIENT_GLOBAL_WORDINGS

WHERE = {"before": "Before the baseline", "baseline": "The baseline", "after": "After the baseline"}

# --- recorded -----------------------------------------------------------------------------------------------------


def _where(seen: Seen) -> Value:
    baseline = seen.course.baseline
    if baseline is None:
        return None
    if seen.visit.id == baseline.id:
        return "baseline"
    return "after" if order_of(seen.visit) > order_of(baseline) else "before"


def _days(seen: Seen) -> Value:
    baseline = seen.course.baseline
    return None if baseline is None else (seen.visit.on - baseline.on).days


def _recorded(name: str, words: str, form: str, read: Callable[[Seen], Value] | None = None) -> Measure[Seen]:
    """Give a number of a form as it was recorded, or as it is read."""

    def measured(seen: Seen) -> Value:
        return seen.visit.measured(form, name)

    return Measure(
        name=name, words=words, type="decimal", read=read or measured, action=Action.NUMBER, like=(form, name)
    )


_RECORDED: tuple[Measure[Seen], ...] = (
    Measure(
        name="relative_to_baseline",
        words="Before, at or after the baseline: the complete visit of week 0, else the last before the first JAK inhibitor",
        type="code",
        read=_where,
        action=Action.CODE,
        codes=WHERE,
    ),
    Measure(
        name="days_from_baseline",
        words="Days from the baseline to the visit; below zero before it",
        type="integer",
        read=_days,
        action=Action.NUMBER,
        unit="d",
        told_with=("relative_to_baseline",),
    ),
    _recorded("weight", "Body weight", "vital_signs"),
    _recorded("height", "Height or length", "vital_signs"),
    _recorded(
        "physician_global_activity",
        "Physician's global assessment of disease activity; empty on the Likert scale",
        "disease_activity",
        lambda seen: global_in_cm(seen.visit, "physician").value,
    ),
    _recorded(
        "patient_global_activity",
        "Patient's or parent's global assessment; empty on the Likert scale",
        "disease_activity",
        lambda seen: global_in_cm(seen.visit, "patient").value,
    ),
    Measure(
        name="patient_global_wording",
        words="Which question the patient or parent was asked",
        type="code",
        read=lambda seen: wording_of(seen.visit),
        action=Action.CODE,
        codes=PATIENT_GLOBAL_WORDINGS,
    ),
    _recorded("extramuscular_global_activity", "Extramuscular global assessment (MDAAT)", "disease_activity"),
)

# --- derived by a rule --------------------------------------------------------------------------------------------


def _on_scale(rule: str) -> tuple[Measure[Seen], Measure[Seen]]:
    """Give the total of an instrument with versions, and the maximum of the version used."""
    highest: Measure[Seen] = Measure(
        name=f"{rule}_maximum",
        words=f"Highest total of the version of the {rule.upper()} used",
        type="decimal",
        read=lambda seen: exact(seen.detail(rule, "maximum")),
        action=Action.CODE,
    )
    return number(rule, group=(highest.name,), like=LIKE[rule]), highest


def _index(rule: str, maximum: int) -> tuple[Measure[Seen], Measure[Seen]]:
    """Give an index of disease activity, and the state that it stands for."""
    state = code(rule, f"{rule}_state", words=f"State of disease by the {rule.upper()}")
    return number(rule, minimum=0, maximum=maximum, higher="worse", told_with=(state.name,)), state


LIKE: Mapping[str, tuple[str, str]] = {
    "mmt8": ("muscle_strength", items.MMT8_TOTAL),
    "cmas": ("muscle_strength", items.CMAS_TOTAL),
    "chaq": ("functioning", items.CHAQ_INDEX),
    "cdasi-activity": ("skin_disease", items.CDASI_ACTIVITY_TOTAL),
    "cdasi-damage": ("skin_disease", items.CDASI_DAMAGE_TOTAL),
    "das": ("skin_disease", items.DAS_TOTAL),
    "das-skin": ("skin_disease", items.DAS_SKIN_TOTAL),
    "das-muscle": ("skin_disease", items.DAS_MUSCLE_TOTAL),
    "mdi-severity": ("damage", items.MDI_SEVERITY_TOTAL),
}
"""The form and field of a total as it is recorded, by the rule that makes it of its items: it has the same limits."""
_INSTRUMENTS: tuple[Measure[Seen], ...] = (
    *_on_scale("mmt8"),
    *_on_scale("cmas"),
    *(number(rule, like=like) for rule, like in LIKE.items() if rule not in ("mmt8", "cmas", "mdi-severity")),
    number("myoact", minimum=0, maximum=10 * len(ORGANS), higher="worse"),
    number("mdi-severity", like=LIKE["mdi-severity"]),
    number("hmc", minimum=0, maximum=100, higher="better"),
    *_index("jdmai1", 40),
    *_index("jdmai2", 39),
)

# --- treatment ----------------------------------------------------------------------------------------------------


def _in_force(name: str, detail: str, words: str, **kind: Any) -> Measure[Seen]:
    """Give what is told of the JAK inhibitor in force; it tells the treatment."""

    def read(seen: Seen) -> Value:
        found: Value = getattr(seen.detail("jak-exposure", "in_force"), detail, None)
        return found

    return Measure(name=name, words=words_of("jak-exposure", words), read=read, action=Action.TREATMENT, **kind)


_DRUGS = {code: drug.name for code, drug in JAK_INHIBITORS.items()}
_TREATMENT: tuple[Measure[Seen], ...] = (
    _in_force("jak_inhibitor", "drug", "JAK inhibitor in force", type="code", codes=_DRUGS),
    _in_force("jak_inhibitor_formulation", "formulation", "Its formulation", type="code", codes=FORMULATIONS),
    _in_force("jak_inhibitor_mg_per_day", "mg_per_day", "Its dose a day", type="decimal", unit="mg/d"),
    _in_force("jak_inhibitor_mg_per_kg_per_day", "mg_per_kg_per_day", "Its dose a day and kilogram", type="decimal",
              unit="mg/kg/d", inside=True),
    code("dose-band", "jak_inhibitor_dose_band", Action.TREATMENT),
    number("prednisone-equivalent", "prednisone_equivalent_mg_per_day"),
    detail("prednisone-equivalent", "mg_per_kg_per_day", "prednisone_equivalent_mg_per_kg_per_day",
            "Prednisone-equivalent a day and kilogram", "mg/kg/d"),
    number("glucocorticoid-reduction", higher="better", inside=True),
    code("steroid-free-since", "glucocorticoid_status"),
)  # fmt: skip

# --- response and states ------------------------------------------------------------------------------------------

_OUTCOMES: tuple[Measure[Seen], ...] = (
    number(
        "total-improvement-score",
        minimum=0,
        maximum=100,
        higher="better",
        told_with=("total_improvement_category",),
    ),
    code("total-improvement-score", "total_improvement_category", words="Category of the Total Improvement Score"),
    Measure(
        name="total_improvement_complete",
        words="Whether all six core set measures could be scored; one that is missing adds 0",
        type="0/1",
        read=lambda seen: None if (said := seen.detail("total-improvement-score", "complete")) is None else int(said),
        action=Action.CODE,
    ),
    code("definition-of-improvement"),
    code("printo-improvement"),
    code("clinically-inactive-disease"),
    code("clinically-inactive-disease-revised"),
    code("complete-clinical-response", action=Action.TREATMENT),
    code("deterioration"),
)
"""Complete clinical response and remission tell whether any therapy is given, and with that the treatment."""

MEASURES: tuple[Measure[Seen], ...] = (*_RECORDED, *_INSTRUMENTS, *LABORATORY, *_TREATMENT, *_OUTCOMES)
"""Every measure of a visit, in the order of the columns."""
BY_NAME = {measure.name: measure for measure in MEASURES}
