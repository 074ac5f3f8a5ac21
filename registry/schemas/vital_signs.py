"""Vital signs and growth at a visit."""

from registry.domain.deidentification import Action
from registry.schemas.base import Form
from registry.schemas.fields import Choice, Exact, Whole, about

HEIGHT_POSITIONS = {"standing": "Standing height", "lying": "Length, lying"}


class VitalSigns(Form):
    """Growth and vital signs: they give the dose per kilogram, the body surface and the growth of the child."""

    height = Exact(
        30,
        230,
        places=1,
        metadata=about("Height", unit="cm", sdtm="VS.HEIGHT", loinc="8302-2", deidentify=Action.NUMBER),
    )
    height_position = Choice(HEIGHT_POSITIONS, metadata=about("How the height was measured", deidentify=Action.CODE))
    weight = Exact(
        1,
        250,
        places=2,
        metadata=about("Weight", unit="kg", sdtm="VS.WEIGHT", loinc="29463-7", deidentify=Action.NUMBER),
    )
    systolic_blood_pressure = Whole(
        30,
        260,
        metadata=about(
            "Systolic blood pressure", unit="mm[Hg]", sdtm="VS.SYSBP", loinc="8480-6", deidentify=Action.NUMBER
        ),
    )
    diastolic_blood_pressure = Whole(
        10,
        180,
        metadata=about(
            "Diastolic blood pressure", unit="mm[Hg]", sdtm="VS.DIABP", loinc="8462-4", deidentify=Action.NUMBER
        ),
    )
    heart_rate = Whole(
        20, 300, metadata=about("Heart rate", unit="/min", sdtm="VS.HR", loinc="8867-4", deidentify=Action.NUMBER)
    )
    respiratory_rate = Whole(
        5,
        120,
        metadata=about("Respiratory rate", unit="/min", sdtm="VS.RESP", loinc="9279-1", deidentify=Action.NUMBER),
    )
    temperature = Exact(
        30,
        44,
        places=1,
        metadata=about("Body temperature", unit="Cel", sdtm="VS.TEMP", loinc="8310-5", deidentify=Action.NUMBER),
    )
    oxygen_saturation = Whole(
        30,
        100,
        metadata=about(
            "Oxygen saturation by pulse oximetry", unit="%", sdtm="VS.OXYSAT", loinc="59408-5", deidentify=Action.NUMBER
        ),
    )
