"""Nodes of the message: an element with its attributes, in the order in which they are given, and nothing that is empty."""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from registry.domain.icsr.codes import OBSERVATION, SECTIONS
from registry.domain.icsr.telling import sent

Group = Mapping[str, Any]
NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped; it is written as U+FFFD, the sign of a character that was replaced."""
REPLACED = "\ufffd"


def node(parent: Element, path: str, text: str | None = None, **attributes: str | None) -> Element:
    """Add the element at the end of a path of new elements, with its attributes; an underscore stands for a colon.

    A step of the path is `tag`, `tag:TYPE` with its typeCode, or `tag.CLASS` with its classCode and `moodCode="EVN"`.
    """
    *above, last = path.split("/")
    for step in above:
        parent = _step(parent, step)
    found = _step(parent, last)
    for name, value in attributes.items():
        if value is not None:
            found.set(name.replace("_", ":"), NOT_OF_XML.sub(REPLACED, value))
    found.text = None if text is None else NOT_OF_XML.sub(REPLACED, text)
    return found


def _step(parent: Element, step: str) -> Element:
    tag, _, kind = step.partition(":")
    tag, _, of_class = tag.partition(".")
    found = SubElement(parent, tag)
    if kind:
        found.set("typeCode", kind)
    if of_class:
        found.set("classCode", of_class)
        found.set("moodCode", "EVN")
    return found


def value_of(group: Group, number: str) -> str | None:
    """Give what is sent of an element of a group; None where it is not told."""
    told = group.get(number)
    return sent(told) if told is not None and told.get("null_flavor") is None else None


def coded(parent: Element, path: str, group: Group, number: str, **attributes: str) -> None:
    """Add a code of its list, or the flavour of its absence; nothing where the element is not told."""
    told = group.get(number)
    if told is None:
        return
    if told.get("null_flavor"):
        node(parent, path, **attributes, nullFlavor=told["null_flavor"])
    else:
        node(parent, path, **attributes, code=sent(told), codeSystem=told["code_system"])


def observation(parent: Element, path: str, code: str, kind: str) -> tuple[Element, dict[str, str]]:
    """Add an observation under a path; give it with the kind that its value has."""
    found = node(parent, f"{path}/observation.OBS")
    node(found, "code", code=code, codeSystem=OBSERVATION)
    return found, {"xsi_type": kind}


def quantity(parent: Element, path: str, code: str, group: Group, number: str, unit: str | None) -> None:
    """Add an observation of a measured value with its unit."""
    if (value := value_of(group, number)) is not None:
        found, kind = observation(parent, path, code, "PQ")
        node(found, "value", **kind, value=value, unit=unit)


def said(parent: Element, path: str, code: str, text: str | None, kind: str = "ED") -> None:
    """Add an observation in words."""
    if text is not None:
        found, of_kind = observation(parent, path, code, kind)
        node(found, "value", text, **of_kind)


def organizer(parent: Element, code: str) -> Element:
    """Add a group of observations of the patient."""
    found = node(parent, "subjectOf2:SBJ/organizer", classCode="CATEGORY", moodCode="EVN")
    node(found, "code", code=code, codeSystem=SECTIONS)
    return found
