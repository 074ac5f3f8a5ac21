"""A JAK inhibitor's daily dose against the published doses for the weight and the kidney function: its dose band.

Source: domain reference 5; the rows with their sources are those of `dose_ranges`. Rules of ours where it is silent:
labelled doses begin at 10 kg, and below that no dose counts as published; while the eGFR is not known, a dose that
depends on it is compared with that for normal kidney function, and the band is not final; a cream has no band. Cut-offs
are decided on the eGFR as given. A band that rests on a weight, or on an eGFR, carried forward to the day is not final.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from registry.domain.dose_ranges import Constants, Regimen, regimens_of
from registry.domain.dosing import TOPICAL_FORMULATIONS, mg_per_kg_per_day
from registry.domain.rules import Result, Rule, said, undecided

_REFERENCE = "Domain reference 5"


Basis = Literal["visit", "earlier_visit", "dose"]
"""Where a weight or an eGFR is from: the visit itself, one before it, or what the dose was chosen by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The dose and the published range that it was compared with, with the sources of its rows."""

    drug: str | None = said("JAK inhibitor")
    formulation: str | None = said("Formulation")
    mg_per_day: Decimal | None = said("Dose a day", unit="mg/d")
    mg_per_kg_per_day: Decimal | None = said("Dose a day for each kilogram", unit="mg/kg/d")
    weight: Decimal | None = said("Body weight used", unit="kg")
    weight_basis: Basis | None = said("Where that weight is from")
    egfr: Decimal | None = said("Estimated glomerular filtration rate used", unit="mL/min/{1.73_m2}")
    egfr_basis: Basis | None = said("Where that rate is from")
    lowest: Decimal | None = said("Lowest published dose", unit="mg/d")
    highest: Decimal | None = said("Highest published dose", unit="mg/d")
    sources: tuple[str, ...] = said("Sources of the published doses")


DOSE_BAND = Rule(
    id="dose-band",
    title="Dose of a JAK inhibitor against the published doses",
    version="1",
    source=_REFERENCE,
    certainty=70,
    constants=Constants(),
    categories={
        "below": "Below the published doses",
        "within": "Within the published doses",
        "above": "Above the published doses",
        "not_recommended": "Not recommended at this kidney function",
        "no_published_dose": "No dose is published for this drug, formulation and weight",
    },
    details=Band,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """A daily dose of a JAK inhibitor (code) with the weight in kg and the eGFR it is judged by.

    A basis says where these are from; `height_basis` is of the height that the eGFR was made from.
    """

    drug: str
    formulation: str | None
    mg_per_day: Decimal | None
    weight: Decimal | None
    egfr: Decimal | None = None
    weight_basis: Basis | None = None
    egfr_basis: Basis | None = None
    height_basis: Basis | None = None


def dose_band(daily: Daily, rule: Rule[Constants] = DOSE_BAND) -> Result:
    """Give the band of a daily dose."""
    of_drug = [row for row in regimens_of(rule.constants) if row.drug == daily.drug]
    if daily.formulation in TOPICAL_FORMULATIONS:
        return _no_published_dose(
            rule, daily, "A cream is not compared with published doses: they are for systemic use."
        )
    if not of_drug:
        return _no_published_dose(rule, daily, "No dose of this drug is published for children.")
    absent = [name for name in ("mg_per_day", "weight") if getattr(daily, name) is None]
    if daily.mg_per_day is None or daily.weight is None:
        return undecided(rule, "The dose band needs a daily dose and a weight.", *absent, details=_told(daily, ()))
    at_weight = [row for row in of_drug if row.covers(daily.formulation, daily.weight)]
    if not at_weight or daily.weight < rule.constants.lowest_weight:
        return _none_at_weight(rule, daily)
    return _compared(rule, daily, daily.mg_per_day, at_weight)


def _compared(rule: Rule[Constants], daily: Daily, mg_per_day: Decimal, at_weight: list[Regimen]) -> Result:
    rows = tuple(row for row in at_weight if _is_for_kidneys(row, daily.egfr))
    of_kidneys = any(row.from_egfr is not None for row in at_weight)
    carried = _carried(daily, "weight", *(("egfr", "height") if of_kidneys else ()))
    missing = ("egfr", *carried) if of_kidneys and daily.egfr is None else carried
    return Result(
        rule=rule,
        category=_category(rows, mg_per_day),
        missing=missing,
        final=not missing,
        reason=_why_not_final(daily, missing),
        details=_told(daily, rows),
    )


def _category(rows: tuple[Regimen, ...], mg_per_day: Decimal) -> str:
    if not rows:
        return "not_recommended"
    lowest, highest = min(row.lowest for row in rows), max(row.highest for row in rows)
    return "below" if mg_per_day < lowest else "above" if mg_per_day > highest else "within"


def _carried(daily: Daily, *names: str) -> tuple[str, ...]:
    """What is not of the visit itself but carried forward to it."""
    return tuple(name for name in names if getattr(daily, f"{name}_basis") not in {None, "visit"})


def _why_not_final(daily: Daily, missing: tuple[str, ...]) -> str | None:
    if not missing:
        return None
    if missing[0] == "egfr" and daily.egfr is None:
        return "Without an eGFR the dose is compared with that for normal kidney function."
    return f"Carried forward to this visit, which has none: {', '.join(missing)}."


def _none_at_weight(rule: Rule[Constants], daily: Daily) -> Result:
    reason = "No dose of this drug is published for this formulation and weight."
    carried = _carried(daily, "weight")
    return replace(_no_published_dose(rule, daily, reason), missing=carried, final=not carried)


def _is_for_kidneys(row: Regimen, egfr: Decimal | None) -> bool:
    """Whether a row is for an eGFR; while that is not known, for normal kidney function."""
    return row.below_egfr is None if egfr is None else row.covers(None, None, egfr)


def _no_published_dose(rule: Rule[Constants], daily: Daily, reason: str) -> Result:
    return Result(rule=rule, category="no_published_dose", reason=reason, details=_told(daily, ()))


def _told(daily: Daily, rows: tuple[Regimen, ...]) -> Band:
    a_day, weight = daily.mg_per_day, daily.weight
    return Band(
        drug=daily.drug,
        formulation=daily.formulation,
        mg_per_day=a_day,
        mg_per_kg_per_day=mg_per_kg_per_day(a_day, weight) if a_day is not None and weight else None,
        weight=weight,
        weight_basis=daily.weight_basis,
        egfr=daily.egfr,
        egfr_basis=daily.egfr_basis,
        lowest=min((row.lowest for row in rows), default=None),
        highest=max((row.highest for row in rows), default=None),
        sources=tuple(dict.fromkeys(row.source for row in rows)),
    )
