"""Calculate the severity of damage by the Myositis Damage Index."""

from typing import Any

from registry.domain import items
from registry.domain.damage import MDI_SEVERITY, mdi_severity, read_mdi_severity
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.recorded import of_form, refuse_broken
from registry.schemas.damage import Damage


class MdiSeverityInput(Taken):
    """Eleven organ scales, or their sum."""

    class Meta(Taken.Meta):
        """The scales and the total."""

        include = of_form(Damage, *items.fields(items.MDI_SEVERITY_ITEMS), items.MDI_SEVERITY_TOTAL)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    refuse_broken(read_mdi_severity(body))
    return mdi_severity(body, rule)


CALCULATION = Calculation(
    "mdi-severity",
    (MDI_SEVERITY,),
    MdiSeverityInput,
    _calculate,
    (
        Example(
            "Domain reference 1.1: eleven scales of 10",
            {item.field: 10 for item in items.MDI_SEVERITY_ITEMS},
            value="110",
        ),
    ),
)
