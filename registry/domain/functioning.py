"""Function: the disability index of the Childhood Health Assessment Questionnaire (CHAQ).

Source: domain reference 1.4 [MEM 95%]. The index is the exact mean of the domains scored: steps of 0.125 where all eight
are, finer where a domain does not apply. A mean that does not end is given to 12 decimals. An aid that is not said is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from registry.domain import items, sums
from registry.domain.instruments import Details, Reading, reading, total_of
from registry.domain.rules import Result, Rule, constant, said
from registry.domain.sums import ChaqRule, Contradiction, Total, Values

_REFERENCE = "Domain reference 1.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaqConstants:
    """How domains make the index."""

    minimum_domains: int = constant(
        "Fewest domains that make an index", sums.CHAQ_RULE.minimum_domains, source=_REFERENCE, certainty=95, high=8
    )
    level_with_aid: int = constant(
        "Score to which an aid, device or help lifts a domain",
        sums.CHAQ_RULE.level_with_aid,
        source=_REFERENCE,
        certainty=95,
        high=3,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaqDetails(Details):
    """What a CHAQ index rests on."""

    domains: int | None = said("Domains scored, of eight")


CHAQ = Rule(
    id="chaq",
    title="Childhood Health Assessment Questionnaire, disability index (CHAQ)",
    version="1",
    source=_REFERENCE,
    certainty=95,
    unit="{score}",
    constants=ChaqConstants(),
    details=ChaqDetails,
)


def read_chaq(values: Values, rule: Rule[ChaqConstants] = CHAQ) -> Reading:
    """Read the CHAQ by the constants of a rule."""
    total = chaq_total(rule)
    return reading(total, values, _contradiction(total, values, rule), items.CHAQ_MAXIMUM)


def chaq(values: Values, rule: Rule[ChaqConstants] = CHAQ) -> Result:
    """Give the CHAQ index, 0 to 3; final once every domain is scored or said not to apply."""
    found = read_chaq(values, rule)
    result = total_of(rule, found, ChaqDetails(**found.rests_on, domains=len(found.expected.given) or None))
    unscored = _unscored(values, found)
    if result.value is None or not unscored:
        return result
    reason = "The CHAQ index is the mean of the domains scored; a domain that is missing could change it."
    return replace(result, final=False, missing=unscored, reason=reason)


def _unscored(values: Values, found: Reading) -> tuple[str, ...]:
    """The domains that are missing and not said to be not applicable; none where the index was stated alone."""
    reasons = values.get("missing")
    said_why = reasons if isinstance(reasons, Mapping) else {}
    if not found.expected.given:
        return ()
    absent = (field for field in items.fields(items.CHAQ_DOMAINS) if field not in found.expected.given)
    return tuple(field for field in absent if said_why.get(field) != "not_applicable")


def chaq_total(rule: Rule[ChaqConstants]) -> Total:
    """Give how the domains make the index, by the constants in force."""
    shipped = sums.TOTALS[items.CHAQ_INDEX]
    if not rule.overridden:
        return shipped
    fewest, level = rule.constants.minimum_domains, rule.constants.level_with_aid
    own = ChaqRule(minimum_domains=fewest, level_with_aid=level)
    words = f"the mean of at least {fewest} domains, each at least {level} where an aid or help is used"
    return replace(shipped, rule=words, expect=lambda values: sums.chaq(values, own))


def _contradiction(total: Total, values: Values, rule: Rule[ChaqConstants]) -> Contradiction | None:
    """Compare the stated index with its domains, by the study's constants where it has its own."""
    if not rule.overridden:
        return sums.contradiction(total.field, values)
    stated, expected = values.get(total.field), total.expect(values)
    if not isinstance(stated, int | Decimal) or not expected.given:
        return None
    if expected.total is not None and abs(Decimal(stated) - expected.total) <= total.tolerance:
        return None
    return Contradiction(total.field, f"The {total.words} ({total.field}) must be {total.rule}.", expected.missing)
