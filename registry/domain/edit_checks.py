"""Find what a visit, a dose or an adverse event breaks: pure functions over the records as they are submitted.

The rules are in `edit_check_rules`. A visit is a mapping of `visited_on` (date), `forms` (name -> field -> value) and
`laboratory_results` (a list); absent and null are the same. A finding points into the record (RFC 6901), names the field
and the rule, and never a value.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from registry.domain import items, sums
from registry.domain.dose_ranges import PUBLISHED_REGIMENS, Regimen, dose_outside_published_range
from registry.domain.dosing import mg_per_day
from registry.domain.edit_check_rules import LIMITS, RULES, Kind, Limits
from registry.domain.event_duplicates import may_be_the_same

Record = Mapping[str, Any]

TOTALS_WITH_MAXIMUM: tuple[tuple[str, str, str], ...] = (
    ("muscle_strength", items.MMT8_TOTAL, items.MMT8_MAXIMUM),
    ("muscle_strength", items.CMAS_TOTAL, items.CMAS_MAXIMUM),
    ("damage", items.MDI_EXTENT_TOTAL, items.MDI_EXTENT_MAXIMUM),
)
"""Form, total and maximum of each measure whose maximum depends on the version used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a visit is compared with: the moment of entry, today at the site, the last height (cm) and weight (kg)."""

    now: datetime
    today: date
    previous_height: Decimal | None = None
    previous_height_on: date | None = None
    previous_weight: Decimal | None = None
    previous_weight_on: date | None = None
    limits: Limits = LIMITS


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a record breaks: its id, a JSON pointer, a sentence, and whether it refuses or can be confirmed."""

    rule: str
    pointer: str
    sentence: str
    kind: Kind


def of_visit(visit: Record, context: Context) -> list[Finding]:
    """Find everything that a visit breaks, hard rules first."""
    found = [finding for check in _VISIT_CHECKS for finding in check(visit, context)]
    return sorted(found, key=lambda finding: finding.kind != "hard")


def of_dose(dose: Record, regimens: Iterable[Regimen] = PUBLISHED_REGIMENS) -> list[Finding]:
    """Find whether a dose lies outside its published range; raises UnknownDrug.

    A dose is a mapping of `drug`, `formulation`, `mg_per_intake`, `intakes_per_day` and `weight_used` (kg).
    """
    amount, intakes = dose.get("mg_per_intake"), dose.get("intakes_per_day")
    if amount is None or intakes is None:
        return []
    daily = mg_per_day(Decimal(amount), Decimal(intakes))
    sentence = dose_outside_published_range(
        dose["drug"], dose.get("formulation"), daily, dose.get("weight_used"), tuple(regimens)
    )
    return [_finding("dose_outside_published_range", "/mg_per_intake", sentence)] if sentence else []


def of_adverse_event(event: Record, others: Iterable[Record], limits: Limits = LIMITS) -> list[Finding]:
    """Find whether an adverse event is likely to be another one of the participant's, reported twice.

    Each has `term`, `ctcae_term`, `started_on` (a partial date) and `codes` (those it was coded with); `others` are the
    participant's other events that count.
    """
    if event.get("entered_in_error") or not any(may_be_the_same(event, other, limits) for other in others):
        return []
    sentence = "The participant has an event of the same term and about the same onset; confirm that this is another."
    return [_finding("adverse_event_likely_duplicate", "/term", sentence)]


def _date(visit: Record, context: Context) -> Iterator[Finding]:
    visited_on = visit.get("visited_on")
    if visited_on is not None and visited_on > context.today:
        yield _finding("visit_in_the_future", "/visited_on", "visited_on must not be after today at the site.")


def _totals(visit: Record, _: Context) -> Iterator[Finding]:
    for total in sums.TOTALS.values():
        broken = sums.contradiction(total.field, _form(visit, total.form))
        if broken is not None and broken.missing != (items.MMT8_MAXIMUM,):
            rule = "total_without_all_items" if broken.missing else "total_contradicts_items"
            yield _finding(rule, f"/forms/{total.form}/{total.field}", broken.sentence)


def _maxima(visit: Record, _: Context) -> Iterator[Finding]:
    for form, total, maximum in TOTALS_WITH_MAXIMUM:
        values = _form(visit, form)
        stated, limit = values.get(total), values.get(maximum)
        if stated is not None and limit is None:
            sentence = f"{total} must come with {maximum}: the scale is never assumed."
            yield _finding("total_without_maximum", f"/forms/{form}/{maximum}", sentence)
        elif stated is not None and stated > limit:
            yield _finding("total_above_maximum", f"/forms/{form}/{total}", f"{total} must not exceed {maximum}.")


def _mmt8_side(visit: Record, _: Context) -> Iterator[Finding]:
    values = _form(visit, "muscle_strength")
    used = sums.mmt8_side(values)
    other = "left" if used == "right" else "right"
    sentence = (
        f"On the 80 scale only the muscles of the side used ({used}) are given; the {other} one must be left out."
    )
    for field in sums.mmt8_of_other_side(values):
        yield _finding("mmt8_other_side", f"/forms/muscle_strength/{field}", sentence)


def _collected(visit: Record, context: Context) -> Iterator[Finding]:
    for index, result in enumerate(_results(visit)):
        collected_at = result.get("collected_at")
        if collected_at is not None and collected_at > context.now:
            sentence = "collected_at must not be after the moment the visit is entered."
            yield _finding("result_after_entry", f"/laboratory_results/{index}/collected_at", sentence)


def _ck(visit: Record, context: Context) -> Iterator[Finding]:
    multiple = context.limits.ck_multiple
    for index, result in enumerate(_results(visit)):
        if result.get("analyte") == "CK" and _exceeds(result, multiple):
            sentence = f"CK is above {multiple} times its upper limit of normal; confirm it with a comment."
            yield _finding("ck_above_50_uln", f"/laboratory_results/{index}/value", sentence)


def _exceeds(result: Record, multiple: Decimal) -> bool:
    """Whether a result is certainly above a multiple of its ULN: `<` says no, `>` counts from the limit on."""
    value, upper, comparator = result.get("value"), result.get("upper_limit"), result.get("comparator")
    if value is None or upper is None or comparator == "<":
        return False
    return bool(value >= upper * multiple if comparator == ">" else value > upper * multiple)


def _height(visit: Record, context: Context) -> Iterator[Finding]:
    height, last = _form(visit, "vital_signs").get("height"), context.previous_height
    if height is not None and last is not None and height < last:
        sentence = "height is less than the last height of the participant; confirm it with a comment."
        yield _finding("height_decreased", "/forms/vital_signs/height", sentence)


def _weight(visit: Record, context: Context) -> Iterator[Finding]:
    weight, last = _form(visit, "vital_signs").get("weight"), context.previous_weight
    if weight is None or last is None:
        return
    if abs(weight - last) > last * context.limits.weight_change:
        percent = f"{(context.limits.weight_change * 100).normalize():f}"
        sentence = f"weight changed by more than {percent} % since the last weight; confirm it with a comment."
        yield _finding("weight_changed", "/forms/vital_signs/weight", sentence)


_VISIT_CHECKS: tuple[Callable[[Record, Context], Iterator[Finding]], ...] = (
    _date,
    _maxima,
    _totals,
    _mmt8_side,
    _collected,
    _ck,
    _height,
    _weight,
)


def _form(visit: Record, name: str) -> Record:
    return (visit.get("forms") or {}).get(name) or {}


def _results(visit: Record) -> Sequence[Record]:
    return visit.get("laboratory_results") or ()


def _finding(rule: str, pointer: str, sentence: str) -> Finding:
    return Finding(rule, pointer, sentence, RULES[rule].kind)
