"""Function and quality of life: CHAQ by domain, CHQ physical summary, PROMIS T-scores; licensed wordings are not kept."""

from registry.domain import items
from registry.domain.deidentification import Action
from registry.domain.vocabulary import PATIENT_GLOBAL_RATERS
from registry.schemas.base import Form
from registry.schemas.fields import Choice, Exact, Text, about
from registry.schemas.instruments import fields_of


class Functioning(Form):
    """Scores of questionnaires as the child or a parent answered them."""

    chaq_index = Exact(
        0,
        3,
        places=3,
        metadata=about(
            "CHAQ disability index", unit="{score}", higher="worse", sdtm="QS.CHAQIDX", deidentify=Action.NUMBER
        ),
    )
    chaq_rater = Choice(PATIENT_GLOBAL_RATERS, metadata=about("Who answered the CHAQ", deidentify=Action.CODE))
    chq_physical_summary = Exact(
        0,
        100,
        places=1,
        metadata=about(
            "CHQ-PF50 physical summary score, T-score",
            unit="{Tscore}",
            higher="better",
            sdtm="QS.CHQPHS",
            deidentify=Action.NUMBER,
        ),
    )
    promis_version = Text(40, metadata=about("Version of the PROMIS look-up table used", free_text=True))
    promis_rater = Choice(
        PATIENT_GLOBAL_RATERS, metadata=about("Who answered the PROMIS measures", deidentify=Action.CODE)
    )

    class Meta(Form.Meta):
        """The domains of the CHAQ with their aids, and the PROMIS measures."""

        include = fields_of((*items.CHAQ_DOMAINS, *items.CHAQ_AIDS), summed=True) | fields_of(
            items.PROMIS_ITEMS, unit="{Tscore}"
        )
