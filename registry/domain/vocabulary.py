"""The closed lists of codes that records use, each code with its words.

Sources: domain reference 1.9 (core sets), 5 (reasons, adherence), 6 (adverse events: ICH E2A and E2B, WHO-UMC, CTCAE) and
7 (indications and access barriers of the Sherman 2025 survey, courses and registries); SDTM CT 2025-03-28 for outcomes
and actions.
Where a section names no list (visit mode and status, consent kinds, ancestry, course) the list is ours and kept short.
Autoantibodies are in `autoantibodies`, treatments in `medications`, analytes in `analytes`, drugs in `dosing`.
"""

from collections.abc import Mapping
from types import MappingProxyType


def _list(**words: str) -> Mapping[str, str]:
    return MappingProxyType(words)


MISSING_REASONS = _list(not_done="Not done", refused="Refused", not_applicable="Not applicable", unknown="Unknown")

# --- the study and its participants --------------------------------------------------------------------------------

STUDY_DESIGNS = _list(
    observational_cohort="Observational cohort", single_arm="Single arm trial", randomised="Randomised trial"
)
SEX_AT_BIRTH = _list(female="Female", male="Male", intersex="Intersex", unknown="Unknown")
SEX_CDISC = _list(female="F", male="M", intersex="INTERSEX", unknown="U")
ANCESTRY = _list(
    african="African",
    american_indigenous="Indigenous American",
    east_asian="East Asian",
    european="European",
    latin_american="Latin American",
    middle_eastern_north_african="Middle Eastern or North African",
    pacific="Pacific Islander",
    south_asian="South Asian",
    mixed="Mixed",
    other="Other",
    unknown="Unknown",
)
"""Optional and self-reported; several may be given. The grouping is ours [MEM 60%]."""

DISEASE_COURSES = _list(
    monocyclic="Monocyclic: one episode, then remission",
    polycyclic="Polycyclic: relapses after remission",
    chronic="Chronic: activity without remission",
    undetermined="Not yet determined",
    unknown="Unknown",
)
"""Monocyclic, polycyclic and chronic are the customary courses [MEM 90%]; no section defines their time limits."""

INDICATIONS = _list(
    refractory_skin="Refractory skin disease",
    refractory_muscle="Refractory muscle disease",
    unable_to_wean_steroids="Unable to wean steroids",
    intolerance="Intolerance of other steroid-sparing agents",
    calcinosis="Calcinosis",
    ild="Interstitial lung disease",
    gastrointestinal="Gastrointestinal disease",
    other="Other",
)
ACCESS_BARRIERS = _list(
    lack_of_data="Lack of clinical data",
    insurance="Insurance approval",
    cost="Cost",
    supply="Supply",
    other="Other",
)

CORE_SETS = _list(imacs="IMACS core set", printo="PRINTO core set")
"""Whose core set the criteria of response use: the two differ in the question to the family and in the laboratory."""

STRENGTH_MEASURES = _list(mmt8="MMT8", cmas="CMAS")
"""By which measure of muscle strength a core set is filled."""

# --- consent and visit ---------------------------------------------------------------------------------------------

CONSENT_KINDS = _list(consent="Consent", assent="Assent")
CONSENT_GIVERS = _list(
    participant="Participant", parent="Parent", guardian="Legal guardian", representative="Other legal representative"
)
CONSENT_SCOPES = _list(
    registry="Use of the data in this registry and its research",
    biobank="Storage and use of samples in a biobank",
    partner_sharing="Sharing of the data with partners",
    international_transfer="Transfer of the data to other countries",
)
VISIT_MODES = _list(in_person="In person", remote="Remote")
VISIT_STATUSES = _list(draft="Draft", complete="Complete")
WEEKS = sorted({2, 6, 10, *range(0, 105, 4), *range(108, 313, 12)})
VISIT_EVENTS = _list(
    screening="Screening",
    **{f"week_{week}": f"Week {week}" for week in WEEKS},
    early_termination="Early end of treatment",
    follow_up="Follow-up after treatment",
    unscheduled="Unscheduled",
)
"""Templates 0, 4, 12, 24 weeks (S-WANG) and every 4 weeks (NCT07012057); the other weeks, to six years, are ours."""

PATIENT_GLOBAL_WORDINGS = _list(
    disease_activity="Global disease activity (IMACS)", overall_well_being="Overall well-being (PRINTO)"
)
PATIENT_GLOBAL_RATERS = _list(patient="Patient", parent="Parent or guardian")
BODY_SIDES = _list(right="Right", left="Left")
NAILFOLD_PATTERNS = _list(
    open="Open",
    crossed="Crossed",
    tortuous="Tortuous",
    bushy="Bushy",
    branched="Branched",
    undefined="Undefined",
)
CALCINOSIS_TYPES = _list(
    superficial="Superficial plaques or nodules", tumoral="Tumoral", planar="Planar", exoskeleton="Exoskeleton"
)
HRCT_FINDINGS = _list(
    none="None", ground_glass="Ground-glass opacity", consolidation="Consolidation", reticulation="Reticulation"
)

# --- laboratory ----------------------------------------------------------------------------------------------------

COMPARATORS = MappingProxyType({"<": "Below the value given", ">": "Above the value given"})

# --- exposure ------------------------------------------------------------------------------------------------------

DOSE_REASONS = _list(
    started="Started",
    efficacy="Efficacy",
    adverse_event="Adverse event",
    weight_band="Weight band",
    access="Insurance or access",
    infection_hold="Hold for an infection",
    procedure_hold="Hold for surgery or a vaccine",
    remission_taper="Taper in remission",
    switch="Switch to another drug",
    restarted="Restarted",
    participant_choice="Choice of the participant or family",
    other="Other",
    unknown="Unknown",
)
MEDICATION_END_REASONS = _list(
    inefficacy="Not effective enough",
    intolerance="Not tolerated",
    remission="Remission",
    completed="Completed as planned",
    access="Insurance, cost or supply",
    other="Other",
    unknown="Unknown",
)
"""Why a medication beside the JAK inhibitor ended; a refractory course is told by inefficacy and intolerance."""

ADHERENCE = _list(
    full="Every dose taken",
    mostly="Most doses taken",
    partly="Some doses taken",
    none="No dose taken",
    unknown="Unknown",
)
"""No section gives a scale; these four levels are ours."""

# --- adverse events ------------------------------------------------------------------------------------------------

SERIOUSNESS_CRITERIA = _list(
    death="Death",
    life_threatening="Life-threatening at the time",
    hospitalisation="Inpatient hospitalisation or its prolongation",
    disability="Persistent or significant disability or incapacity",
    congenital_anomaly="Congenital anomaly or birth defect",
    important_medical_event="Important medical event",
)
SERIOUSNESS_NCIT = _list(death="C48275", life_threatening="C84266", hospitalisation="C83052", disability="C11338")
OUTCOMES = _list(
    recovered="Recovered or resolved",
    recovering="Recovering or resolving",
    not_recovered="Not recovered or not resolved",
    recovered_with_sequelae="Recovered or resolved with sequelae",
    fatal="Fatal",
    unknown="Unknown",
)
OUTCOME_CDISC = _list(
    recovered="RECOVERED/RESOLVED",
    recovering="RECOVERING/RESOLVING",
    not_recovered="NOT RECOVERED/NOT RESOLVED",
    recovered_with_sequelae="RECOVERED/RESOLVED WITH SEQUELAE",
    fatal="FATAL",
    unknown="UNKNOWN",
)
ACTIONS_TAKEN = _list(
    withdrawn="Drug withdrawn",
    reduced="Dose reduced",
    increased="Dose increased",
    not_changed="Dose not changed",
    interrupted="Drug interrupted",
    not_applicable="Not applicable",
    unknown="Unknown",
)
ACTION_CDISC = _list(
    withdrawn="DRUG WITHDRAWN",
    reduced="DOSE REDUCED",
    increased="DOSE INCREASED",
    not_changed="DOSE NOT CHANGED",
    interrupted="DRUG INTERRUPTED",
    not_applicable="NOT APPLICABLE",
    unknown="UNKNOWN",
)
CAUSALITY_WHO_UMC = _list(
    certain="Certain",
    probable="Probable",
    possible="Possible",
    unlikely="Unlikely",
    conditional="Conditional or unclassified",
    unassessable="Unassessable or unclassifiable",
)
CAUSALITY_E2A = _list(
    reasonable_possibility="Reasonable possibility", no_reasonable_possibility="No reasonable possibility"
)
CHALLENGE_RESULTS = _list(
    positive="Positive: the event abated on stopping, or came back on taking it again",
    negative="Negative: it did not",
    not_done="Not done",
    not_applicable="Not applicable",
    unknown="Unknown",
)
"""What stopping the drug (dechallenge) and taking it again (rechallenge) showed; E2B asks for it, the codes are ours [MEM 80%]."""

SPECIAL_SITUATIONS = _list(
    pregnancy="Pregnancy of the participant", overdose="Overdose", medication_error="Medication error"
)
"""What is reported beside, or without, any harm; a death is told by grade, outcome and criterion."""

EXPECTEDNESS = _list(expected="Expected", unexpected="Unexpected", unknown="Not yet assessed")
CTCAE_VERSIONS = MappingProxyType({"5.0": "CTCAE version 5.0", "6.0": "CTCAE version 6.0"})
CTCAE_GRADES = MappingProxyType(
    {
        1: "Mild",
        2: "Moderate: limits instrumental activities of daily living",
        3: "Severe, not immediately life-threatening: limits self-care",
        4: "Life-threatening",
        5: "Death",
    }
)
SPECIAL_INTEREST = _list(
    herpes_zoster="Herpes zoster",
    herpes_simplex="Herpes simplex",
    serious_infection="Serious infection",
    opportunistic_infection="Opportunistic infection",
    tuberculosis="Tuberculosis",
    hepatitis_b_reactivation="Hepatitis B reactivation",
    bk_virus="BK viraemia or viruria",
    ebv_cmv="Epstein-Barr virus or cytomegalovirus",
    thromboembolism="Venous thromboembolism",
    mace="Major adverse cardiovascular event",
    malignancy="Malignancy, with non-melanoma skin cancer",
    gastrointestinal_perforation="Gastrointestinal perforation",
    cytopenia="Cytopenia",
    lipids="Raised lipids",
    transaminases="Raised transaminases",
    ck_rise="CK rise without weakness",
    egfr_fall="Fall of the glomerular filtration rate",
    hypogammaglobulinaemia="Hypogammaglobulinaemia",
    growth_weight="Growth or weight gain",
    acne="Acne",
    live_vaccine_exposure="Exposure to a live vaccine",
    pregnancy="Pregnancy",
    overdose="Overdose",
    calcinosis_infection="Infection of calcinosis",
)
"""Adverse events of special interest of a JAK inhibitor in juvenile dermatomyositis (domain reference 6)."""
