"""Check a report by its declared elements: what is required and missing, and what is not of its form, list or length.

The XML Schemas of HL7 and ICH are licensed with the implementation guide, and no package ships them: the message is not
checked against them, nor against the business rules of any authority. `NOT_CHECKED` says so in the answer.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.icsr.elements import INSIDE, Element, of_group
from registry.domain.icsr.telling import sent

CHECKED = (
    "Each element that ICH E2B(R3) requires of a report from a study is there.",
    "Each coded element is of its ICH code list.",
    "Each date, number, country and identifier is of its form, and each text within its length.",
    "Each assessment names the reaction and the drug of this report.",
)
NOT_CHECKED = (
    "The message is not validated against the ICH ICSR XML Schema set (MCCI_IN200100UV01): no package ships it.",
    "Business rules of an authority (FDA, EMA and others) and their regional elements are not checked.",
    "MedDRA codes are those of the dictionary that this installation loaded; whether they are valid is not checked.",
    "Identifiers of sender and receiver are agreed with the authority's gateway, and are not checked.",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where; never the value."""

    element: str
    where: str
    fault: str


def faults(report: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Give every fault of a report, in the order of its groups."""
    found = [fault for group in ("C", "D", "E.i", "F.r", "G.k", "H") for fault in _of_group(report, group, group)]
    if not any(_value(drug, "G.k.1") == "suspect" for drug in report.get("G.k") or ()):
        found.append(Fault("G.k.1", "G.k", "at least one drug must be suspect"))
    return tuple(found)


def _of_group(within: Mapping[str, Any], group: str, where: str) -> Iterator[Fault]:
    for number, one in _occurrences(within.get(group), where):
        yield from _of_elements(one, group, number)
        for inner in INSIDE.get(group, ()):
            yield from _of_group(one, inner, f"{number}/{inner}")


def _occurrences(group: Any, where: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    if isinstance(group, list):
        return [(f"{where}[{number}]", one) for number, one in enumerate(group, 1)]
    return [(where, group or {})]


def _of_elements(one: Mapping[str, Any], group: str, where: str) -> Iterator[Fault]:
    for element in of_group(group):
        told = one.get(element.number)
        if told is None:
            if element.required:
                yield Fault(element.number, where, "required and missing")
        elif not _is_right(element, told):
            yield Fault(element.number, where, "not of the form, code list or length of this element")


def _value(one: Mapping[str, Any], number: str) -> Any:
    return (one.get(number) or {}).get("value")


def _is_right(element: Element, told: Mapping[str, Any]) -> bool:
    flavour = told.get("null_flavor")
    return flavour in element.nulls if flavour is not None else element.fits(sent(told))
