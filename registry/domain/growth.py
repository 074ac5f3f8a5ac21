"""Body mass index, body surface area, and z-scores of height and body mass index for age.

Sources: body mass index, weight / height2; body surface area, Mosteller, N Engl J Med 1987;317:1098, the square root of
height (cm) x weight (kg) / 3600 [MEM 97%]; z-scores, WHO growth reference 2007 with the restricted LMS method (WHO,
Computation of centiles and z-scores for height-for-age, weight-for-age and BMI-for-age): beyond 3 SD the z-score of the
body mass index counts in distances between 2 SD and 3 SD; that of height, with L of 1, needs none. Results are rounded
to 0.01; the details keep 12 digits. The age is in completed months, without interpolation; birth is known to the month,
so a child may be one month younger than counted, which the details say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from registry.domain.dosing import SIGNIFICANT_DIGITS
from registry.domain.growth_reference import FIRST_MONTH, LAST_MONTH, SEXES, Lms, Measure, lms
from registry.domain.rules import ConstantRefused, NoConstants, Result, Rule, constant, said, undecided

PLACES = Decimal("0.01")
LIMIT = Decimal(3)
_ROUNDED = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN)
_WHO = "WHO growth reference 2007, restricted LMS method"
_MOSTELLER = "Mosteller, N Engl J Med 1987;317:1098"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A measure of size, unrounded."""

    height: Decimal | None = said("Height", unit="cm")
    weight: Decimal | None = said("Weight", unit="kg")
    unrounded: Decimal | None = said("The value to 12 digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZScore:
    """A z-score, unrounded, with what it was read by."""

    unrounded: Decimal | None = said("The z-score to 12 digits")
    measured: Decimal | None = said("What was compared: height in cm, or body mass index in kg/m2")
    age_months: int | None = said("Age in months by which the reference was read", unit="mo")
    age_uncertainty_months: int | None = said("By how many months the child may be younger", unit="mo")
    power: Decimal | None = said("L of the reference")
    median: Decimal | None = said("M of the reference")
    variation: Decimal | None = said("S of the reference")
    restricted: bool | None = said("Whether it lies beyond 3 SD and counts in distances between 2 SD and 3 SD")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceConstants:
    """The constant of the Mosteller formula."""

    divisor: Decimal = constant(
        "Divisor of height in cm x weight in kg", Decimal(3600), source=_MOSTELLER, certainty=97
    )

    def __post_init__(self) -> None:
        """Refuse a divisor that is not above zero."""
        if self.divisor <= 0:
            raise ConstantRefused("divisor", "divisor must be above zero.")


BODY_MASS_INDEX = Rule(
    id="body-mass-index",
    title="Body mass index",
    version="1",
    source="Weight in kg / (height in m)2",
    unit="kg/m2",
    constants=NoConstants(),
    details=Size,
)
BODY_SURFACE_AREA = Rule(
    id="body-surface-area",
    title="Body surface area (Mosteller)",
    version="1",
    source=_MOSTELLER,
    certainty=97,
    unit="m2",
    constants=SurfaceConstants(),
    details=Size,
)
HEIGHT_Z_SCORE = Rule(
    id="height-z-score",
    title="Height for age (WHO 2007)",
    version="1",
    source=_WHO,
    unit="{z-score}",
    constants=NoConstants(),
    details=ZScore,
)
BMI_Z_SCORE = Rule(
    id="bmi-z-score",
    title="Body mass index for age (WHO 2007)",
    version="1",
    source=_WHO,
    unit="{z-score}",
    constants=NoConstants(),
    details=ZScore,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child's size (cm, kg), sex at birth and age in months; the age may be less by `uncertainty` months."""

    height: Decimal | None = None
    weight: Decimal | None = None
    sex: str | None = None
    age_months: int | None = None
    uncertainty: int = 0


def body_mass_index(
    height: Decimal | None, weight: Decimal | None, rule: Rule[NoConstants] = BODY_MASS_INDEX
) -> Result:
    """Give the body mass index, kg/m2, of a height in cm and a weight in kg."""
    if not height or not weight:
        return _needs(rule, "body mass index", {"height": height, "weight": weight})
    return _sized(rule, height, weight, _ROUNDED.divide(weight * 10000, height * height))


def body_surface_area(
    height: Decimal | None, weight: Decimal | None, rule: Rule[SurfaceConstants] = BODY_SURFACE_AREA
) -> Result:
    """Give the body surface area, m2, of a height in cm and a weight in kg."""
    if not height or not weight:
        return _needs(rule, "body surface area", {"height": height, "weight": weight})
    with localcontext() as context:
        context.prec = 2 * SIGNIFICANT_DIGITS
        root = (height * weight / rule.constants.divisor).sqrt()
    return _sized(rule, height, weight, _ROUNDED.plus(root))


def height_z_score(child: Child, rule: Rule[NoConstants] = HEIGHT_Z_SCORE) -> Result:
    """Give the z-score of height for age."""
    needed = {"height": child.height, "sex": child.sex, "age_months": child.age_months}
    if not child.height or child.sex is None or child.age_months is None:
        return _needs(rule, "height for age", needed)
    return _scored(rule, child, "height", child.height)


def bmi_z_score(child: Child, rule: Rule[NoConstants] = BMI_Z_SCORE) -> Result:
    """Give the z-score of the body mass index for age; the index itself is not rounded first."""
    needed = {"height": child.height, "weight": child.weight, "sex": child.sex, "age_months": child.age_months}
    if not child.height or not child.weight or child.sex is None or child.age_months is None:
        return _needs(rule, "body mass index for age", needed)
    return _scored(rule, child, "body_mass_index", child.weight * 10000 / (child.height * child.height))


def z_score(measured: Decimal, reference: Lms, *, weight_based: bool) -> tuple[Decimal, bool]:
    """The z-score of a measure above zero to 12 digits, and whether it was restricted beyond 3 SD."""
    with localcontext() as context:
        context.prec = 2 * SIGNIFICANT_DIGITS
        z = _plain(measured, reference)
        beyond = weight_based and abs(z) > LIMIT
        return _ROUNDED.plus(_restricted(measured, reference, above=z > 0) if beyond else z), beyond


def _plain(measured: Decimal, reference: Lms) -> Decimal:
    ratio = measured / reference.median
    if not reference.power:
        return ratio.ln() / reference.variation
    return (ratio**reference.power - 1) / (reference.power * reference.variation)


def _restricted(measured: Decimal, reference: Lms, *, above: bool) -> Decimal:
    """Beyond 3 SD: 3 and the distance to 3 SD, in units of that between 2 SD and 3 SD on the same side."""
    sign = 1 if above else -1
    third, second = _at(reference, 3 * sign), _at(reference, 2 * sign)
    return 3 * sign + sign * (measured - third) / (third - second)


def _at(reference: Lms, z: int) -> Decimal:
    """The measure at a z-score."""
    if not reference.power:
        return reference.median * (reference.variation * z).exp()
    return reference.median * (1 + reference.power * reference.variation * z) ** (1 / reference.power)


def _scored(rule: Rule[NoConstants], child: Child, measure: Measure, measured: Decimal) -> Result:
    if child.sex not in SEXES:
        return undecided(rule, "The growth reference is for female and male children only.", "sex")
    reference = lms(measure, child.sex or "", child.age_months or 0)
    if reference is None:
        return undecided(rule, f"The growth reference is for an age of {FIRST_MONTH} to {LAST_MONTH} months.")
    z, restricted = z_score(measured, reference, weight_based=measure == "body_mass_index")
    details = ZScore(
        unrounded=z,
        measured=_ROUNDED.plus(measured),
        age_months=child.age_months,
        age_uncertainty_months=child.uncertainty,
        power=reference.power,
        median=reference.median,
        variation=reference.variation,
        restricted=restricted,
    )
    return Result(rule=rule, value=z.quantize(PLACES), details=details)


def _sized(rule: Rule[NoConstants] | Rule[SurfaceConstants], height: Decimal, weight: Decimal, size: Decimal) -> Result:
    return Result(rule=rule, value=size.quantize(PLACES), details=Size(height=height, weight=weight, unrounded=size))


def _needs(
    rule: Rule[NoConstants] | Rule[SurfaceConstants], name: str, given: Mapping[str, Decimal | str | int | None]
) -> Result:
    missing = tuple(one for one, value in given.items() if value is None)
    return undecided(rule, f"The {name} needs: {', '.join(given)}.", *missing)
