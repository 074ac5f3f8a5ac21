"""Global assessments of disease activity, pain and damage, and the organ scales of the MDAAT (IMACS, PRINTO)."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from registry.domain.deidentification import Action
from registry.domain.items import MDAAT_ORGANS
from registry.domain.vocabulary import PATIENT_GLOBAL_RATERS, PATIENT_GLOBAL_WORDINGS
from registry.schemas.base import Form
from registry.schemas.fields import Choice, about
from registry.schemas.instruments import fields_of, vas
from registry.schemas.sentences import Sentence, broken

SCALES = {"vas": "10 cm visual analogue scale, 0 to 10", "likert": "Likert, 0 inactive to 4 extremely severe"}
LIKERT_MAXIMUM = 4
"""Rider 2011, Table 1: 0 inactive, 1 mild, 2 moderate, 3 severe, 4 extremely severe."""


SAID_WITH = {
    "physician_global_activity": ("physician_global_scale",),
    "patient_global_activity": ("patient_global_scale", "patient_global_wording"),
}
"""What must be said with a global assessment, so that scales and questions are never mixed (Rider 2011; IMACS, PRINTO)."""


class DiseaseActivity(Form):
    """Global assessments; the visual analogue and the Likert scale are never mixed, so each says which it is."""

    physician_global_activity = vas(
        "Physician's global assessment of disease activity", sdtm="RS.PHYGLB", group=("physician_global_scale",)
    )
    physician_global_scale = Choice(
        SCALES, metadata=about("Scale of the physician's global activity", deidentify=Action.CODE)
    )
    patient_global_activity = vas(
        "Patient's or parent's global assessment", sdtm="QS.PATGLB", group=("patient_global_scale",)
    )
    patient_global_scale = Choice(
        SCALES, metadata=about("Scale of the patient's or parent's global assessment", deidentify=Action.CODE)
    )
    patient_global_wording = Choice(
        PATIENT_GLOBAL_WORDINGS,
        metadata=about("Which question the patient or parent was asked", deidentify=Action.CODE),
    )
    patient_global_rater = Choice(
        PATIENT_GLOBAL_RATERS, metadata=about("Who answered the global assessment", deidentify=Action.CODE)
    )
    extramuscular_global_activity = vas("Extramuscular global assessment (MDAAT)", sdtm="RS.EXMGLB")
    pain = vas("Pain", sdtm="QS.PAIN")
    pain_rater = Choice(PATIENT_GLOBAL_RATERS, metadata=about("Who rated the pain", deidentify=Action.CODE))
    physician_global_damage = vas("Physician's global assessment of damage", sdtm="RS.PHYDMG")

    class Meta(Form.Meta):
        """The organ scales of the MDAAT; muscle and cutaneous are the muscle and the skin scale."""

        include = fields_of(MDAAT_ORGANS, unit="cm")

    @validates_schema(skip_on_field_errors=True)
    def value_says_its_scale(self, form: dict[str, Any], **_: Any) -> None:
        """A global assessment says its scale, and the patient's also which question was asked."""
        absent = [
            said
            for value, names in SAID_WITH.items()
            for said in names
            if form.get(value) is not None and form.get(said) is None
        ]
        if absent:
            raise ValidationError({name: [Sentence("required", "A global assessment needs this.")] for name in absent})

    @validates_schema(skip_on_field_errors=True)
    def likert_is_zero_to_four(self, form: dict[str, Any], **_: Any) -> None:
        """On the Likert scale a global assessment is a whole number from 0 to 4."""
        for rater in ("physician", "patient"):
            value, scale = form.get(f"{rater}_global_activity"), form.get(f"{rater}_global_scale")
            if scale == "likert" and value is not None and (value > LIKERT_MAXIMUM or value != int(value)):
                raise broken(
                    "not_on_likert_scale",
                    "On the Likert scale the value must be a whole number from 0 to 4.",
                    f"{rater}_global_activity",
                )
