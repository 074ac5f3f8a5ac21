"""Concomitant medications: steroids weaned step by step, others that go on, what an incident brings."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from registry.demo.chance import exact
from registry.demo.children import Child
from registry.demo.growth import height_on, weight_on

STEPS = (0.0, 4.0, 8.0, 12.0, 18.0, 24.0, 32.0, 40.0, 52.0)
"""Weeks at which the steroid dose is thought over."""
UNITED_STATES = "US"
METHOTREXATE_ENDS = 0.3
METHOTREXATE_REASONS = {
    "responder": "remission",
    "partial": "inefficacy",
    "none": "inefficacy",
    "relapse": "inefficacy",
}
SHARES = {
    "methotrexate": 0.68,
    "ivig": 0.25,
    "hydroxychloroquine": 0.3,
    "mycophenolate": 0.14,
    "co_trimoxazole": 0.2,
    "topical_steroid": 0.25,
    "other_vaccine": 0.25,
}


def medications(child: Child, last_week: float | None) -> list[dict[str, Any]]:
    """Give the child's concomitant medications, up to `last_week` where it leaves."""
    rng = child.dice("medications")
    given = [MAKERS[name](child) for name, share in SHARES.items() if rng.random() < share]
    if child.calcinosis and rng.random() < 0.5:
        given.append(_since_before(child, "pamidronate", "1", "mg/kg", "every_six_months", "intravenous"))
    if zoster := child.has("zoster"):
        given.append(_aciclovir(child, child.day_of(zoster.week), zoster.until))
    return [*steroids(child, last_week), *(one for one in given if _in_time(child, one, last_week))]


def _in_time(child: Child, medication: dict[str, Any], last_week: float | None) -> bool:
    return last_week is None or medication["started_on"] <= child.day_of(last_week).isoformat()


def steroids(child: Child, last_week: float | None) -> list[dict[str, Any]]:
    """Give the intervals of oral prednisolone (prednisone in the United States), each with its dose in mg a day."""
    name = "prednisone" if child.place.country == UNITED_STATES else "prednisolone"
    end = last_week if last_week is not None else STEPS[-1] + 4
    weeks = [week for week in STEPS if week < end]
    amounts = [_tablets(child.course.steroid_at(week) * weight_at(child, week)) for week in weeks]
    starts = [index for index, amount in enumerate(amounts) if index == 0 or amount != amounts[index - 1]]
    given = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        medication = _medication(name, amounts[start], "mg", "daily", "oral", child.day_of(weeks[start]))
        if following is not None:
            last_day = child.day_of(weeks[following]) - timedelta(days=1)
            medication |= _ended(last_day, _reason(amounts[start], amounts[following]))
        if amounts[start]:
            given.append(medication)
    return given


def _reason(amount: Decimal, following: Decimal) -> str:
    """Say why a dose of steroids ended: raised again, weaned by one step, or weaned off."""
    if following > amount:
        return "inefficacy"
    return "completed" if following else "remission"


def _ended(day: date, reason: str) -> dict[str, Any]:
    return {"ended_on": day.isoformat(), "reason_for_end": reason}


def weight_at(child: Child, week: float) -> float:
    """Give the weight in kg at a week since enrolment."""
    return weight_on(child, child.day_of(week), child.course.steroid_at(week))


def _tablets(amount: float) -> Decimal:
    """Give mg a day as tablets make them: steps of 2.5 mg above 10 mg, of 1 mg below."""
    step = Decimal("2.5") if amount > 10 else Decimal(1)
    return round(Decimal(amount) / step) * step


def _medication(name: str, dose: Decimal, unit: str, frequency: str, route: str, start: date) -> dict[str, Any]:
    return {
        "medication": name,
        "dose": dose,
        "dose_unit": unit,
        "frequency": frequency,
        "route": route,
        "started_on": start.isoformat(),
    }


def _since_before(child: Child, name: str, dose: str, unit: str, frequency: str, route: str) -> dict[str, Any]:
    """Give a medication that was there before the child was enrolled; only its month is known."""
    start = child.enrolled - timedelta(days=60 + child.dice(name).randrange(240))
    return _medication(name, Decimal(dose), unit, frequency, route, start) | {"started_on": start.isoformat()[:7]}


def _methotrexate(child: Child) -> dict[str, Any]:
    """15 mg/m2 of body surface a week, in steps of 2.5 mg, up to 25 mg; in some it ends, each for its reason."""
    surface = math.sqrt(height_on(child, child.enrolled) * weight_at(child, 0) / 3600)
    dose = min(25.0, 2.5 * round(15 * surface / 2.5))
    medication = _since_before(child, "methotrexate", str(exact(dose, 1)), "mg", "weekly", "subcutaneous")
    ends = child.dice("methotrexate ends")
    if ends.random() > METHOTREXATE_ENDS:
        return medication
    reason = METHOTREXATE_REASONS[child.course.response]
    return medication | _ended(child.day_of(26), "intolerance" if ends.random() < 0.2 else reason)


def _hydroxychloroquine(child: Child) -> dict[str, Any]:
    dose = 50 * max(1, round(5 * weight_at(child, 0) / 50))
    return _since_before(child, "hydroxychloroquine", str(dose), "mg", "daily", "oral")


def _mycophenolate(child: Child) -> dict[str, Any]:
    surface = math.sqrt(height_on(child, child.enrolled) * weight_at(child, 0) / 3600)
    return _since_before(child, "mycophenolate", str(50 * round(600 * surface / 50)), "mg", "twice_daily", "oral")


def _vaccine(child: Child) -> dict[str, Any]:
    day = child.day_of(child.dice("vaccine").uniform(5, 40))
    vaccine = _medication("other_vaccine", Decimal(1), "{dose}", "once", "intramuscular", day)
    return vaccine | _ended(day, "completed")


def _aciclovir(child: Child, start: date, until: float) -> dict[str, Any]:
    dose = Decimal(min(800, 50 * round(20 * weight_at(child, until) / 50)))
    medication = _medication("aciclovir", dose, "mg", "other", "oral", start + timedelta(days=1))
    return medication | _ended(start + timedelta(days=8), "completed") | {"indication": "Herpes zoster"}


MAKERS = {
    "methotrexate": _methotrexate,
    "ivig": lambda child: _since_before(child, "ivig", "2", "g/kg", "every_four_weeks", "intravenous"),
    "hydroxychloroquine": _hydroxychloroquine,
    "mycophenolate": _mycophenolate,
    "co_trimoxazole": lambda child: _since_before(child, "co_trimoxazole", "5", "mg/kg", "twice_weekly", "oral"),
    "topical_steroid": lambda child: _since_before(
        child, "topical_steroid", "1", "{application}", "as_needed", "topical"
    ),
    "other_vaccine": _vaccine,
}
