"""The drugs in the message, and the assessments that join each to the reaction."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from registry.domain.icsr import codes
from registry.domain.icsr.nodes import Group, coded, node, observation, organizer, said, value_of

BESIDE = "outboundRelationship2:REFR"
KIND = {"classCode": "MMAT", "determinerCode": "KIND"}


def add_drugs(role: Element, report: Mapping[str, Any]) -> None:
    """Add each drug with its doses, indication, action and what it did on re-administration."""
    group = organizer(role, "4")
    for drug in report["G.k"]:
        _add_drug(node(group, "component:COMP/substanceAdministration.SBADM"), drug)


def _add_drug(found: Element, told: Group) -> None:
    node(found, "id", root=value_of(told, "G.k.id"))
    kind = node(node(found, "consumable:CSM/instanceOfKind", classCode="INST"), "kindOfProduct", **KIND)
    node(kind, "name", value_of(told, "G.k.2.2"))
    for dosage in told["G.k.4.r"]:
        _add_dosage(node(found, "outboundRelationship2:COMP/substanceAdministration.SBADM"), dosage)
    if value_of(told, "G.k.2.5") is not None:
        blinded, of_kind = observation(found, "outboundRelationship2:PERT", "6", "BL")
        node(blinded, "value", **of_kind, value="true")
    for matrix in told["G.k.9.i"]:
        _add_recurrence(found, matrix)
    for one in told.get("G.k.10.r", ()):
        information, of_kind = observation(found, BESIDE, "9", "CE")
        coded(information, "value", one, "G.k.10.r", **of_kind)
    said(found, BESIDE, "2", value_of(told, "G.k.11"), "ST")
    if (indication := value_of(told, "G.k.7.r.1")) is not None:
        reason, of_kind = observation(found, "inboundRelationship:RSON", "19", "CE")
        node(node(reason, "value", **of_kind, nullFlavor="NI"), "originalText", indication)
        by = node(reason, "performer:PRF/assignedEntity", classCode="ASSIGNED")
        node(by, "code", code="3", codeSystem=codes.ROLES)
    if "G.k.8" in told:
        coded(node(found, "inboundRelationship:CAUS/act.ACT"), "code", told, "G.k.8")


def _add_dosage(found: Element, told: Group) -> None:
    if (words := value_of(told, "G.k.4.r.8")) is not None:
        node(found, "text", words)
    time = node(found, "effectiveTime", xsi_type="SXPR_TS")
    if (period := value_of(told, "G.k.4.r.2")) is not None:
        node(node(time, "comp", xsi_type="PIVL_TS"), "period", value=period, unit=value_of(told, "G.k.4.r.3"))
    interval = node(time, "comp", xsi_type="IVL_TS", operator="A")
    for tag, number in (("low", "G.k.4.r.4"), ("high", "G.k.4.r.5")):
        if (day := value_of(told, number)) is not None:
            node(interval, tag, value=day)
    if (route := value_of(told, "G.k.4.r.10.1")) is not None:
        node(node(found, "routeCode"), "originalText", route)
    if (dose := value_of(told, "G.k.4.r.1a")) is not None:
        node(found, "doseQuantity", value=dose, unit=value_of(told, "G.k.4.r.1b"))
    if (form := value_of(told, "G.k.4.r.9.1")) is not None:
        kind = node(node(found, "consumable:CSM/instanceOfKind", classCode="INST"), "kindOfProduct", **KIND)
        node(node(kind, "formCode"), "originalText", form)


def _add_recurrence(found: Element, told: Group) -> None:
    if "G.k.9.i.4" not in told:
        return
    recurrence, of_kind = observation(found, "outboundRelationship2:PERT", "31", "CE")
    coded(recurrence, "value", told, "G.k.9.i.4", **of_kind)
    reaction = node(recurrence, "outboundRelationship1:REFR/actReference.OBS")
    node(reaction, "id", root=value_of(told, "G.k.9.i.1"))


def add_assessments(assessment: Element, report: Mapping[str, Any]) -> None:
    """Add the role of each drug, then who judged of it what."""
    for drug in report["G.k"]:
        found = _causality(assessment, "20")
        coded(found, "value", drug, "G.k.1", xsi_type="CE")
        _refer_to_drug(found, drug)
    for drug in report["G.k"]:
        for matrix in drug["G.k.9.i"]:
            for one in matrix["G.k.9.i.2.r"]:
                _add_assessment(_causality(assessment, "39"), drug, matrix, one)


def _add_assessment(found: Element, drug: Group, matrix: Group, told: Group) -> None:
    node(found, "value", value_of(told, "G.k.9.i.2.r.3"), xsi_type="ST")
    node(node(found, "methodCode"), "originalText", value_of(told, "G.k.9.i.2.r.2"))
    author = node(found, "author:AUT/assignedEntity", classCode="ASSIGNED")
    node(node(author, "code"), "originalText", value_of(told, "G.k.9.i.2.r.1"))
    node(found, "subject1:SUBJ/adverseEffectReference.OBS/id", root=value_of(matrix, "G.k.9.i.1"))
    _refer_to_drug(found, drug)


def _causality(assessment: Element, code: str) -> Element:
    found = node(assessment, "component:COMP/causalityAssessment.OBS")
    node(found, "code", code=code, codeSystem=codes.OBSERVATION)
    return found


def _refer_to_drug(found: Element, drug: Group) -> None:
    node(found, "subject2:SUBJ/productUseReference.SBADM/id", root=value_of(drug, "G.k.id"))
