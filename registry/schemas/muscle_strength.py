"""Muscle strength: MMT8 by muscle and side, MMT26 by group, and the Childhood Myositis Assessment Scale (CMAS)."""

from registry.domain import items
from registry.domain.deidentification import Action
from registry.domain.vocabulary import BODY_SIDES
from registry.schemas.base import Form
from registry.schemas.fields import Choice, OneOfNumbers, Whole, about
from registry.schemas.instruments import fields_of


class MuscleStrength(Form):
    """Items and totals of MMT8, MMT26 and CMAS; the maximum of the version used is kept with each total, never assumed."""

    mmt8_maximum = OneOfNumbers(
        (items.MMT8_UNILATERAL_MAXIMUM, items.MMT8_BILATERAL_MAXIMUM),
        metadata=about(
            "Maximum of the MMT8 version used: 80 one side, 150 both sides", unit="{score}", deidentify=Action.CODE
        ),
    )
    mmt8_side = Choice(
        BODY_SIDES,
        metadata=about(
            "Side tested on the 80 scale: left only where the right cannot be tested", deidentify=Action.CODE
        ),
    )
    mmt8_total = Whole(
        0,
        150,
        metadata=about(
            "MMT8 total",
            unit="{score}",
            higher="better",
            sdtm="MK.MMT8TOT",
            deidentify=Action.NUMBER,
            group=("mmt8_maximum",),
        ),
    )
    cmas_maximum = OneOfNumbers(
        (items.CMAS_FULL_MAXIMUM, items.CMAS_YOUNG_CHILD_MAXIMUM),
        metadata=about(
            "Maximum of the CMAS version used; some centres score young children out of 49",
            unit="{score}",
            deidentify=Action.CODE,
        ),
    )
    cmas_total = Whole(
        0,
        52,
        metadata=about(
            "CMAS total",
            unit="{score}",
            higher="better",
            sdtm="FT.CMASTOT",
            deidentify=Action.NUMBER,
            group=("cmas_maximum",),
        ),
    )
    mmt26_total = Whole(
        0,
        items.MMT26_MAXIMUM,
        metadata=about(
            "MMT26 total, out of 260", unit="{score}", higher="better", sdtm="MK.MMT26TOT", deidentify=Action.NUMBER
        ),
    )

    class Meta(Form.Meta):
        """The items of the instruments, and the groups of the MMT26."""

        include = fields_of((*items.MMT8_ITEMS, *items.CMAS_ITEMS, *items.MMT26_PARTS), summed=True)
