"""The drugs of a report (section G): their role, the doses in force at onset, what was done, and who judged what.

Suspect is each drug that the investigator or the sponsor judged, and each JAK inhibitor or study product in force at onset that
nobody judged: what is not excluded is not left out. Concomitant medications that the event names are sent as such. A blinded study
product is told as that and no more. E2B(R3) has no element for a dechallenge: it is told in words (G.k.11).
"""

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from registry.domain.dosing import FORMULATIONS, JAK_INHIBITORS
from registry.domain.icsr.case import Case, Image
from registry.domain.icsr.codes import DRUG_INFORMATION
from registry.domain.icsr.telling import Told, day, number, told
from registry.domain.medications import MEDICATIONS, ROUTES
from registry.domain.vocabulary import CAUSALITY_E2A, CAUSALITY_WHO_UMC, CHALLENGE_RESULTS

STUDY_PRODUCT = "study_product"
BLINDED = "Study product (blinded)"
INDICATION = "Juvenile dermatomyositis"
HOURS = 24
NOT_TOLD = frozenset({"not_applicable", "unknown"})
"""What a challenge can say that is not worth words."""


def of_case(case: Case) -> list[dict[str, Any]]:
    """Give the drugs, suspects first, each group in the order of their codes."""
    suspects = sorted(_suspects(case))
    given = _named_medications(case)
    return [
        *(_suspect(case, drug, given.get(drug, [])) for drug in suspects),
        *(_concomitant(case, drug, records) for drug, records in given.items() if drug not in suspects),
    ]


def _suspects(case: Case) -> set[str]:
    judged = {
        one["drug"] for one in (*(case.event.get("causality") or ()), *((case.assessment or {}).get("drugs") or ()))
    }
    taken = {one["drug"] for one in case.in_force(case.doses)}
    return judged | taken | ({STUDY_PRODUCT} if case.in_force(case.intakes) else set())


def _named_medications(case: Case) -> dict[str, list[Image]]:
    """The medications that the event names, by their codes."""
    named = set(case.event.get("concomitant_medication_ids") or ())
    judged = {one["drug"] for one in case.event.get("causality") or ()}
    found: dict[str, list[Image]] = {}
    for one in sorted(case.medications, key=lambda one: (one["medication"], one.get("started_on", ""), one["id"])):
        if one["id"] in named or one["medication"] in judged:
            found.setdefault(one["medication"], []).append(one)
    return found


def name_of(drug: str) -> str:
    """Give what a drug is called; a blinded study product is called that."""
    if drug == STUDY_PRODUCT:
        return BLINDED
    return JAK_INHIBITORS[drug].name if drug in JAK_INHIBITORS else MEDICATIONS[drug].name


def _identity(case: Case, drug: str, role: str) -> Told:
    blinded = told("G.k.2.5", True) if drug == STUDY_PRODUCT else {}
    identifier = str(uuid.uuid5(uuid.UUID(case.event["id"]), drug))
    return {**told("G.k.id", identifier), **told("G.k.1", role), **told("G.k.2.2", name_of(drug)), **blinded}


def _suspect(case: Case, drug: str, medications: list[Image]) -> dict[str, Any]:
    judged = _by_drug(case.event.get("causality")).get(drug, {})
    sponsor = _by_drug((case.assessment or {}).get("drugs")).get(drug, {})
    return {
        **_identity(case, drug, "suspect"),
        "G.k.4.r": _dosages(case, drug, medications),
        **told("G.k.7.r.1", None if medications else INDICATION),
        **told("G.k.8", judged.get("action_taken")),
        "G.k.9.i": [
            {
                **told("G.k.9.i.1", case.event["id"]),
                "G.k.9.i.2.r": list(_assessments(judged, sponsor)),
                **_recurrence(judged.get("rechallenge")),
            }
        ],
        "G.k.10.r": _information(case),
        **told("G.k.11", "; ".join(_besides(judged)) or None),
    }


def _by_drug(judged: Any) -> dict[str, Image]:
    return {one["drug"]: one for one in judged or ()}


def _concomitant(case: Case, drug: str, records: list[Image]) -> dict[str, Any]:
    return {
        **_identity(case, drug, "concomitant"),
        "G.k.4.r": [_of_medication(one) for one in records],
        **told("G.k.7.r.1", next((one["indication"] for one in records if one.get("indication")), None)),
        "G.k.9.i": [],
    }


# --- doses ------------------------------------------------------------------------------------------------------------


def _dosages(case: Case, drug: str, medications: list[Image]) -> list[Told]:
    if drug == STUDY_PRODUCT:
        return [_interval(one) for one in case.in_force_or_last(case.intakes)]
    doses = case.in_force_or_last([one for one in case.doses if one["drug"] == drug])
    return [*map(_of_dose, doses), *map(_of_medication, medications)]


def _interval(one: Image) -> Told:
    return told("G.k.4.r.4", day(one.get("started_on"))) | told("G.k.4.r.5", day(one.get("ended_on")))


def _of_dose(one: Image) -> Told:
    mg, intakes = number(one["mg_per_intake"]), number(one["intakes_per_day"])
    form = FORMULATIONS[one["formulation"]]
    return {
        **told("G.k.4.r.1a", mg),
        **told("G.k.4.r.1b", "mg"),
        **_frequency(Decimal(one["intakes_per_day"])),
        **_interval(one),
        **told("G.k.4.r.8", f"{mg} mg, {intakes} a day"),
        **told("G.k.4.r.9.1", form),
    }


def _frequency(intakes: Decimal) -> Told:
    """The interval between intakes in whole hours, or in days where it is one; told in words alone where it is neither."""
    if intakes == 1:
        return told("G.k.4.r.2", 1) | told("G.k.4.r.3", "d")
    hours = HOURS / intakes
    return told("G.k.4.r.2", int(hours)) | told("G.k.4.r.3", "h") if hours == int(hours) else {}


def _of_medication(one: Image) -> Told:
    dose = number(one.get("dose"))
    words = [
        f"{dose} {one['dose_unit']}" if dose is not None else "",
        str(one.get("frequency") or "").replace("_", " "),
    ]
    return {
        **(told("G.k.4.r.1a", dose) | told("G.k.4.r.1b", one["dose_unit"]) if dose is not None else {}),
        **_interval(one),
        **told("G.k.4.r.8", ", ".join(filter(None, words)) or None),
        **told("G.k.4.r.10.1", ROUTES.get(one.get("route", ""))),
    }


# --- assessments ------------------------------------------------------------------------------------------------------


def _assessments(judged: Image, sponsor: Image) -> Iterator[Told]:
    """The investigator's and the sponsor's view, both: neither stands for the other."""
    if judged.get("causality"):
        yield _assessment("Investigator", "WHO-UMC", CAUSALITY_WHO_UMC[judged["causality"]])
    if sponsor.get("causality"):
        yield _assessment("Sponsor", "ICH E2A", CAUSALITY_E2A[sponsor["causality"]])


def _assessment(source: str, method: str, result: str) -> Told:
    return told("G.k.9.i.2.r.1", source) | told("G.k.9.i.2.r.2", method) | told("G.k.9.i.2.r.3", result)


def _recurrence(rechallenge: str | None) -> Told:
    """Nothing where it is not known whether the drug was taken again, as E2B asks."""
    return told("G.k.9.i.4", None if rechallenge == "unknown" else rechallenge)


def _information(case: Case) -> list[Told]:
    """An overdose and a medication error, each where it is told; E2B's list has no code for a pregnancy (H.4 tells it)."""
    situations = case.event.get("special_situations") or ()
    return [told("G.k.10.r", one) for one in DRUG_INFORMATION.codes if one in situations]


def _besides(judged: Image) -> Iterator[str]:
    if judged.get("action_taken") == "interrupted":
        yield "The drug was interrupted"
    if judged.get("dechallenge") and judged["dechallenge"] not in NOT_TOLD:
        yield f"Dechallenge: {CHALLENGE_RESULTS[judged['dechallenge']].partition(':')[0].lower()}"
