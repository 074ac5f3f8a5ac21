"""Random core set measures of two visits, mostly on an edge, sent to the response score and to its oracle.

Numbers are whole thousandths until they are sent, so that an edge is met exactly.
"""

import random
from decimal import Decimal
from fractions import Fraction

from registry.schemas.calculations import CALCULATIONS
from tests.oracles.total_improvement_score import IMACS, PRINTO, Change, Enzyme, Score, total_improvement_score

FIELDS = {
    "physician_global": ("physician_global_activity", 10, -1),
    "patient_global": ("patient_global_activity", 10, -1),
    "chaq": ("chaq_index", 3, -1),
    "extramuscular": ("extramuscular_global_activity", 10, -1),
    "das": ("das_total", 20, -1),
    "chq": ("chq_physical_summary", 100, 1),
}
"""Field, highest value, and the direction of improvement of each measure but strength and enzyme."""
NAMES = {"chaq": "function", "chq": "quality_of_life", "das": "disease_activity_score"}
CODES = {"CK": "CK", "aldolase": "ALDOLASE", "ALT": "ALT", "AST": "AST", "LDH": "LDH"}
RANGES = {"CK": 15, "aldolase": 6, "ALT": 3, "AST": 3, "LDH": 3}
EDGES = (0, 2000, 5000, 10000, 15000, 20000, 25000, 30000, 40000)
"""Percentages, in thousandths."""
BESIDE = (0, 0, 0, 100, -100, 1)
HALF_FOLDS = (1, 2, 2, 4, 4, 6, 7, 20, 30, 32)
STRENGTH = (("mmt", 80), ("mmt", 150), ("mmt", 260), ("cmas", 52), ("cmas", 52), ("cmas", 49))

Pair = tuple[int | None, int | None]


def sent(thousandths: int) -> Decimal:
    return Decimal(thousandths).scaleb(-3)


def fraction(thousandths: int | None) -> Fraction | None:
    return None if thousandths is None else Fraction(thousandths, 1000)


def improvement(rng: random.Random, out_of: int) -> int:
    """An improvement of a range by a percentage that is mostly on an edge or a little beside it; rarely a worsening."""
    kind = rng.random()
    percent = rng.randint(-100_000, 100_000) if kind < 0.25 else rng.choice(EDGES) + rng.choice(BESIDE)
    return round(out_of * (-percent if kind > 0.9 else percent) / 100)


def changed(rng: random.Random, highest: int, out_of: int, better: int) -> Pair:
    """Two values of a measure that changed as drawn, as far as the scale allows; sometimes one is missing."""
    change = improvement(rng, out_of) * better
    base = rng.randint(0, highest * 10) * 100
    if not 0 <= base + change <= highest * 1000:
        base = highest * 1000 if change < 0 else 0
    final = min(max(base + change, 0), highest * 1000)
    gap = rng.random()
    return None if gap < 0.02 else base, None if gap > 0.97 else final


def enzyme_changed(rng: random.Random, name: str) -> tuple[int, int | None, int | None]:
    """The enzyme at both visits, and its upper limit."""
    upper = rng.choice((6, 30, 42, 60, 240))
    base = upper * rng.choice(HALF_FOLDS) * 500
    final = max(base - improvement(rng, RANGES[name] * upper), 0)
    return base, None if rng.random() < 0.05 else final, None if rng.random() < 0.05 else upper * 1000


def drawn(rng: random.Random, core_set: str, maximum: int, chq_range: int | None) -> tuple[dict, dict]:
    """The changes of the measures of a core set, and of enzymes where it has them."""
    changes = {"strength": changed(rng, maximum, maximum, 1)}
    for measure in PRINTO if core_set == "printo" else IMACS:
        if measure in FIELDS:
            _, highest, better = FIELDS[measure]
            changes[measure] = changed(rng, highest, chq_range if measure == "chq" and chq_range else highest, better)
    names = [name for name in RANGES if core_set == "imacs" and rng.random() < 0.4]
    return changes, {name: enzyme_changed(rng, name) for name in names}


def results(enzymes: dict, visit: int, unit: str) -> list[dict]:
    """The enzymes of one visit, in U/L or, where that is written exactly, in ukat/L."""
    made = []
    for name, one in enzymes.items():
        value, limit = one[visit], one[2]
        if value is not None:
            factor, written = (60, unit) if unit == "ukat/L" and value % 60 == 0 else (1, "U/L")
            upper = None if limit is None else sent(limit // factor)
            made.append({"enzyme": CODES[name], "value": sent(value // factor), "upper_limit": upper, "unit": written})
    return made


def assessed(changes: dict[str, Pair], tool: str, maximum: int, visit: int) -> dict:
    """The measures of one visit as the calculation takes them."""
    body = {f"{tool}_maximum": maximum}
    for measure, pair in changes.items():
        field = f"{tool}_total" if measure == "strength" else FIELDS[measure][0]
        body[field] = None if pair[visit] is None else sent(pair[visit])
    return body


def said(score: Score) -> tuple:
    """What a score says: points by measure, total and category."""
    points = {NAMES.get(measure, measure): one for measure, one in score.points.items()}
    return points, score.total, score.category


def scored_both_ways(rng: random.Random) -> tuple[dict, tuple, tuple]:
    """A body, what the calculation gives and what the oracle gives: points by measure, total and category."""
    core_set, population = rng.choice(("imacs", "printo")), rng.choice(("juvenile", "adult"))
    tool, maximum = rng.choice(STRENGTH)
    chq_range = rng.choice((None, 40, 100)) if core_set == "printo" else None
    changes, enzymes = drawn(rng, core_set, maximum, chq_range)
    follow_up_unit = rng.choice(("U/L", "ukat/L"))
    body = {
        "core_set": core_set,
        "population": population,
        "strength_measure": "mmt8" if tool == "mmt" else "cmas",
        "baseline": assessed(changes, tool, maximum, 0) | {"enzymes": results(enzymes, 0, "U/L")},
        "followup": assessed(changes, tool, maximum, 1) | {"enzymes": results(enzymes, 1, follow_up_unit)},
        "constants": {"chq_physical_summary_range": chq_range} if chq_range else {},
    }
    result = CALCULATIONS["total-improvement-score"].of(body)
    got = ({one.measure: one.points for one in result.details.measures}, result.value, result.category)
    expected = total_improvement_score(
        core_set,
        "jdm" if population == "juvenile" else "adult",
        {measure: Change(*map(fraction, pair)) for measure, pair in changes.items()},
        {name: Enzyme(*map(fraction, one)) for name, one in enzymes.items()},
        Fraction(maximum),
        Fraction(chq_range) if chq_range else None,
    )
    return body, got, said(expected)
