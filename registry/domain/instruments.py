"""Read an instrument as it was recorded, by its items, its total or both, and give its total with what that rests on.

Source: domain reference 1.1 to 1.6. The items decide: what they sum to is the total. A total without any item is taken as
stated. Nothing is imputed: with an item missing there is no total, and a total that contradicts its items is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from registry.domain import sums
from registry.domain.course import exact
from registry.domain.rules import Result, Rule, said, undecided
from registry.domain.sums import Contradiction, Expected, Total, Values

Basis = Literal["items", "stated"]
PLACES = 12
"""A mean that does not end (a third) is given to this many decimals; every sum is exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the total of an instrument rests on."""

    basis: Basis | None = said("What the total rests on: its items, or the total as stated without items")
    maximum: Decimal | None = said("Highest total of the version used")
    expected: Decimal | None = said("Total that the items make")


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule of the instrument that the record breaks: its code, the field, a sentence, and items that are missing."""

    code: str
    field: str
    sentence: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An instrument as recorded; `unscaled` names the maximum where the total means nothing without it."""

    total: Total
    expected: Expected
    stated: Decimal | None
    maximum: Decimal | None
    unscaled: str | None = None
    broken: tuple[Broken, ...] = ()

    @property
    def recorded(self) -> bool:
        """Whether there is a total or any item."""
        return self.stated is not None or bool(self.expected.given)

    @property
    def value(self) -> Decimal | None:
        """The total; None where it is not known."""
        if self.broken or self.unscaled:
            return None
        return self.expected.total if self.expected.given else self.stated

    @property
    def rests_on(self) -> Mapping[str, Any]:
        """What `Details` tells."""
        basis = None if self.value is None else "items" if self.expected.given else "stated"
        expected = self.expected.total if self.expected.given else None
        return {"basis": basis, "maximum": self.maximum, "expected": rounded(expected)}


def read(field: str, values: Values, *, maximum: int | None = None, maximum_field: str | None = None) -> Reading:
    """Read the instrument of a total, such as `cmas_total`, in a form's values.

    `maximum` is the highest total that all items make; `maximum_field` says where the version used is stated.
    """
    return reading(sums.TOTALS[field], values, sums.contradiction(field, values), maximum, maximum_field)


def reading(
    total: Total,
    values: Values,
    contradiction: Contradiction | None,
    maximum: int | None = None,
    maximum_field: str | None = None,
) -> Reading:
    """Read an instrument whose total is compared with its items already."""
    expected, stated = total.expect(values), exact(values.get(total.field))
    highest = exact(values.get(maximum_field)) if maximum_field else None
    unscaled = None
    if maximum_field and highest is None:
        needed = expected.missing == (maximum_field,) or (stated is not None and not expected.given)
        unscaled = maximum_field if needed else None
    if highest is None and not unscaled:
        highest = exact(maximum)
    found = (_contradicted(contradiction, unscaled), _above(total, expected, stated, highest, maximum_field))
    broken = tuple(one for one in found if one is not None)
    return Reading(total=total, expected=expected, stated=stated, maximum=highest, unscaled=unscaled, broken=broken)


def total_of(rule: Rule[Any], found: Reading, details: Details) -> Result:
    """Give the total of an instrument, or why there is none."""
    if found.value is not None:
        return Result(rule=rule, value=rounded(found.value), details=details)
    reason, missing = _why(found)
    return undecided(rule, reason, *missing, details=details)


def rounded(value: Decimal | None) -> Decimal | None:
    """Give a number that ends as it is, another to 12 decimals."""
    if value is None or value == round(value, PLACES):
        return value
    return round(value, PLACES)


def _why(found: Reading) -> tuple[str, tuple[str, ...]]:
    """Say why there is no total, with the inputs that are missing."""
    words = found.total.words
    if found.broken:
        return found.broken[0].sentence, found.broken[0].missing
    if not found.recorded:
        return f"Neither the {words} nor any of its items is recorded.", (found.total.field,)
    if found.unscaled:
        return f"The {words} needs {found.unscaled}: the scale is never assumed.", (found.unscaled,)
    return f"The {words} is {found.total.rule}; items are missing, and none is imputed.", found.expected.missing


def _contradicted(found: Contradiction | None, unscaled: str | None) -> Broken | None:
    if found is None or (unscaled and found.missing == (unscaled,)):
        return None
    code = "total_without_all_items" if found.missing else "total_contradicts_items"
    return Broken(code, found.field, found.sentence, found.missing)


def _above(
    total: Total, expected: Expected, stated: Decimal | None, highest: Decimal | None, maximum_field: str | None
) -> Broken | None:
    """Find a total, stated or of its items, above the maximum of the version used."""
    numbers = [number for number in (stated, expected.total) if number is not None]
    if highest is None or not numbers or max(numbers) <= highest:
        return None
    limit = f"its maximum ({maximum_field})" if maximum_field else f"{highest}"
    field = total.field if stated is not None or maximum_field is None else maximum_field
    return Broken("total_above_maximum", field, f"The {total.words} ({total.field}) must not exceed {limit}.")
