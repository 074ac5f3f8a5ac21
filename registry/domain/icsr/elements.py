"""The elements of ICH E2B(R3) that the registry fills: number, name, whether one is required, how long it may be.

Source: S-E2B, FDA's list of E2B(R3) core data elements. Required is what that list calls required; what it requires under a
condition is required here where the condition always holds in a report from a study.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from registry.domain.icsr import codes
from registry.domain.icsr.codes import CodeList

MOMENT = r"\d{14}[+-]\d{4}"
DATE = r"\d{4}(\d{2}(\d{2})?)?"
NUMBER = r"-?\d+(\.\d+)?"
COUNTRY = r"[A-Z]{2}"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its name, and what its value must be.

    `codes` is the list that a coded one is of, `nulls` the flavours of absence that it may have.
    """

    number: str
    name: str
    required: bool = False
    longest: int | None = None
    form: str | None = None
    codes: CodeList | None = None
    nulls: tuple[str, ...] = ()

    def fits(self, value: str) -> bool:
        """Whether a value, written as text, is of the form, the list and the length."""
        if self.codes is not None and value not in self.codes.codes.values():
            return False
        if self.form is not None and not re.fullmatch(self.form, value):
            return False
        return self.longest is None or len(value) <= self.longest


_ALL = (
    Element("C.1.1", "Sender's safety report unique identifier", True, 100),
    Element("C.1.2", "Date of creation", True, form=MOMENT),
    Element("C.1.3", "Type of report", True, codes=codes.REPORT_TYPE),
    Element("C.1.4", "Date the report was first received from the source", True, form=DATE),
    Element("C.1.5", "Date of most recent information", True, form=DATE),
    Element("C.1.6.1", "Additional documents available", True, form="true|false"),
    Element("C.1.7", "Fulfils local criteria for an expedited report", True, form="true|false"),
    Element("C.1.8.1", "Worldwide unique case identification number", True, 100),
    Element("C.1.8.2", "First sender of this case", True, codes=codes.FIRST_SENDER),
    Element("C.1.9.1", "Other case identifiers in previous transmissions", True, form="true", nulls=("NI",)),
    Element("C.1.11.1", "Report nullification", codes=codes.NULLIFICATION),
    Element("C.1.11.2", "Reason for nullification", longest=2000),
    Element("C.2.r.2.1", "Reporter's organisation", longest=60),
    Element("C.2.r.3", "Reporter's country", form=COUNTRY),
    Element("C.2.r.4", "Reporter's qualification", True, codes=codes.QUALIFICATION),
    Element("C.2.r.5", "Primary source for regulatory purposes", True, form="1"),
    Element("C.3.1", "Sender type", True, codes=codes.SENDER_TYPE),
    Element("C.3.2", "Sender's organisation", True, 100),
    Element("C.5.1.r.1", "Study registration number", longest=50),
    Element("C.5.2", "Study name", longest=2000),
    Element("C.5.3", "Sponsor study number", longest=50),
    Element("C.5.4", "Study type", True, codes=codes.STUDY_TYPE),
    Element("D.1", "Patient", True, 60),
    Element("D.2.2a", "Age at onset", longest=5, form=NUMBER),
    Element("D.2.2b", "Unit of the age", form="a|mo"),
    Element("D.3", "Body weight, kg", longest=6, form=NUMBER),
    Element("D.4", "Height, cm", longest=3, form=r"\d+"),
    Element("D.5", "Sex", codes=codes.SEX, nulls=("UNK",)),
    Element("D.7.2", "Relevant medical history", True, 10000, nulls=("UNK",)),
    Element("D.9.1", "Date of death", form=DATE),
    Element("E.i.id", "Identifier of the reaction in this message", True, form=UUID),
    Element("E.i.1.2", "Reaction as reported by the primary source", True, 250),
    Element("E.i.2.1a", "MedDRA version of the reaction", True, 4),
    Element("E.i.2.1b", "Reaction, MedDRA code", True, 8, r"\d+"),
    *(Element(number, f"Seriousness: {criterion.replace('_', ' ')}", True, form="true", nulls=("NI",))
      for criterion, (number, _) in codes.SERIOUSNESS.items()),
    Element("E.i.4", "Start of the reaction", form=DATE),
    Element("E.i.5", "End of the reaction", form=DATE),
    Element("E.i.7", "Outcome of the reaction", True, codes=codes.OUTCOME),
    Element("E.i.9", "Country where the reaction occurred", form=COUNTRY),
    Element("F.r.1", "Test date", True, form=DATE, nulls=("UNK",)),
    Element("F.r.2.1", "Test name", True, 250),
    Element("F.r.3.1", "Test result, code", codes=codes.FINDING),
    Element("F.r.3.2", "Test result, value", longest=50, form=NUMBER),
    Element("F.r.3.2q", "Test result, qualifier", form="[<>]"),
    Element("F.r.3.3", "Test result, unit", longest=50),
    Element("F.r.4", "Normal low value", longest=50, form=NUMBER),
    Element("F.r.5", "Normal high value", longest=50, form=NUMBER),
    Element("G.k.id", "Identifier of the drug in this message", True, form=UUID),
    Element("G.k.1", "Role of the drug", True, codes=codes.DRUG_ROLE),
    Element("G.k.2.2", "Medicinal product name", True, 250),
    Element("G.k.2.5", "Investigational product blinded", form="true"),
    Element("G.k.4.r.1a", "Dose, number", longest=8, form=NUMBER),
    Element("G.k.4.r.1b", "Dose, unit", longest=50),
    Element("G.k.4.r.2", "Number of units in the interval", longest=4, form=r"\d+"),
    Element("G.k.4.r.3", "Unit of the interval", form="h|d"),
    Element("G.k.4.r.4", "Start of the drug", form=DATE),
    Element("G.k.4.r.5", "Last administration", form=DATE),
    Element("G.k.4.r.8", "Dosage text", longest=2000),
    Element("G.k.4.r.9.1", "Pharmaceutical dose form", longest=60),
    Element("G.k.4.r.10.1", "Route of administration", longest=60),
    Element("G.k.7.r.1", "Indication", longest=250),
    Element("G.k.8", "Action taken with the drug", codes=codes.ACTION),
    Element("G.k.9.i.1", "Reaction assessed", True, form=UUID),
    Element("G.k.9.i.2.r.1", "Source of the assessment", longest=60),
    Element("G.k.9.i.2.r.2", "Method of the assessment", longest=60),
    Element("G.k.9.i.2.r.3", "Result of the assessment", longest=60),
    Element("G.k.9.i.4", "Reaction on re-administration", codes=codes.RECURRENCE),
    Element("G.k.10.r", "Additional information on the drug, coded", codes=codes.DRUG_INFORMATION),
    Element("G.k.11", "Additional information on the drug", longest=2000),
    Element("H.1", "Case narrative", True, 100000),
    Element("H.4", "Sender's comments", longest=20000),
)  # fmt: skip

ELEMENTS: Mapping[str, Element] = MappingProxyType({one.number: one for one in _ALL})
"""Every element by its number. E.i.id, G.k.id and F.r.3.2q are ours: references and the qualifier have no number."""

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "C": ("C.1.", "C.3.", "C.5.2", "C.5.3", "C.5.4"),
        "C.2.r": ("C.2.r.",),
        "C.5.1.r": ("C.5.1.r.",),
        "D": ("D.",),
        "E.i": ("E.i.",),
        "F.r": ("F.r.",),
        "G.k": ("G.k.",),
        "G.k.4.r": ("G.k.4.r.",),
        "G.k.9.i": ("G.k.9.i.",),
        "G.k.9.i.2.r": ("G.k.9.i.2.r.",),
        "G.k.10.r": ("G.k.10.r",),
        "H": ("H.",),
    }
)
"""The groups of a report with how the numbers of their elements begin."""
INSIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"G.k": ("G.k.4.r", "G.k.9.i", "G.k.10.r"), "G.k.9.i": ("G.k.9.i.2.r",), "C": ("C.2.r", "C.5.1.r")}
)
"""The groups that stand within another."""


def of_group(group: str) -> tuple[Element, ...]:
    """Give the elements of a group, without those of the groups within it."""
    inner = INSIDE.get(group, ())
    return tuple(
        one
        for one in _ALL
        if one.number.startswith(GROUPS[group]) and not any(f"{one.number}.".startswith(f"{name}.") for name in inner)
    )
