"""Damage: the Myositis Damage Index (MDI), its extent and its severity by organ."""

from registry.domain import items
from registry.domain.deidentification import Action
from registry.schemas.base import Form
from registry.schemas.fields import Exact, OneOfNumbers, Whole, about
from registry.schemas.instruments import fields_of


class Damage(Form):
    """MDI extent with the maximum of the version used, and severity as eleven organ scales and their sum."""

    mdi_extent_total = Whole(
        0,
        40,
        metadata=about(
            "MDI extent of damage",
            unit="{score}",
            higher="worse",
            sdtm="RS.MDIEXT",
            deidentify=Action.NUMBER,
            group=("mdi_extent_maximum",),
        ),
    )
    mdi_extent_maximum = OneOfNumbers(
        (38, 40),
        metadata=about(
            "Maximum of the MDI extent used: 38 in children, 40 in other versions",
            unit="{score}",
            deidentify=Action.CODE,
        ),
    )
    mdi_severity_total = Exact(
        0,
        110,
        places=1,
        metadata=about(
            "MDI severity of damage, sum of eleven scales",
            unit="cm",
            higher="worse",
            sdtm="RS.MDISEV",
            deidentify=Action.NUMBER,
        ),
    )

    class Meta(Form.Meta):
        """The eleven organ scales."""

        include = fields_of(items.MDI_SEVERITY_ITEMS, unit="cm", summed=True)
