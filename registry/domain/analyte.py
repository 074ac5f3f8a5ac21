"""What an analyte is: its code, units, kind of result, specimens and its codes in LOINC and SDTM.

Sources: domain reference 3 and 4.1; SDTM CT 2025-03-28. The analytes themselves are the catalogue in `analytes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from registry.domain.units import Family

Category = Literal["muscle_enzyme", "interferon", "haematology", "chemistry", "lipids", "immunology", "virology"]
Kind = Literal["quantity", "qualitative", "both"]

CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "muscle_enzyme": "Muscle enzymes",
        "interferon": "Interferon and related biomarkers",
        "haematology": "Haematology",
        "chemistry": "Clinical chemistry",
        "lipids": "Lipids",
        "immunology": "Immunoglobulins and inflammation",
        "virology": "Infection screening and monitoring",
    }
)

FINDINGS: Mapping[str, str] = MappingProxyType(
    {"positive": "Positive", "negative": "Negative", "indeterminate": "Indeterminate"}
)
"""What a qualitative result can say."""

SPECIMENS: Mapping[str, str] = MappingProxyType(
    {
        "serum": "Serum",
        "plasma": "Plasma",
        "whole_blood": "Whole blood",
        "dried_blood_spot": "Dried blood spot",
        "pbmc": "Peripheral blood mononuclear cells",
        "monocytes": "Monocytes",
        "t_cells": "T cells",
        "urine": "Urine",
    }
)

_MOLAR = frozenset({"mmol/L", "umol/L"})


@dataclass(frozen=True, slots=True)
class Analyte:
    """What a laboratory measures. `families` are its units; the first holds the unit it is usually standardised to.

    `minimum` is the lowest value that can exist, or None where a negative one can (a sum of z-scores).
    `loinc_molar` is the code of a molar concentration; `loinc_confirmed` says both were seen with that meaning.
    `sdtm_test` is the SDTM test code where it is not the code; `sdtm_antigen` is ISBDAGNT, what an antibody binds.
    """

    code: str
    name: str
    families: tuple[Family, ...] = ()
    loinc: str | None = None
    category: Category = "chemistry"
    kind: Kind = "quantity"
    specimens: tuple[str, ...] = ("serum", "plasma")
    minimum: Decimal | None = Decimal(0)
    loinc_molar: str | None = None
    loinc_confirmed: bool = False
    sdtm_domain: Literal["LB", "GF", "MB", "IS"] = "LB"
    sdtm_test: str | None = None
    sdtm_antigen: str | None = None

    @property
    def sdtm_code(self) -> str:
        """The SDTM test code (LBTESTCD, GFTESTCD, MBTESTCD or ISTESTCD)."""
        return self.sdtm_test or self.code

    @property
    def standard_unit(self) -> str | None:
        """The unit it is usually standardised to; None for what is only positive or negative."""
        return self.families[0].standard if self.families else None

    @property
    def accepted_units(self) -> tuple[str, ...]:
        """Every UCUM unit it may be reported in."""
        return tuple(dict.fromkeys(unit for family in self.families for unit in family.units))

    @property
    def findings(self) -> tuple[str, ...]:
        """The words it may be reported in; empty for what is only measured."""
        return () if self.kind == "quantity" else tuple(FINDINGS)

    def loinc_in(self, unit: str | None) -> str | None:
        """The LOINC code of a result in this unit: a molar concentration has its own."""
        return self.loinc_molar if unit in _MOLAR and self.loinc_molar else self.loinc
