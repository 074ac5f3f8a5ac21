"""A JAK inhibitor's daily dose against the published doses for the weight and the kidney function: its dose band.

Source: domain reference 5; the rows with their sources are those of `dose_ranges`. Rules of ours where it is silent:
labelled doses begin at 10 kg, and below that no dose counts as published; while the eGFR is not known, a dose that
depends on it is compared with that for normal kidney function, and the band is not final; a cream has no band. Cut-offs
are decided on the eGFR as given.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from registry.domain.dose_ranges import PUBLISHED_REGIMENS, Regimen
from registry.domain.dosing import TOPICAL_FORMULATIONS, mg_per_kg_per_day
from registry.domain.rules import Result, Rule, constant, said, undecided

_REFERENCE = "Domain reference 5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """Where published doses begin."""

    lowest_weight: Decimal = constant("Lowest weight with a published dose, kg", Decimal(10), source=_REFERENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The dose and the published range that it was compared with, with the sources of its rows."""

    drug: str | None = said("JAK inhibitor")
    formulation: str | None = said("Formulation")
    mg_per_day: Decimal | None = said("Dose a day", unit="mg/d")
    mg_per_kg_per_day: Decimal | None = said("Dose a day for each kilogram", unit="mg/kg/d")
    weight: Decimal | None = said("Body weight used", unit="kg")
    egfr: Decimal | None = said("Estimated glomerular filtration rate used", unit="mL/min/{1.73_m2}")
    lowest: Decimal | None = said("Lowest published dose", unit="mg/d")
    highest: Decimal | None = said("Highest published dose", unit="mg/d")
    sources: tuple[str, ...] = said("Sources of the published doses")


DOSE_BAND = Rule(
    id="dose-band",
    title="Dose of a JAK inhibitor against the published doses",
    version="1",
    source=_REFERENCE,
    certainty=88,
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
    """A daily dose of a JAK inhibitor (code) with the weight in kg and the eGFR it is judged by."""

    drug: str
    formulation: str | None
    mg_per_day: Decimal | None
    weight: Decimal | None
    egfr: Decimal | None = None


def dose_band(
    daily: Daily, rule: Rule[Constants] = DOSE_BAND, regimens: Iterable[Regimen] = PUBLISHED_REGIMENS
) -> Result:
    """Give the band of a daily dose."""
    of_drug = [row for row in regimens if row.drug == daily.drug]
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
        return _no_published_dose(rule, daily, "No dose of this drug is published for this formulation and weight.")
    return _compared(rule, daily, daily.mg_per_day, at_weight)


def _compared(rule: Rule[Constants], daily: Daily, mg_per_day: Decimal, at_weight: list[Regimen]) -> Result:
    rows = tuple(row for row in at_weight if _is_for_kidneys(row, daily.egfr))
    details = _told(daily, rows)
    if not rows:
        return Result(rule=rule, category="not_recommended", details=details)
    lowest, highest = min(row.lowest for row in rows), max(row.highest for row in rows)
    band = "below" if mg_per_day < lowest else "above" if mg_per_day > highest else "within"
    lacks_egfr = daily.egfr is None and len(rows) < len(at_weight)
    return Result(
        rule=rule,
        category=band,
        missing=("egfr",) if lacks_egfr else (),
        final=not lacks_egfr,
        reason="Without an eGFR the dose is compared with that for normal kidney function." if lacks_egfr else None,
        details=details,
    )


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
        egfr=daily.egfr,
        lowest=min((row.lowest for row in rows), default=None),
        highest=max((row.highest for row in rows), default=None),
        sources=tuple(dict.fromkeys(row.source for row in rows)),
    )
