"""Laboratory results as the site's laboratory reports them: unit, limits, specimen, assay, floor."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

from registry.demo import analyte_values
from registry.demo.analyte_values import LIMITS, SIGLEC_FLOOR
from registry.demo.chance import exact
from registry.demo.children import Child
from registry.demo.course import State
from registry.demo.growth import height_on
from registry.demo.places import Place
from registry.demo.transcripts import HEALTHY, transcripts
from registry.domain import units
from registry.domain.analytes import TRANSCRIPT, named

ENZYMES = ("CK", "LDH", "AST", "ALT", "ALDOLASE")
SAFETY = (
    "HGB",
    "WBC",
    "NEUT",
    "LYM",
    "PLAT",
    "CREAT",
    "EGFR",
    "BILI",
    "GGT",
    "ALB",
    "CHOL",
    "LDL",
    "HDL",
    "TRIG",
    "CRP",
    "ESR",
    "FERRITIN",
    "IGG",
)
VIRUS = ("BKVPLASMA", "BKVURINE")
SCREENING = {"HBSAG": "negative", "ANTIHBC": "negative", "ANTIHCV": "negative", "VZVIGG": "positive"}
GENES = "qPCR, six genes, reference 29 controls"
ASSAYS = {
    "IFN6": GENES,
    "IFN28Z": "NanoString, 28 genes",
    "SIGLEC1": "Flow cytometry",
    "CXCL10": "Luminex",
    "GALECTIN9": "Luminex",
    "CXCL9": "Luminex",
    "IFNA": "Simoa",
    "NEOPTERIN": "ELISA",
}
FLOORS = {"SIGLEC1": SIGLEC_FLOOR, "CRP": 0.6, "IFNA": 0.02}
"""Lower limit of quantification in the standard unit."""
DECIMALS = {
    "ukat/L": 2,
    "g/dL": 1,
    "mmol/L": 1,
    "10*9/L": 2,
    "10*3/uL": 2,
    "1": 2,
    "{score}": 1,
    "mg/L": 1,
    "nmol/L": 1,
}
FINE = {
    ("ALDOLASE", "U/L"): 1,
    ("CREAT", "mg/dL"): 2,
    ("BILI", "mg/dL"): 1,
    ("IGG", "g/L"): 1,
    ("IFNA", "pg/mL"): 3,
    ("IFNA", "fg/mL"): 0,
    ("LDL", "mmol/L"): 2,
    ("HDL", "mmol/L"): 2,
    ("TRIG", "mmol/L"): 2,
    ("PLAT", "10*9/L"): 0,
    ("PLAT", "10*3/uL"): 0,
}
MFI_OF_BOUND = 0.9
"""How the demo's other cytometer sees the same cells; real ones have no common factor."""
NOT_DONE = 0.015


def laboratory_results(rng: Random, child: Child, day: date, state: State) -> list[dict[str, Any]]:
    """Draw the results of a visit; infections are screened for at the start."""
    collected = _collected(rng, child.place, day)
    drawn = analyte_values.values(rng, child, day, state)
    drawn["CHOL"] = drawn["LDL"] + drawn["HDL"] + drawn["TRIG"] / 2.2
    drawn["WBC"] = max(drawn["WBC"], drawn["NEUT"] + drawn["LYM"] + 0.4)
    drawn["EGFR"] = 36.5 * height_on(child, day) / drawn["CREAT"]
    results = [
        reported(child.place, analyte, drawn[analyte]) if rng.random() > NOT_DONE else _not_done(analyte)
        for analyte in (*ENZYMES, *SAFETY, *child.place.interferon)
    ]
    results += [_virus(rng, child, analyte, state.week) for analyte in VIRUS]
    if state.week == 0:
        results += [{"analyte": analyte, "finding": finding} for analyte, finding in SCREENING.items()]
    if child.place.transcripts and any(one["analyte"] == "IFN6" and "value" in one for one in results):
        results += transcripts(child.dice("transcripts", day), drawn["IFN6"])
    return [_labelled(child.place, result, collected) for result in results]


def _not_done(analyte: str) -> dict[str, Any]:
    return {"analyte": analyte, "missing_reason": "not_done"}


def reported(place: Place, analyte: str, value: float) -> dict[str, Any]:
    """Report a value, given in the standard unit, as the site's laboratory would."""
    unit = place.units.get(analyte) or named(analyte).standard_unit or ""
    number, habits = _in_unit(analyte, value, unit), _habits(analyte, unit)
    floor = habits.get("lower_limit_of_quantification")
    if floor is not None and number < floor:
        return {"analyte": analyte, "value": floor, "unit": unit, "comparator": "<", **habits}
    return {"analyte": analyte, "value": number, "unit": unit, **habits}


@lru_cache(maxsize=256)
def _habits(analyte: str, unit: str) -> dict[str, Decimal]:
    """Give the limits and the healthy controls in the unit, as far as the analyte has them."""
    limits = LIMITS[analyte]
    bounds = {
        "lower_limit": limits.lower,
        "upper_limit": limits.upper,
        "lower_limit_of_quantification": FLOORS.get(analyte),
    }
    given = {name: _in_unit(analyte, bound, unit) for name, bound in bounds.items() if bound is not None}
    return given | HEALTHY if analyte == "IFN6" else given


@lru_cache(maxsize=256)
def _factor(analyte: str, unit: str) -> float:
    standard = units.family_of(named(analyte), unit).standard
    return float(units.convert(named(analyte), Decimal(1), standard, unit)) if unit != "{MFI}" else MFI_OF_BOUND


def _in_unit(analyte: str, value: float, unit: str) -> Decimal:
    return exact(value * _factor(analyte, unit), FINE.get((analyte, unit), DECIMALS.get(unit, 0)))


def _virus(rng: Random, child: Child, analyte: str, week: float) -> dict[str, Any]:
    found = child.has("bk_virus")
    if not (found and found.shows_at(week)):
        return {"analyte": analyte, "finding": "negative"}
    positive = {"analyte": analyte, "finding": "positive"}
    if analyte == "BKVPLASMA":
        return positive | {"value": exact(10 ** rng.uniform(2.6, 4.2), 0), "unit": "{copies}/mL"}
    return positive | {"value": exact(rng.uniform(5.0, 8.0), 1), "unit": "{Log_copies}/mL"}


def _labelled(place: Place, result: dict[str, Any], collected: str) -> dict[str, Any]:
    if "missing_reason" in result:
        return result
    analyte = named(result["analyte"])
    method = GENES if analyte.code.startswith(TRANSCRIPT) else ASSAYS.get(analyte.code)
    assay = {"assay": method} if method else {}
    return {
        **result,
        "specimen": analyte.specimens[0],
        **assay,
        "laboratory": place.laboratory,
        "collected_at": collected,
    }


def _collected(rng: Random, place: Place, day: date) -> str:
    """Give a moment in the morning of the day at the site."""
    morning = time(7 + rng.randrange(4), 5 * rng.randrange(12))
    return datetime.combine(day, morning, place.zone).isoformat()
