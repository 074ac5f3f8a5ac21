"""The sites of the demo and their habits: units, scales, questions and interferon assays differ between countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

ENZYMES = ("CK", "LDH", "AST", "ALT", "ALDOLASE", "GGT")
CELLS = ("WBC", "NEUT", "LYM", "PLAT")
LIPIDS = ("CHOL", "LDL", "HDL", "TRIG")


@dataclass(frozen=True, slots=True)
class Place:
    """A site: code, country, time zone, and how it measures."""

    code: str
    country: str
    time_zone: str
    units: Mapping[str, str]
    """Unit of an analyte where the site reports another than the standard one."""
    interferon: tuple[str, ...]
    """Interferon biomarkers that the site measures."""
    mmt8_maximum: int = 80
    young_cmas_maximum: int = 52
    """Maximum of the CMAS at 4 to 5 years: some centres use 49 (Wienke 2020)."""
    wording: str = "disease_activity"
    transcripts: bool = False
    """Whether the laboratory reports the genes of the interferon score one by one too."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def laboratory(self) -> str:
        return f"Central laboratory {self.code}"


def _units(**groups: tuple[tuple[str, ...], str]) -> dict[str, str]:
    return {analyte: unit for analytes, unit in groups.values() for analyte in analytes}


_CONVENTIONAL = _units(
    haemoglobin=(("HGB",), "g/dL"),
    creatinine=(("CREAT", "BILI"), "mg/dL"),
    lipids=(LIPIDS, "mg/dL"),
    albumin=(("ALB",), "g/dL"),
    immunoglobulins=(("IGG",), "mg/dL"),
)
_USUAL = ("CXCL10", "GALECTIN9", "SIGLEC1")

PLACES: tuple[Place, ...] = (
    Place("BER", "DE", "Europe/Berlin", {"HGB": "mmol/L"}, ("IFN6", *_USUAL), transcripts=True),
    Place("LON", "GB", "Europe/London", {"IFNA": "fg/mL"}, ("IFN6", "IFNA", *_USUAL), 80, 49, "overall_well_being"),
    Place(
        "NYC",
        "US",
        "America/New_York",
        {**_CONVENTIONAL, **dict.fromkeys(CELLS, "10*3/uL")},
        ("IFN28Z", "CXCL10", "CXCL9", "GALECTIN9"),
        150,
    ),
    Place(
        "STO",
        "SE",
        "Europe/Stockholm",
        {**dict.fromkeys(ENZYMES, "ukat/L"), "SIGLEC1": "{MFI}"},
        ("IFN6", *_USUAL),
        80,
        52,
        "overall_well_being",
    ),
    Place(
        "DEL",
        "IN",
        "Asia/Kolkata",
        {**_CONVENTIONAL, **dict.fromkeys(CELLS, "/uL")},
        ("IFN6", "CXCL10", "GALECTIN9", "NEOPTERIN"),
        150,
    ),
)
"""Charite reports Siglec-1 as antibodies bound a cell, others as fluorescence; the two are never converted (S-SIG)."""


def places(count: int) -> tuple[Place, ...]:
    """Give this many sites; beyond the five of the demo, more of their kind."""
    return tuple(_place(*divmod(index, len(PLACES))) for index in range(count))


def _place(repeat: int, kind: int) -> Place:
    return replace(PLACES[kind], code=f"{PLACES[kind].code}{repeat + 1}") if repeat else PLACES[kind]
