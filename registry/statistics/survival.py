"""Time to a first event: Kaplan-Meier, and cumulative incidence with competing events (Aalen-Johansen), through statsmodels.

Kaplan and Meier, J Am Stat Assoc 1958;53:457-481; Aalen and Johansen, Scand J Stat 1978;5:141-150. Intervals are made on
the scale log(-log), so they stay between 0 and 1: of the first with Greenwood's variance, of the second with that of the
delta method (Marubini and Valsecchi 1995, as statsmodels has it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist
from typing import Any

from registry.statistics.rates import CONFIDENCE, rounded

PLACES = Decimal("0.0001")
Limits = tuple[float | None, float | None]
UNKNOWN: Limits = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What holds from a time on: at risk just before it, events at it, and the probability with its interval."""

    time: int
    at_risk: int
    events: int
    probability: Decimal | None
    lower: Decimal | None
    upper: Decimal | None


def kaplan_meier(times: Sequence[int], events: Sequence[bool]) -> tuple[Step, ...]:
    """Give the probability of no event yet, from time 0 on and at each time with an event.

    `times` are whole and above 0; where there is no event, the time is when it was last known that there was none.
    """
    first = Step(time=0, at_risk=len(times), events=0, **_told(1.0, (1.0, 1.0)))
    if not any(events):
        return (first,)
    import numpy as np  # noqa: PLC0415 (loading these takes a second)
    from statsmodels.duration.survfunc import SurvfuncRight  # noqa: PLC0415

    found = SurvfuncRight(np.asarray(times), np.asarray(events, dtype=int))
    columns = (found.surv_times, found.n_risk, found.n_events, found.surv_prob, found.surv_prob_se)
    return (first, *(_step(row) for row in zip(*columns, strict=True)))


def _step(row: tuple[Any, ...]) -> Step:
    time, at_risk, events, probability, error = row
    limits = _log_log(float(probability), float(error))
    return Step(time=int(time), at_risk=int(at_risk), events=int(events), **_told(float(probability), limits))


def median(steps: Sequence[Step], half: Decimal = Decimal("0.5")) -> tuple[int | None, int | None, int | None]:
    """Give the first time at which no more than half are without the event, and the times where the limits reach a half.

    Brookmeyer and Crowley, Biometrics 1982;38:29-41 [MEM 90%]; None where a limit is not reached.
    """

    def reached(limit: str) -> int | None:
        known = ((step.time, getattr(step, limit)) for step in steps[1:])
        return next((time for time, value in known if value is not None and value <= half), None)

    return reached("probability"), reached("lower"), reached("upper")


# --- competing events ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Incidence:
    """The cumulative incidence of each cause at times at which anything happened, from time 0 on."""

    times: tuple[int, ...]
    causes: tuple[tuple[Decimal | None, ...], ...]
    limits: tuple[tuple[tuple[Decimal | None, Decimal | None], ...], ...]


def aalen_johansen(times: Sequence[int], causes: Sequence[int], kinds: int) -> Incidence:
    """Give the probability that each of `kinds` causes, from 1, has come first, with its interval; 0 is censored."""
    zero = rounded(0.0, PLACES)
    if not any(causes):
        return Incidence((0,), ((zero,),) * kinds, (((zero, zero),),) * kinds)
    import numpy as np  # noqa: PLC0415 (loading these takes a second)
    from statsmodels.duration.survfunc import CumIncidenceRight  # noqa: PLC0415

    with np.errstate(divide="ignore", invalid="ignore"):
        found = CumIncidenceRight(np.asarray(times), np.asarray(causes))
    happened = {time for time, cause in zip(times, causes, strict=True) if cause}
    at = [index for index, time in enumerate(found.times) if int(time) in happened]
    curves = [_curve(found, cause, at) for cause in range(kinds)]
    return Incidence(
        (0, *(int(found.times[index]) for index in at)),
        tuple((zero, *(rounded(value, PLACES) for value, _ in curve)) for curve in curves),
        tuple(((zero, zero), *(_both(limits) for _, limits in curve)) for curve in curves),
    )


def _curve(found: Any, cause: int, at: Sequence[int]) -> list[tuple[float, Limits]]:
    if cause >= len(found.cinc):
        return [(0.0, UNKNOWN)] * len(at)
    values, errors = found.cinc[cause], found.cinc_se[cause]
    return [(float(values[index]), _log_log(float(values[index]), float(errors[index]))) for index in at]


# --- intervals ----------------------------------------------------------------------------------------------------


def _log_log(probability: float, error: float) -> Limits:
    """Give the limits on the scale log(-log); of nobody and of everybody there is no such interval."""
    if probability <= 0 or probability >= 1 or not math.isfinite(error):
        return UNKNOWN
    width = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * error / abs(probability * math.log(probability))
    return probability ** math.exp(width), probability ** math.exp(-width)


def _told(probability: float, limits: Limits) -> dict[str, Decimal | None]:
    lower, upper = _both(limits)
    return {"probability": rounded(probability, PLACES), "lower": lower, "upper": upper}


def _both(limits: Limits) -> tuple[Decimal | None, Decimal | None]:
    lower, upper = (None if limit is None else rounded(limit, PLACES) for limit in limits)
    return lower, upper
