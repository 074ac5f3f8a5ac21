"""The expedited report of a serious event as data: the elements of ICH E2B(R3), and what was checked of them."""

from __future__ import annotations

from registry.schemas.base import Record
from registry.schemas.fields import LATEST_VERSION, Id, ListOf, Moment, Part, Text, Whole, YesNo, about
from registry.schemas.results import ByName

RECEIVER = "UNSPECIFIED"


class ExpeditedReportQuery(Record):
    """For whom the message is."""

    receiver = Text(
        60,
        pattern=r"[A-Za-z0-9_.-]{1,60}",
        says="A receiver is 1 to 60 letters, digits, dots, hyphens and underscores.",
        metadata=about("Identifier of the receiver, as its gateway names it", example="EVCTMPROD"),
    )


class ReportFault(Record):
    """Something that a report lacks, or that is not as E2B asks; it never tells the value."""

    element = Text(20, required=True, metadata=about("Element of E2B(R3)", example="E.i.2.1b"))
    where = Text(60, required=True, metadata=about("Group that it stands in", example="E.i[1]"))
    fault = Text(200, required=True, metadata=about("What is wrong"))


class ReportValidation(Record):
    """What was checked of a report, what was not, and what is wrong."""

    complete = YesNo(required=True, metadata=about("Whether nothing is wrong by what was checked"))
    faults = ListOf(Part(ReportFault, required=True), 1000, metadata=about("What is wrong"))
    checked = ListOf(Text(300), 20, metadata=about("What was checked"))
    not_checked = ListOf(Text(300), 20, metadata=about("What was not checked, and why"))


class ExpeditedReport(Record):
    """The report of one serious event, shaped as ICH E2B(R3); a blinded product is told as that and no more."""

    adverse_event_id = Id(required=True, metadata=about("Adverse event"))
    event_version = Whole(1, LATEST_VERSION, required=True, metadata=about("Version of the event that is reported"))
    assessment_version = Whole(
        1,
        LATEST_VERSION,
        allow_none=True,
        metadata=about("Version of the sponsor's assessment; null where there is none"),
    )
    made_at = Moment(required=True, metadata=about("When the report was made"))
    standard = Text(40, required=True, metadata=about("Standard that it is shaped as"))
    expedited = YesNo(
        required=True, metadata=about("Whether it is a suspected unexpected serious adverse reaction (SUSAR)")
    )
    provisional = YesNo(required=True, metadata=about("Whether that rests on something nobody has assessed yet"))
    elements = ByName(
        metadata=about(
            "The report by groups (C, D, E.i, F.r, G.k, H): each element by its number, with name, value and code"
        )
    )
    validation = Part(ReportValidation, metadata=about("What was checked"))
