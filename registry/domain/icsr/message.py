"""Write a report as an HL7 message of ICH E2B(R3): MCCI_IN200100UV01 with one PORR_IN049016UV, always the same bytes.

Where each element stands: S-E2B, FDA's list of core data elements with its XPaths. Places that the list leaves to a reference are
after the reference instance, [MEM 85%]: the blinded product, additional information, the time of death, the dosing interval.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from registry.domain.icsr import codes
from registry.domain.icsr.message_drugs import add_assessments, add_drugs
from registry.domain.icsr.message_patient import add_patient
from registry.domain.icsr.nodes import coded, node, value_of

IDS = "2.16.840.1.113883.3.989.2.1.3"
"""The root of the identifiers of ICH; the number of the name space follows."""
CREATED = "C.1.2"


def written(report: Mapping[str, Any], *, receiver: str) -> bytes:
    """Give the message of a report, for a receiver as the authority's gateway names it."""
    told, batch = report["C"], Element("MCCI_IN200100UV01", ITSVersion="XML_1.0", xmlns="urn:hl7-org:v3")
    batch.set("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
    created, sender = value_of(told, CREATED), value_of(told, "C.5.3")
    node(batch, "id", extension=f"{value_of(told, 'C.1.1')}-{created}", root=f"{IDS}.22")
    node(batch, "creationTime", value=created)
    node(batch, "responseModeCode", code="D")
    node(batch, "interactionId", root=codes.INTERACTION, extension="MCCI_IN200100UV01")
    node(batch, "name", code="1", codeSystem=f"{codes.ICH}.1")
    _add_message(batch, report, sender=sender, receiver=receiver)
    _add_device(batch, "receiver", "RCV", receiver, "14")
    _add_device(batch, "sender", "SND", sender, "13")
    ElementTree.indent(batch)
    message: bytes = ElementTree.tostring(batch, encoding="UTF-8", xml_declaration=True)
    return message + b"\n"


def _add_device(parent: Element, tag: str, kind: str, name: str | None, space: str) -> None:
    device = node(parent, f"{tag}:{kind}/device", classCode="DEV", determinerCode="INSTANCE")
    node(device, "id", extension=name, root=f"{IDS}.{space}")


def _add_message(batch: Element, report: Mapping[str, Any], *, sender: str | None, receiver: str) -> None:
    told, message = report["C"], node(batch, "PORR_IN049016UV")
    node(message, "id", extension=value_of(told, "C.1.1"), root=f"{IDS}.1")
    node(message, "creationTime", value=value_of(told, CREATED))
    node(message, "interactionId", root=codes.INTERACTION, extension="PORR_IN049016UV")
    node(message, "processingCode", code="P")
    node(message, "processingModeCode", code="T")
    node(message, "acceptAckCode", code="AL")
    _add_device(message, "receiver", "RCV", receiver, "12")
    _add_device(message, "sender", "SND", sender, "11")
    process = node(message, "controlActProcess.CACT")
    node(process, "code", code="PORR_TE049016UV", codeSystem=codes.TRIGGER)
    node(process, "effectiveTime", value=value_of(told, CREATED))
    _add_event(node(process, "subject:SUBJ/investigationEvent.INVSTG"), report)


def _add_event(event: Element, report: Mapping[str, Any]) -> None:
    told = report["C"]
    node(event, "id", root=f"{IDS}.1", extension=value_of(told, "C.1.1"))
    node(event, "id", root=f"{IDS}.2", extension=value_of(told, "C.1.8.1"))
    node(event, "code", code="PAT_ADV_EVNT", codeSystem=codes.ACT_CODE)
    narrative = value_of(report["H"], "H.1")
    node(event, "text", narrative, nullFlavor="NI" if narrative is None else None)
    node(event, "statusCode", code="active")
    node(event, "effectiveTime/low", value=value_of(told, "C.1.4"))
    node(event, "availabilityTime", value=value_of(told, "C.1.5"))
    _add_assessment(node(event, "component:COMP/adverseEventAssessment.INVSTG"), report)
    for number, code in (("C.1.6.1", "1"), ("C.1.7", "23")):
        found = node(event, "component:COMP/observationEvent.OBS")
        node(found, "code", code=code, codeSystem=codes.OBSERVATION)
        node(found, "value", xsi_type="BL", value=value_of(told, number))
    _add_sources(event, told)
    _add_sender(event, told)
    _add_characteristics(event, told)


def _add_assessment(assessment: Element, report: Mapping[str, Any]) -> None:
    role = node(assessment, "subject1:SBJ/primaryRole", classCode="INVSBJ")
    add_patient(role, report)
    add_drugs(role, report)
    add_assessments(assessment, report)
    comment = value_of(report["H"], "H.4")
    if comment is not None:
        found = node(assessment, "component1:COMP/observationEvent.OBS")
        node(found, "code", code="10", codeSystem=codes.OBSERVATION)
        node(found, "value", comment, xsi_type="ED")
        author = node(found, "author:AUT/assignedEntity", classCode="ASSIGNED")
        node(author, "code", code="1", codeSystem=codes.ROLES)


def _add_sources(event: Element, told: Mapping[str, Any]) -> None:
    """The first sender, and the reporters; names are masked, for the registry keeps none."""
    first = _related(event, "1")
    coded(first, "code", told, "C.1.8.2")
    for reporter in told["C.2.r"]:
        entity = _related(event, "2", priority=value_of(reporter, "C.2.r.5"))
        person = node(entity, "assignedPerson", classCode="PSN", determinerCode="INSTANCE")
        node(person, "name/family", nullFlavor="MSK")
        coded(node(person, "asQualifiedEntity", classCode="QUAL"), "code", reporter, "C.2.r.4")
        place = node(node(person, "asLocatedEntity", classCode="LOCE"), "location", determinerCode="INSTANCE")
        place.set("classCode", "COUNTRY")
        node(place, "code", code=value_of(reporter, "C.2.r.3"), codeSystem=codes.COUNTRY)
        organisation = node(entity, "representedOrganization", classCode="ORG", determinerCode="INSTANCE")
        node(organisation, "name", value_of(reporter, "C.2.r.2.1"))


def _related(event: Element, code: str, priority: str | None = None) -> Element:
    relation = node(event, "outboundRelationship:SPRT")
    if priority is not None:
        node(relation, "priorityNumber", value=priority)
    found = node(relation, "relatedInvestigation.INVSTG")
    node(found, "code", code=code, codeSystem=f"{codes.ICH}.22")
    author = "subjectOf2:SUBJ/controlActEvent.CACT/author:AUT/assignedEntity"
    return node(found, author, classCode="ASSIGNED")


def _add_sender(event: Element, told: Mapping[str, Any]) -> None:
    entity = node(event, "subjectOf1:SUBJ/controlActEvent.CACT/author:AUT/assignedEntity", classCode="ASSIGNED")
    coded(entity, "code", told, "C.3.1")
    organisation = node(entity, "representedOrganization", classCode="ORG", determinerCode="INSTANCE")
    inner = node(organisation, "assignedEntity", classCode="ASSIGNED")
    whole = node(inner, "representedOrganization", classCode="ORG", determinerCode="INSTANCE")
    node(whole, "name", value_of(told, "C.3.2"))


def _add_characteristics(event: Element, told: Mapping[str, Any]) -> None:
    """The type of the report, that there are no other case identifiers, and whether it takes back what was reported."""
    found = node(event, "subjectOf2:SUBJ/investigationCharacteristic.OBS")
    node(found, "code", code="1", codeSystem=f"{codes.ICH}.23")
    coded(found, "value", told, "C.1.3", xsi_type="CE")
    found = node(event, "subjectOf2:SUBJ/investigationCharacteristic.OBS")
    node(found, "code", code="2", codeSystem=f"{codes.ICH}.23")
    node(found, "value", xsi_type="BL", nullFlavor=told["C.1.9.1"]["null_flavor"])
    if "C.1.11.1" in told:
        found = node(event, "subjectOf2:SUBJ/investigationCharacteristic.OBS")
        node(found, "code", code="3", codeSystem=f"{codes.ICH}.23")
        coded(found, "value", told, "C.1.11.1", xsi_type="CE")
        found = node(event, "subjectOf2:SUBJ/investigationCharacteristic.OBS")
        node(found, "code", code="4", codeSystem=f"{codes.ICH}.23")
        node(node(found, "value", xsi_type="CE"), "originalText", value_of(told, "C.1.11.2"))
