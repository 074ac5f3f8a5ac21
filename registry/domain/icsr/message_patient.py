"""The patient in the message: the study, age, size and history, the reaction, and the tests."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from registry.domain.icsr import codes
from registry.domain.icsr.nodes import Group, coded, node, observation, organizer, quantity, said, value_of

OF_PATIENT = "subjectOf2:SBJ"
OF_REACTION = "outboundRelationship2:PERT"
STUDY_IDS = "2.16.840.1.113883.3.989.2.1.3"


def add_patient(role: Element, report: Mapping[str, Any]) -> None:
    """Add who the patient is, without a name, and what was found in it."""
    told = report["D"]
    person = node(role, "player1", classCode="PSN", determinerCode="INSTANCE")
    node(person, "name", value_of(told, "D.1"))
    coded(person, "administrativeGenderCode", told, "D.5")
    if (died := value_of(told, "D.9.1")) is not None:
        node(person, "deceasedTime", value=died)
    _add_study(role, report["C"])
    quantity(role, OF_PATIENT, "3", told, "D.2.2a", value_of(told, "D.2.2b"))
    quantity(role, OF_PATIENT, "7", told, "D.3", "kg")
    quantity(role, OF_PATIENT, "17", told, "D.4", "cm")
    said(organizer(role, "1"), "component:COMP", "18", value_of(told, "D.7.2"))
    for reaction in report["E.i"]:
        _add_reaction(role, reaction)
    if report["F.r"]:
        tests = organizer(role, "3")
        for test in report["F.r"]:
            _add_test(tests, test)


def _add_study(role: Element, told: Group) -> None:
    study = node(role, "subjectOf1:SBJ/researchStudy", classCode="CLNTRL", moodCode="EVN")
    node(study, "id", extension=value_of(told, "C.5.3"), root=f"{STUDY_IDS}.5")
    coded(study, "code", told, "C.5.4")
    node(study, "title", value_of(told, "C.5.2"))
    for one in told["C.5.1.r"]:
        registration = node(study, "authorization:AUTH/studyRegistration.ACT")
        node(registration, "id", extension=value_of(one, "C.5.1.r.1"), root=f"{STUDY_IDS}.6")


def _add_reaction(role: Element, told: Group) -> None:
    found = node(role, f"{OF_PATIENT}/observation.OBS")
    node(found, "id", root=value_of(told, "E.i.id"))
    node(found, "code", code="29", codeSystem=codes.OBSERVATION)
    time = node(found, "effectiveTime", xsi_type="IVL_TS")
    for tag, number in (("low", "E.i.4"), ("high", "E.i.5")):
        if (day := value_of(told, number)) is not None:
            node(time, tag, value=day)
    version, code = value_of(told, "E.i.2.1a"), value_of(told, "E.i.2.1b")
    term = {"code": code, "codeSystem": codes.MEDDRA, "codeSystemVersion": version} if code else {"nullFlavor": "NI"}
    node(found, "value", xsi_type="CE", **term)
    place = node(found, "location:LOC/locatedEntity", classCode="LOCE")
    country = node(place, "locatedPlace", classCode="COUNTRY", determinerCode="INSTANCE")
    node(country, "code", code=value_of(told, "E.i.9"), codeSystem=codes.COUNTRY)
    said(found, OF_REACTION, "30", value_of(told, "E.i.1.2"))
    for element, code in codes.SERIOUSNESS.values():
        criterion, kind = observation(found, OF_REACTION, code, "BL")
        held = value_of(told, element)
        node(criterion, "value", **kind, value=held, nullFlavor=None if held else told[element]["null_flavor"])
    outcome, kind = observation(found, OF_REACTION, "27", "CE")
    coded(outcome, "value", told, "E.i.7", **kind)


def _add_test(tests: Element, told: Group) -> None:
    found = node(tests, "component:COMP/observation.OBS")
    name = node(found, "code", codeSystem=codes.MEDDRA)
    node(name, "originalText", value_of(told, "F.r.2.1"))
    day = value_of(told, "F.r.1")
    node(found, "effectiveTime", value=day, nullFlavor="UNK" if day is None else None)
    unit = value_of(told, "F.r.3.3")
    if (value := value_of(told, "F.r.3.2")) is not None:
        _add_value(node(found, "value", xsi_type="IVL_PQ"), value, unit, value_of(told, "F.r.3.2q"))
    coded(found, "interpretationCode", told, "F.r.3.1")
    for number, code in (("F.r.4", "L"), ("F.r.5", "H")):
        if (limit := value_of(told, number)) is not None:
            bound = node(found, "referenceRange:REFV/observationRange", classCode="OBS", moodCode="EVN.CRT")
            node(bound, "value", xsi_type="PQ", value=limit, unit=unit)
            node(bound, "interpretationCode", code=code, codeSystem=codes.INTERPRETATION)


def _add_value(interval: Element, value: str, unit: str | None, qualifier: str | None) -> None:
    """A value, or the open interval below or above it where the laboratory tells no more."""
    if qualifier is None:
        node(interval, "center", value=value, unit=unit)
        return
    bounds = (
        {"low": ("NINF", None), "high": (None, value)}
        if qualifier == "<"
        else {"low": (None, value), "high": ("PINF", None)}
    )
    for tag, (flavour, limit) in bounds.items():
        at_limit = (
            {"value": limit, "unit": unit, "inclusive": "false"} if limit is not None else {"nullFlavor": flavour}
        )
        node(interval, tag, **at_limit)
