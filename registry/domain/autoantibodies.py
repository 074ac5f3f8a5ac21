"""Myositis-specific and myositis-associated autoantibodies, and the methods that find them.

Sources: domain reference 7 (list of antibodies and methods); SDTM CT 2025-03-28, ISBDAGT and METHOD, for the CDISC
names of their antigens, None where the terminology has none (HMGCR, KS, Zo, Ha, FHL1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Autoantibody:
    """An autoantibody: its code, words, whether it is specific to myositis or associated, and its CDISC antigen."""

    code: str
    name: str
    kind: Literal["specific", "associated"]
    cdisc: str | None = None


_ALL = (
    Autoantibody("tif1_gamma", "Anti-TIF1-gamma (p155/140)", "specific", "TIF1 GAMMA"),
    Autoantibody("nxp2", "Anti-NXP2 (MJ, p140)", "specific", "MJ ANTIGEN"),
    Autoantibody("mda5", "Anti-MDA5 (CADM-140)", "specific", "MDA5"),
    Autoantibody("mi_2", "Anti-Mi-2", "specific", "MI-2 ANTIGENS"),
    Autoantibody("sae", "Anti-SAE", "specific", "SUMO-ACTIVATING ENZYME SUBUNIT 1"),
    Autoantibody("jo_1", "Anti-Jo-1", "specific", "JO-1 ANTIGEN"),
    Autoantibody("pl_7", "Anti-PL-7", "specific", "PL-7 ANTIGEN"),
    Autoantibody("pl_12", "Anti-PL-12", "specific", "PL-12 ANTIGEN"),
    Autoantibody("ej", "Anti-EJ", "specific", "EJ ANTIGEN"),
    Autoantibody("oj", "Anti-OJ", "specific", "OJ ANTIGEN"),
    Autoantibody("ks", "Anti-KS", "specific"),
    Autoantibody("zo", "Anti-Zo", "specific"),
    Autoantibody("ha", "Anti-Ha", "specific"),
    Autoantibody("srp", "Anti-SRP", "specific", "SIGNAL RECOGNITION PARTICLE"),
    Autoantibody("hmgcr", "Anti-HMGCR", "specific"),
    Autoantibody("ro52", "Anti-Ro52", "associated", "SJOGRENS SS-A52 ANTIGEN"),
    Autoantibody("ro60", "Anti-Ro60 (SSA)", "associated", "SJOGRENS SS-A60 ANTIGEN"),
    Autoantibody("la", "Anti-La (SSB)", "associated", "SJOGRENS SS-B ANTIGEN"),
    Autoantibody("u1_rnp", "Anti-U1-RNP", "associated", "U1 SMALL NUCLEAR RIBONUCLEOPROTEIN 70 KDA"),
    Autoantibody("pm_scl_75", "Anti-PM/Scl-75", "associated", "P75 POLYMYOSITIS-SCLERODERMA AUTOANTIGEN"),
    Autoantibody("pm_scl_100", "Anti-PM/Scl-100", "associated", "P100 POLYMYOSITIS-SCLERODERMA AUTOANTIGEN"),
    Autoantibody("ku", "Anti-Ku", "associated", "KU ANTIGEN"),
    Autoantibody("cn1a", "Anti-cN1A (NT5C1A)", "associated", "CYTOSOLIC 5'-NUCLEOTIDASE 1A"),
    Autoantibody("fhl1", "Anti-FHL1", "associated"),
)

AUTOANTIBODIES: Mapping[str, Autoantibody] = MappingProxyType({antibody.code: antibody for antibody in _ALL})

METHODS: Mapping[str, str] = MappingProxyType(
    {
        "immunoblot": "Immunoblot, line or dot",
        "immunoprecipitation": "Immunoprecipitation",
        "elisa": "ELISA",
        "other": "Other",
        "unknown": "Unknown",
    }
)
METHOD_CDISC: Mapping[str, str] = MappingProxyType(
    {"immunoblot": "IMMUNOBLOT", "immunoprecipitation": "IMMUNOPRECIPITATION", "elisa": "ELISA"}
)
