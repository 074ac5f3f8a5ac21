"""Calculate the disability index of the CHAQ."""

from typing import Any

from registry.domain import items
from registry.domain.functioning import CHAQ, chaq, read_chaq
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.recorded import of_form, refuse_broken
from registry.schemas.functioning import Functioning


class ChaqInput(Taken):
    """The eight domains with their aids, or the index."""

    class Meta(Taken.Meta):
        """The domains, the aids and the index."""

        include = of_form(Functioning, *items.fields((*items.CHAQ_DOMAINS, *items.CHAQ_AIDS)), items.CHAQ_INDEX)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    refuse_broken(read_chaq(body, rule))
    return chaq(body, rule)


_NONE = {item.field: 0 for item in items.CHAQ_DOMAINS}

CALCULATION = Calculation(
    "chaq",
    (CHAQ,),
    ChaqInput,
    _calculate,
    (
        Example("Domain reference 1.4: some difficulty in one domain", {**_NONE, "chaq_walking": 1}, value="0.125"),
        Example("Domain reference 1.4: an aid lifts a domain to 2", {**_NONE, "chaq_walking_aid": True}, value="0.25"),
    ),
)
