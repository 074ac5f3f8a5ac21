"""Skin disease: CDASI v2 by site, DAS, abbreviated CAT, and nailfold capillary density."""

from registry.domain import items
from registry.domain.deidentification import Action
from registry.domain.vocabulary import NAILFOLD_PATTERNS
from registry.schemas.base import Form
from registry.schemas.fields import Choice, Exact, ListOf, Whole, YesNo, about
from registry.schemas.instruments import fields_of


class SkinDisease(Form):
    """Skin activity and damage; periungual capillaries are kept as density a finger and their mean."""

    cdasi_activity_total = Whole(
        0,
        100,
        metadata=about("CDASI v2 activity", unit="{score}", higher="worse", sdtm="RS.CDASIA", deidentify=Action.NUMBER),
    )
    cdasi_damage_total = Whole(
        0,
        32,
        metadata=about("CDASI v2 damage", unit="{score}", higher="worse", sdtm="RS.CDASID", deidentify=Action.NUMBER),
    )
    das_skin_total = Whole(
        0, 9, metadata=about("DAS skin", unit="{score}", higher="worse", sdtm="RS.DASSKIN", deidentify=Action.NUMBER)
    )
    das_muscle_total = Whole(
        0, 11, metadata=about("DAS muscle", unit="{score}", higher="worse", sdtm="RS.DASMUSC", deidentify=Action.NUMBER)
    )
    das_total = Whole(
        0, 20, metadata=about("DAS total", unit="{score}", higher="worse", sdtm="RS.DASTOT", deidentify=Action.NUMBER)
    )
    nailfold_density = Exact(
        0,
        30,
        places=2,
        metadata=about(
            "End-row-loop density, mean of eight fingers",
            unit="/mm",
            higher="better",
            sdtm="RS.NFCERL",
            deidentify=Action.NUMBER,
        ),
    )
    nailfold_patterns = ListOf(
        Choice(NAILFOLD_PATTERNS),
        len(NAILFOLD_PATTERNS),
        distinct=True,
        allow_none=True,
        metadata=about("Capillary patterns seen", deidentify=Action.CODE),
    )
    nailfold_haemorrhage = YesNo(metadata=about("Nailfold haemorrhage seen", deidentify=Action.CODE))

    class Meta(Form.Meta):
        """The items of CDASI, DAS, abbreviated CAT (its two totals) and of each finger."""

        include = fields_of(
            (
                *items.CDASI_ACTIVITY_ITEMS,
                *items.CDASI_DAMAGE_ITEMS,
                *items.DAS_SKIN_ITEMS,
                *items.DAS_MUSCLE_ITEMS,
            ),
            summed=True,
        )
        include |= fields_of(items.ACAT_ITEMS) | fields_of(items.NAILFOLD_ITEMS, unit="/mm", high=30, summed=True)
