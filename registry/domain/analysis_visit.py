"""What the analysis of one visit looks at: scores, enzymes, interferon, doses, response and states, one value each.

Nothing is computed here: each value is one that was recorded or that a rule derived of the visit. Where a visit has several
results of one analyte, the one that counts is the last collected (`course.Visit.counting`). Rule of ours, version 1: an
interferon score is that which the transcripts of the last collected sample make, else the one the laboratory reported.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from registry.domain.analysis_measures import Definition, Measure, Value, cited
from registry.domain.analysis_seen import Seen, code, detail, number, words_of
from registry.domain.core_set_enzymes import ENZYMES
from registry.domain.course import collected, exact, order_of
from registry.domain.deidentification import Action
from registry.domain.derivations.interferon_scores import REPORTED
from registry.domain.derivations.state_measures import global_in_cm, wording_of
from registry.domain.dosing import FORMULATIONS, JAK_INHIBITORS
from registry.domain.rulebook import RULEBOOK
from registry.domain.rules import Result
from registry.domain.vocabulary import PATIENT_GLOBAL_WORDINGS

INTERFERON_SCORE = Definition(
    id="interferon-score-of-visit",
    version="1",
    words="The score that the transcripts of the last collected sample make, else the one that the laboratory reported.",
    source="Rule of this registry",
    certainty=80,
)
WHERE = {"before": "Before the baseline", "baseline": "The baseline", "after": "After the baseline"}
SIGNS = {"positive": "Above the threshold", "negative": "Not above the threshold"}
SCORE_FROM = {"transcripts": "Made of the transcripts", "reported": "Reported by the laboratory"}

# --- recorded -----------------------------------------------------------------------------------------------------


def _where(seen: Seen) -> Value:
    baseline = seen.course.baseline
    if baseline is None:
        return None
    if seen.visit.id == baseline.id:
        return "baseline"
    return "after" if order_of(seen.visit) > order_of(baseline) else "before"


def _recorded(name: str, words: str, read: Callable[[Seen], Value]) -> Measure[Seen]:
    return Measure(
        name=name, words=words, type="decimal", read=read, action=Action.NUMBER, unit="cm", maximum=10
    )  # fmt: skip


_RECORDED: tuple[Measure[Seen], ...] = (
    Measure(
        name="relative_to_baseline",
        words="Before, at or after the baseline: the complete visit of week 0, else the last before the first JAK inhibitor",
        type="code",
        read=_where,
        action=Action.KEEP,
        codes=WHERE,
    ),
    _recorded(
        "physician_global_activity",
        "Physician's global assessment of disease activity; empty on the Likert scale",
        lambda seen: global_in_cm(seen.visit, "physician").value,
    ),
    _recorded(
        "patient_global_activity",
        "Patient's or parent's global assessment; empty on the Likert scale",
        lambda seen: global_in_cm(seen.visit, "patient").value,
    ),
    Measure(
        name="patient_global_wording",
        words="Which question the patient or parent was asked",
        type="code",
        read=lambda seen: wording_of(seen.visit),
        action=Action.KEEP,
        codes=PATIENT_GLOBAL_WORDINGS,
    ),
    _recorded(
        "extramuscular_global_activity",
        "Extramuscular global assessment (MDAAT)",
        lambda seen: seen.visit.measured("disease_activity", "extramuscular_global_activity"),
    ),
)

# --- derived by a rule --------------------------------------------------------------------------------------------


def _on_scale(rule: str) -> tuple[Measure[Seen], Measure[Seen]]:
    """Give the total of an instrument with versions, and the maximum of the version used."""
    highest: Measure[Seen] = Measure(
        name=f"{rule}_maximum",
        words=f"Highest total of the version of the {rule.upper()} used",
        type="decimal",
        read=lambda seen: exact(seen.detail(rule, "maximum")),
        action=Action.KEEP,
    )
    return number(rule, group=(highest.name,)), highest


_INSTRUMENTS: tuple[Measure[Seen], ...] = (
    *_on_scale("mmt8"),
    *_on_scale("cmas"),
    *map(number, ("chaq", "cdasi-activity", "cdasi-damage", "das", "das-skin", "das-muscle", "myoact", "mdi-severity")),
    number("hmc"),
    *(one for rule in ("jdmai1", "jdmai2") for one in (number(rule), code(rule, f"{rule}_state"))),
)


# --- laboratory ---------------------------------------------------------------------------------------------------


def _times_limit(enzyme: str) -> Measure[Seen]:
    def read(seen: Seen) -> Value:
        place = seen.counting(enzyme)
        found = seen.of_result("enzyme-multiple", place) if place else None
        return found.value if found else None

    words = words_of("enzyme-multiple", f"{enzyme} in multiples of its upper limit of normal")
    name = f"{enzyme.lower()}_times_uln"
    return Measure(name=name, words=words, type="decimal", read=read, action=Action.NUMBER, unit="1")


def _interferon(seen: Seen, rule: str) -> tuple[Decimal | None, str | None, str | None]:
    """Give the interferon score of a visit, its sign and where it is from."""

    def found() -> tuple[Decimal | None, str | None, str | None]:
        made = [one for one in seen.results(rule) if one.value is not None or one.category is not None]
        if made:
            last = max(made, key=lambda one: _sampled(seen, one))
            return last.value, last.category, "transcripts"
        place = seen.counting(REPORTED[rule])
        if place is None:
            return None, None, None
        reported, sign = seen.visit.results()[place - 1], seen.of_result("interferon-positivity", place)
        value = None if reported.get("comparator") else exact(reported.get("value"))
        return value, sign.category if sign else None, "reported"

    return seen.course.remembered(f"analysis of {rule}", seen.visit, found)


def _sampled(seen: Seen, result: Result) -> Any:
    place = result.details.result_number - 1
    return collected((place, seen.visit.results()[place]))


def _interferon_measures(rule: str) -> tuple[Measure[Seen], ...]:
    name, words = rule.replace("-", "_"), words_of(rule)
    value: Measure[Seen] = Measure(
        name=name,
        words=f"{words} {INTERFERON_SCORE.cited}",
        type="decimal",
        read=lambda seen: _interferon(seen, rule)[0],
        action=Action.NUMBER,
        unit=RULEBOOK[rule].unit,
        group=(f"{name}_from",),
    )
    sign: Measure[Seen] = Measure(
        name=f"{name}_sign",
        words=f"Whether the score is above the threshold {cited(rule)}",
        type="code",
        read=lambda seen: _interferon(seen, rule)[1],
        action=Action.CODE,
        codes=SIGNS,
    )
    source: Measure[Seen] = Measure(
        name=f"{name}_from",
        words="Where the score is from",
        type="code",
        read=lambda seen: _interferon(seen, rule)[2],
        action=Action.KEEP,
        codes=SCORE_FROM,
    )
    return value, sign, source


_LABORATORY: tuple[Measure[Seen], ...] = (
    *map(_times_limit, ENZYMES),
    *(one for rule in REPORTED for one in _interferon_measures(rule)),
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
              unit="mg/kg/d"),
    code("dose-band", "jak_inhibitor_dose_band", Action.TREATMENT),
    number("prednisone-equivalent", "prednisone_equivalent_mg_per_day"),
    detail("prednisone-equivalent", "mg_per_kg_per_day", "prednisone_equivalent_mg_per_kg_per_day",
            "Prednisone-equivalent a day and kilogram", "mg/kg/d"),
    number("glucocorticoid-reduction"),
    code("steroid-free-since", "glucocorticoid_status"),
)  # fmt: skip

# --- response and states ------------------------------------------------------------------------------------------

_OUTCOMES: tuple[Measure[Seen], ...] = (
    number("total-improvement-score"),
    code("total-improvement-score", "total_improvement_category"),
    Measure(
        name="total_improvement_complete",
        words="Whether all six core set measures could be scored; one that is missing adds 0",
        type="0/1",
        read=lambda seen: None if (said := seen.detail("total-improvement-score", "complete")) is None else int(said),
        action=Action.KEEP,
    ),
    code("definition-of-improvement"),
    code("printo-improvement"),
    code("clinically-inactive-disease"),
    code("clinically-inactive-disease-revised"),
    code("complete-clinical-response", action=Action.TREATMENT),
    code("deterioration"),
)
"""Complete clinical response and remission tell whether any therapy is given, and with that the treatment."""

MEASURES: tuple[Measure[Seen], ...] = (*_RECORDED, *_INSTRUMENTS, *_LABORATORY, *_TREATMENT, *_OUTCOMES)
"""Every measure of a visit, in the order of the columns."""
BY_NAME = {measure.name: measure for measure in MEASURES}
