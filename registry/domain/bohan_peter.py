"""The criteria of Bohan and Peter for dermatomyositis.

Source: domain reference 2.10, [MEM 97%]: of five criteria (symmetric proximal weakness, biopsy, raised enzymes,
electromyography, rash), dermatomyositis is definite with the rash and three others, probable with the rash and two,
possible with the rash and one.
"""

from dataclasses import dataclass
from types import MappingProxyType

from registry.domain.rules import Result, Rule, ascending, constant, said

_REFERENCE = "Domain reference 2.10 (Bohan and Peter)"
OTHERS = ("proximal_weakness", "biopsy", "raised_enzymes", "electromyography")
NOT_MET, INDETERMINATE = "not_met", "indeterminate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """How many criteria besides the rash each category asks for."""

    definite: int = constant("Criteria besides the rash: definite", 3, source=_REFERENCE, certainty=97, high=4)
    probable: int = constant("Criteria besides the rash: probable", 2, source=_REFERENCE, certainty=97, high=4)
    possible: int = constant("Criteria besides the rash: possible", 1, source=_REFERENCE, certainty=97, high=4)

    def __post_init__(self) -> None:
        """Refuse categories that do not ask for more, the surer they are."""
        ascending(self, "possible", "probable", "definite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the criteria tell besides: how many are met, and the range of the category."""

    rash: bool | None = said("Whether the rash of dermatomyositis is present")
    met: int | None = said("Criteria besides the rash known to be met", unit="{count}")
    highest_met: int | None = said("The same with every criterion met that is not known", unit="{count}")
    lowest_category: str | None = said("Category if nothing that is not known is met")
    highest_category: str | None = said("Category if everything that is not known is met")


BOHAN_PETER = Rule(
    id="bohan-peter",
    title="Dermatomyositis by the criteria of Bohan and Peter",
    version="1",
    source=_REFERENCE,
    certainty=97,
    constants=Constants(),
    categories=MappingProxyType(
        {
            "definite": "Definite dermatomyositis",
            "probable": "Probable dermatomyositis",
            "possible": "Possible dermatomyositis",
            NOT_MET: "The criteria for dermatomyositis are not met",
            INDETERMINATE: "What is not known decides",
        }
    ),
    details=Details,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The five criteria; None is not known, or not done."""

    proximal_weakness: bool | None = None
    biopsy: bool | None = None
    raised_enzymes: bool | None = None
    electromyography: bool | None = None
    rash: bool | None = None


def bohan_peter(criteria: Criteria, rule: Rule[Constants] = BOHAN_PETER) -> Result:
    """Give the category where it is certain, else indeterminate with its range."""
    others = tuple(getattr(criteria, name) for name in OTHERS)
    met, highest = others.count(True), len(others) - others.count(False)
    lowest_category = _category(met, rule.constants, rash=criteria.rash is True)
    highest_category = _category(highest, rule.constants, rash=criteria.rash is not False)
    certain = lowest_category == highest_category
    return Result(
        rule=rule,
        category=lowest_category if certain else INDETERMINATE,
        missing=tuple(name for name in ("rash", *OTHERS) if getattr(criteria, name) is None),
        final=certain,
        reason=None if certain else "Criteria of Bohan and Peter that are not known, or not done, decide the category.",
        details=Details(
            rash=criteria.rash,
            met=met,
            highest_met=highest,
            lowest_category=lowest_category,
            highest_category=highest_category,
        ),
    )


def _category(met: int, constants: Constants, *, rash: bool) -> str:
    needed = {"definite": constants.definite, "probable": constants.probable, "possible": constants.possible}
    return next((name for name, least in needed.items() if rash and met >= least), NOT_MET)
