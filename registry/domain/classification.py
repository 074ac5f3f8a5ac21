"""The 2017 EULAR/ACR classification of idiopathic inflammatory myopathy, without and with a muscle biopsy.

Source: domain reference 2.9 (S-IIM, RMD Open Table 1): the weights, and that a biopsy is required where there is neither
heliotrope rash nor Gottron's papules nor Gottron's sign. The probability of a score and the cut-offs of the categories
are [MEM 92%]. A category follows from the cut-offs of the score alone, never from the probability: a score of 5.3 is
possible although its probability is 0.4925.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Literal

from registry.domain.classification_weights import BIOPSY_ITEMS, ITEMS, REFERENCE, SKIN, Constants
from registry.domain.rules import Result, Rule, said, undecided
from registry.domain.three_valued import any_of

PLACES = Decimal("0.0001")
BANDS = ("definite", "probable", "possible")
NOT_A_CASE, INDETERMINATE = "not_a_case", "indeterminate"
_UNTRAPPED = Context(prec=28, traps=[])


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the classification tells besides: the range of the score, and what follows from the lowest one."""

    biopsy_column: bool | None = said("Whether the weights with a biopsy were used")
    score: Decimal | None = said("Score, items that are not known counted as 0: the lowest possible", unit="{score}")
    highest_score: Decimal | None = said("Score, items that are not known counted as present", unit="{score}")
    highest_category: str | None = said("Category of the highest possible score")
    probability: Decimal | None = said("Probability of the score, rounded to 4 decimals")
    case: bool | None = said("Whether the probability of the score, not rounded, is above that of a case")
    trial_inclusion: bool | None = said("Whether the probability of the score, not rounded, is above that of a trial")
    subgroup: Literal["juvenile_dermatomyositis"] | None = said("Subgroup: a case with a DM rash and onset under 18")


CLASSIFICATION = Rule(
    id="classification",
    title="EULAR/ACR 2017 classification of idiopathic inflammatory myopathy",
    version="1",
    source=REFERENCE,
    certainty=92,
    unit="{score}",
    constants=Constants(),
    categories=MappingProxyType(
        {
            "definite": "Definite idiopathic inflammatory myopathy",
            "probable": "Probable idiopathic inflammatory myopathy",
            "possible": "Possible idiopathic inflammatory myopathy",
            NOT_A_CASE: "Score below every cut-off",
            INDETERMINATE: "A sign of the skin is not known, and without any a biopsy is required",
        }
    ),
    details=Details,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """An age in years as far as it is known."""

    youngest: Decimal
    oldest: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The items of the classification; None is not known. The items of a biopsy count only where one was done."""

    upper_limb_weakness: bool | None = None
    lower_limb_weakness: bool | None = None
    neck_flexor_weakness: bool | None = None
    proximal_leg_weakness: bool | None = None
    heliotrope_rash: bool | None = None
    gottron_papules: bool | None = None
    gottron_sign: bool | None = None
    dysphagia: bool | None = None
    anti_jo_1: bool | None = None
    raised_enzymes: bool | None = None
    biopsy_done: bool | None = None
    biopsy_endomysial_infiltrate: bool | None = None
    biopsy_perimysial_infiltrate: bool | None = None
    biopsy_perifascicular_atrophy: bool | None = None
    biopsy_rimmed_vacuoles: bool | None = None
    onset_age: Age | None = None

    @property
    def rash(self) -> bool | None:
        """Whether any of heliotrope rash, Gottron's papules and Gottron's sign is present."""
        return any_of(getattr(self, name) for name in SKIN)


def classification(found: Findings, rule: Rule[Constants] = CLASSIFICATION) -> Result:
    """Classify by the score of the items; items that are not known count 0, and the details tell how high it could be.

    The value is then the lowest score possible; `final` says that the category holds whatever the unknown items are.
    """
    column = _column(rule.constants, biopsy=found.biopsy_done is True)
    scores = _scores(found, column)
    missing = _missing(found, column)
    if not found.rash and not found.biopsy_done:
        return _without_rash(
            rule, found, missing, Details(biopsy_column=False, score=scores[0], highest_score=scores[1])
        )
    category = _band(scores[0], column)
    final = _certain(found, rule.constants)
    return Result(
        rule=rule,
        value=scores[0],
        category=category,
        missing=missing,
        final=final,
        reason=_reason(missing, final=final),
        details=_details(found, column, scores, rule.constants),
    )


@dataclass(frozen=True, slots=True)
class _Column:
    """The weights, cut-offs and midpoint without or with a biopsy, and the ages at onset that weigh."""

    biopsy: bool
    weights: Mapping[str, Decimal]
    cut_offs: Mapping[str, Decimal]
    midpoint: Decimal
    ages: tuple[tuple[Decimal, str], ...]


def _column(constants: Constants, *, biopsy: bool) -> _Column:
    ages = ((constants.older_from, "onset_from_40"), (constants.adult_from, "onset_from_18"))
    if biopsy:
        weights, cut_offs = constants.weights_with_biopsy, constants.cut_offs_with_biopsy
        return _Column(True, weights, cut_offs, constants.midpoint_with_biopsy, ages)
    weights, cut_offs = constants.weights_without_biopsy, constants.cut_offs_without_biopsy
    return _Column(False, weights, cut_offs, constants.midpoint_without_biopsy, ages)


def _scores(found: Findings, column: _Column) -> tuple[Decimal, Decimal]:
    """The score of what is known to be present, and with everything that is not known present too."""
    findings = {name: getattr(found, name) for name in _items(column)}
    known = sum((column.weights[name] for name, finding in findings.items() if finding), Decimal(0))
    unknown = sum((column.weights[name] for name, finding in findings.items() if finding is None), Decimal(0))
    least, most = _of_age(found.onset_age, column)
    return known + least, known + unknown + most


def _items(column: _Column) -> tuple[str, ...]:
    return (*ITEMS, *BIOPSY_ITEMS) if column.biopsy else ITEMS


def _of_age(age: Age | None, column: _Column) -> tuple[Decimal, Decimal]:
    if age is None:
        return Decimal(0), max(column.weights[name] for _, name in column.ages)
    return _weight_at(age.youngest, column), _weight_at(age.oldest, column)


def _weight_at(years: Decimal, column: _Column) -> Decimal:
    return next((column.weights[name] for start, name in column.ages if years >= start), Decimal(0))


def _missing(found: Findings, column: _Column) -> tuple[str, ...]:
    unknown = [name for name in ("biopsy_done", *_items(column)) if getattr(found, name) is None]
    least, most = _of_age(found.onset_age, column)
    return (*unknown, "onset_age") if least != most else tuple(unknown)


def _band(score: Decimal, column: _Column) -> str:
    return next((band for band in BANDS if score >= column.cut_offs[band]), NOT_A_CASE)


def _certain(found: Findings, constants: Constants) -> bool:
    """Whether the category is the same however the items that are not known turn out, a biopsy among them."""
    possible = (False, True) if found.biopsy_done is None else (found.biopsy_done,)
    columns = [_column(constants, biopsy=biopsy) for biopsy in possible]
    return len({_band(score, column) for column in columns for score in _scores(found, column)}) == 1


def _reason(missing: tuple[str, ...], *, final: bool) -> str | None:
    if not missing:
        return None
    if final:
        return "The category is certain, the score is not: some items of the EULAR/ACR classification are not known."
    return "Items of the EULAR/ACR classification that are not known count 0; known, they could change the category."


def _without_rash(rule: Rule[Constants], found: Findings, missing: tuple[str, ...], details: Details) -> Result:
    if found.rash is None:
        reason = "Without a sign of the skin the EULAR/ACR classification requires a biopsy, and one sign is not known."
        return Result(rule=rule, category=INDETERMINATE, missing=missing, final=False, reason=reason, details=details)
    reason = (
        "The EULAR/ACR classification requires a muscle biopsy where there is neither heliotrope rash nor Gottron's "
        "papules nor Gottron's sign; none is recorded as done."
    )
    return undecided(rule, reason, *missing, details=details)


def _details(found: Findings, column: _Column, scores: tuple[Decimal, Decimal], constants: Constants) -> Details:
    probability = _probability(scores[0], column)
    case = probability > constants.case_above
    young = found.onset_age is not None and found.onset_age.oldest < constants.adult_from
    return Details(
        biopsy_column=column.biopsy,
        score=scores[0],
        highest_score=scores[1],
        highest_category=_band(scores[1], column),
        probability=probability.quantize(PLACES),
        case=case,
        trial_inclusion=probability > constants.trial_inclusion_above,
        subgroup="juvenile_dermatomyositis" if case and young and found.rash else None,
    )


def _probability(score: Decimal, column: _Column) -> Decimal:
    """1 / (1 + exp(midpoint - score)); a score far off gives 0 or 1, never an error."""
    odds_against = _UNTRAPPED.exp(column.midpoint - score)
    return _UNTRAPPED.divide(Decimal(1), 1 + odds_against)
