"""The causality of one drug for an adverse event, as the investigator judges it, and what was done with the drug (WHO-UMC, E2B)."""

from __future__ import annotations

from registry.domain import vocabulary as words
from registry.domain.deidentification import Action
from registry.domain.medications import MEDICATIONS
from registry.schemas.base import Record
from registry.schemas.doses import DRUGS
from registry.schemas.fields import Choice, about

STUDY_PRODUCT = {"study_product": "Study product of a blinded study, whatever it is"}
SUSPECTS = DRUGS | {code: medication.name for code, medication in MEDICATIONS.items()} | STUDY_PRODUCT


class DrugCausality(Record):
    """Whether one drug caused the event, what was done with it, and what that showed."""

    drug = Choice(SUSPECTS, required=True, metadata=about("Drug", example="baricitinib", deidentify=Action.TREATMENT))
    causality = Choice(
        words.CAUSALITY_WHO_UMC,
        required=True,
        metadata=about(
            "Causality by the investigator (WHO-UMC)", sdtm="AE.AEREL", example="possible", deidentify=Action.TREATMENT
        ),
    )
    action_taken = Choice(
        words.ACTIONS_TAKEN,
        metadata=about("Action taken with the drug (E2B)", sdtm="AE.AEACN", deidentify=Action.TREATMENT),
    )
    dechallenge = Choice(
        words.CHALLENGE_RESULTS,
        metadata=about("Whether the event abated when the drug was stopped", deidentify=Action.TREATMENT),
    )
    rechallenge = Choice(
        words.CHALLENGE_RESULTS,
        metadata=about("Whether the event came back when the drug was taken again", deidentify=Action.TREATMENT),
    )
