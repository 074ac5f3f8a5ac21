"""Grades of CTCAE 5.0 and 6.0 of values that are too low, read naively as `ctcae` says, in the units the table prints."""

from fractions import Fraction

Number = Fraction | None


def anemia(value: Fraction, unit: str, lower_limit: Number) -> int | None:
    """Anemia, 5.0 and 6.0: g/dL, g/L or mmol/L."""
    if unit == "g/dL":
        ten, eight = Fraction("10.0"), Fraction("8.0")
    elif unit == "g/L":
        ten, eight = Fraction(100), Fraction(80)
    else:
        ten, eight = Fraction("6.2"), Fraction("4.9")
    if value < eight:
        return 3
    if value < ten:
        return 2
    return below(value, lower_limit)


def below(value: Fraction, lower_limit: Number) -> int | None:
    """Grade 1 below the lower limit of normal, else 0; unknown without it."""
    if lower_limit is None:
        return None
    return 1 if value < lower_limit else 0


def neutrophils_5(value: Fraction, lower_limit: Number) -> int | None:
    """Neutrophil count decreased, 5.0, 10^9/L."""
    if value < Fraction("0.5"):
        return 4
    if value < Fraction("1.0"):
        return 3
    if value < Fraction("1.5"):
        return 2
    return below(value, lower_limit)


def neutrophils_6(value: Fraction) -> int:
    """Neutrophil count decreased, 6.0, 10^9/L."""
    if value < Fraction("0.1"):
        return 4
    if value < Fraction("0.5"):
        return 3
    if value < Fraction("1.0"):
        return 2
    if value < Fraction("1.5"):
        return 1
    return 0


def lymphocytes_5(value: Fraction, lower_limit: Number) -> int | None:
    """Lymphocyte count decreased, 5.0, 10^9/L."""
    if value < Fraction("0.2"):
        return 4
    if value < Fraction("0.5"):
        return 3
    if value < Fraction("0.8"):
        return 2
    return below(value, lower_limit)


def platelets_5(value: Fraction, lower_limit: Number) -> int | None:
    """Platelet count decreased, 5.0, 10^9/L."""
    if value < 25:
        return 4
    if value < 50:
        return 3
    if value < 75:
        return 2
    return below(value, lower_limit)


def platelets_6(value: Fraction, lower_limit: Number) -> int | None:
    """Thrombocytopenia, 6.0, 10^9/L."""
    if value < 10:
        return 4
    if value < 50:
        return 3
    if value < 75:
        return 2
    return below(value, lower_limit)


def white_cells(value: Fraction, lower_limit: Number) -> int | None:
    """White blood cell decreased, 5.0 and 6.0, 10^9/L."""
    if value < 1:
        return 4
    if value < 2:
        return 3
    if value < 3:
        return 2
    return below(value, lower_limit)


def albumin_5(value: Fraction, lower_limit: Number) -> int | None:
    """Hypoalbuminemia, 5.0, g/L."""
    if value < 20:
        return 3
    if value < 30:
        return 2
    return below(value, lower_limit)
