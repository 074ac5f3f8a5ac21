"""Any and all of findings that are true, false or not known: not known stays so unless the others decide."""

from collections.abc import Iterable
from decimal import Decimal


def any_of(findings: Iterable[bool | None]) -> bool | None:
    """Whether any is true; None where none is and one is not known."""
    every = tuple(findings)
    if True in every:
        return True
    return None if None in every else False


def all_of(findings: Iterable[bool | None]) -> bool | None:
    """Whether all are true; None where none is false and one is not known."""
    every = tuple(findings)
    if False in every:
        return False
    return None if None in every else True


def at_least(number: Decimal | None, least: Decimal) -> bool | None:
    """Whether a number reaches a least one; None where it is not known."""
    return None if number is None else number >= least


def below(number: Decimal | None, limit: Decimal) -> bool | None:
    """Whether a number is below a limit; None where it is not known."""
    return None if number is None else number < limit
