"""Organ involvement: calcinosis, lung, swallowing, gut, heart, joints, ulceration, and what tells of a high risk."""

from registry.domain.deidentification import Action
from registry.domain.vocabulary import CALCINOSIS_TYPES, HRCT_FINDINGS
from registry.schemas.base import Form
from registry.schemas.fields import Choice, Exact, ListOf, Whole, YesNo, about
from registry.schemas.instruments import vas

BODY_SITES = {
    "head_neck": "Head and neck",
    "trunk": "Trunk",
    "upper_limb": "Upper limb",
    "elbow": "Elbow",
    "hand": "Hand",
    "buttock": "Buttock",
    "lower_limb": "Lower limb",
    "knee": "Knee",
    "foot": "Foot",
}
ILD_STATES = {"absent": "No interstitial lung disease", "suspected": "Suspected", "present": "Present"}
LUNG_REFERENCES = {
    "gli_2012": "GLI-2012 (spirometry)",
    "gli_2017": "GLI-2017 (transfer factor)",
    "gli_2020": "GLI-2020 (transfer factor)",
    "other": "Other",
}
DYSPHAGIA = {"none": "None", "mild": "Mild", "moderate_severe": "Moderate to severe"}
ARTHRITIS = {"none": "None", "mild": "Mild", "moderate": "Moderate", "severe": "Severe"}


class OrganInvolvement(Form):
    """What organs beyond muscle and rash are involved at this visit (MDAAT and MDI terms)."""

    calcinosis = YesNo(metadata=about("Calcinosis present", deidentify=Action.CODE))
    calcinosis_lesions = Whole(
        0, 500, metadata=about("Number of calcinosis lesions", unit="{count}", deidentify=Action.NUMBER)
    )
    calcinosis_types = ListOf(
        Choice(CALCINOSIS_TYPES),
        4,
        distinct=True,
        allow_none=True,
        metadata=about("Types of calcinosis", deidentify=Action.CODE),
    )
    calcinosis_sites = ListOf(
        Choice(BODY_SITES),
        9,
        distinct=True,
        allow_none=True,
        metadata=about("Sites of calcinosis", deidentify=Action.CODE),
    )
    calcinosis_largest = Exact(
        0, 500, places=1, metadata=about("Largest diameter of a calcinosis lesion", unit="mm", deidentify=Action.NUMBER)
    )
    calcinosis_activity = vas("Calcinosis activity")
    calcinosis_damage = vas("Calcinosis damage")
    calcinosis_limits_function = YesNo(metadata=about("Calcinosis limits function", deidentify=Action.CODE))
    interstitial_lung_disease = Choice(ILD_STATES, metadata=about("Interstitial lung disease", deidentify=Action.CODE))
    hrct_findings = ListOf(
        Choice(HRCT_FINDINGS),
        4,
        distinct=True,
        allow_none=True,
        metadata=about("Findings of high-resolution CT", deidentify=Action.CODE),
    )
    hrct_extent = Whole(
        0, 100, metadata=about("Extent of lung disease on high-resolution CT", unit="%", deidentify=Action.NUMBER)
    )
    fvc = Exact(
        0,
        10,
        places=2,
        metadata=about(
            "Forced vital capacity",
            unit="L",
            sdtm="RE.FVC",
            loinc="19868-9",
            deidentify=Action.NUMBER,
            inside=True,  # beside the per cent of predicted, and the height, it would tell the age
        ),
    )
    fvc_percent_predicted = Exact(
        0,
        250,
        places=1,
        metadata=about(
            "Forced vital capacity, per cent of predicted", unit="%", sdtm="RE.FVCPP", deidentify=Action.NUMBER
        ),
    )
    dlco_percent_predicted = Exact(
        0,
        250,
        places=1,
        metadata=about(
            "Diffusing capacity for CO, per cent of predicted", unit="%", sdtm="RE.DLCOPP", deidentify=Action.NUMBER
        ),
    )
    lung_function_reference = Choice(
        LUNG_REFERENCES, metadata=about("Reference equations of the lung function", deidentify=Action.CODE)
    )
    dysphagia = Choice(DYSPHAGIA, metadata=about("Dysphagia", deidentify=Action.CODE))
    dysphonia = Choice(DYSPHAGIA, metadata=about("Dysphonia", deidentify=Action.CODE))
    abdominal_pain = Choice(ARTHRITIS, metadata=about("Abdominal pain from myositis", deidentify=Action.CODE))
    gastrointestinal_bleeding = YesNo(metadata=about("Gastrointestinal bleeding or ulceration", deidentify=Action.CODE))
    gastrointestinal_vasculopathy = YesNo(
        metadata=about("Gastrointestinal vasculopathy or perforation", deidentify=Action.CODE)
    )
    pericarditis = YesNo(metadata=about("Pericarditis", deidentify=Action.CODE))
    myocarditis = YesNo(metadata=about("Myocarditis", deidentify=Action.CODE))
    arrhythmia = YesNo(metadata=about("Arrhythmia, sinus tachycardia excepted", deidentify=Action.CODE))
    arthritis = Choice(ARTHRITIS, metadata=about("Arthritis", deidentify=Action.CODE))
    active_joints = Whole(
        0, 80, metadata=about("Number of joints with active arthritis", unit="{count}", deidentify=Action.NUMBER)
    )
    contractures = YesNo(metadata=about("Joint contractures", deidentify=Action.CODE))
    skin_ulceration = YesNo(metadata=about("Cutaneous ulceration", deidentify=Action.CODE))
    skin_ulcers = Whole(0, 100, metadata=about("Number of skin ulcers", unit="{count}", deidentify=Action.NUMBER))
    bed_bound = YesNo(metadata=about("Bed-bound", deidentify=Action.CODE))
    aspiration = YesNo(metadata=about("Aspiration", deidentify=Action.CODE))
    central_nervous_system = YesNo(metadata=about("Central nervous system involved", deidentify=Action.CODE))
    intensive_care = YesNo(metadata=about("In intensive care because of the disease", deidentify=Action.CODE))
