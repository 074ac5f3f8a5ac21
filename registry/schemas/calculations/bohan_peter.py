"""Tell dermatomyositis by the criteria of Bohan and Peter."""

from typing import Any

from registry.domain.bohan_peter import BOHAN_PETER, OTHERS, Criteria, bohan_peter
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import YesNo, about


class BohanPeterInput(Taken):
    """The five criteria, each true, false, or null where it is not known or was not done."""

    rash = YesNo(
        metadata=about("Rash of dermatomyositis: heliotrope, Gottron's papules or Gottron's sign", example=True)
    )
    proximal_weakness = YesNo(metadata=about("Symmetric proximal weakness", example=True))
    biopsy = YesNo(metadata=about("Muscle biopsy read as myositis"))
    raised_enzymes = YesNo(metadata=about("Raised muscle enzymes", example=True))
    electromyography = YesNo(metadata=about("Electromyography with myopathic changes"))


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return bohan_peter(Criteria(**{name: body.get(name) for name in ("rash", *OTHERS)}), rule)


_NONE = dict.fromkeys(("rash", *OTHERS), False)
_SOURCE = "Domain reference 2.10: rash and "

CALCULATION = Calculation(
    "bohan-peter",
    (BOHAN_PETER,),
    BohanPeterInput,
    _calculate,
    (
        Example(
            f"{_SOURCE}two others",
            _NONE | {"rash": True, "proximal_weakness": True, "raised_enzymes": True},
            category="probable",
        ),
        Example(
            f"{_SOURCE}three others, one not done",
            {"rash": True, "proximal_weakness": True, "raised_enzymes": True, "biopsy": True, "electromyography": None},
            category="definite",
        ),
    ),
)
