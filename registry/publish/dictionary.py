"""The data dictionary in Markdown: every record and form with its fields, the analytes, the edit checks and refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from marshmallow.fields import Field

from registry.domain.analyte import CATEGORIES, Analyte
from registry.domain.analytes import CATALOGUE_VERSION, of_category
from registry.domain.edit_check_rules import RULES
from registry.domain.vocabulary import MISSING_REASONS
from registry.problems import every_problem
from registry.publish.shapes import sentence_of
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.base import Form, Record
from registry.schemas.catalogue import told_field
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consent_documents import ConsentDocument
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.drug_causality import DrugCausality
from registry.schemas.eligibility_assessments import Attestation, CriterionResult, EligibilityAssessment, Override
from registry.schemas.enrolments import Enrolment
from registry.schemas.fields import Choice, ListOf, Part, Text
from registry.schemas.laboratory_results import KeptLaboratoryResult
from registry.schemas.participants import AutoantibodyTest, Participant
from registry.schemas.protocol_deviations import ProtocolDeviation
from registry.schemas.sites import Site
from registry.schemas.skipped_visits import SkippedVisit
from registry.schemas.studies import Registration, Study
from registry.schemas.visits import FORMS, Confirmation, Visit
from registry.schemas.withdrawals import Withdrawal

RECORDS: tuple[type[Record], ...] = (
    Study,
    Registration,
    Site,
    Participant,
    AutoantibodyTest,
    ConsentDocument,
    Consent,
    Withdrawal,
    Visit,
    Confirmation,
    KeptLaboratoryResult,
    Dose,
    ConcomitantMedication,
    AdverseEvent,
    DrugCausality,
    Enrolment,
    EligibilityAssessment,
    Attestation,
    Override,
    CriterionResult,
    ProtocolDeviation,
    SkippedVisit,
)
NAMES: dict[type[Any], str] = {KeptLaboratoryResult: "Laboratory result"}
MOST_CODES_IN_A_CELL = 12
COLUMNS = ("Field", "What it is", "Type", "Unit", "Values", "Higher is", "Given", "SDTM", "LOINC")
INTRODUCTION = f"""\
# Data dictionary

Generated from the declarations by `make openapi`; do not edit. Units are UCUM. *Given* says who gives a field: `required`,
`optional`, or `registry` where the registry sets it. A form's value may be absent with a reason, in `missing`:
{", ".join(f"`{code}`" for code in MISSING_REASONS)}. An exact number is written `low to high, decimal places`."""


def document() -> str:
    """Give the whole dictionary."""
    parts = (_records(), _forms(), _long_lists(), _analytes(), _edit_checks(), _refusals())
    return "\n\n".join([INTRODUCTION, *(line for part in parts for line in part)]) + "\n"


def write(path: Path) -> None:
    """Write the dictionary to a file."""
    path.write_text(document(), encoding="utf-8")


def is_current(path: Path) -> bool:
    """Tell whether a file is what would be written."""
    return path.exists() and path.read_text(encoding="utf-8") == document()


def _records() -> Iterator[str]:
    yield "## Records"
    for record in RECORDS:
        yield from _section(title_of(record), record)


def _forms() -> Iterator[str]:
    yield "## Forms of a visit"
    for name, form in FORMS.items():
        yield from _section(f"`{name}`", form)


def _section(title: str, record: type[Record]) -> Iterator[str]:
    yield f"### {title}"
    yield sentence_of(record)
    fields = record().fields.items()
    skipped = {"missing"} if issubclass(record, Form) else {"derived"}
    yield table(COLUMNS, (_row(name, field) for name, field in fields if name not in skipped))


def _row(name: str, field: Field[Any]) -> list[str]:
    told = told_field(name, field)
    given = "registry" if field.dump_only else "required" if field.required else "optional"
    kind = f"list of {told_field(name, field.inner)['type']}" if isinstance(field, ListOf) else told["type"]
    return [
        f"`{name}`",
        told["words"] or "",
        kind,
        _code(told["unit"]),
        values_of(field),
        told["higher"] or "",
        given,
        told["sdtm"] or "",
        told["loinc"] or "",
    ]


def values_of(field: Field[Any]) -> str:
    """Say which values a field takes: codes, limits, length, or the record that it holds."""
    inner = field.inner if isinstance(field, ListOf) else field
    told = told_field("", inner)
    if isinstance(inner, Choice):
        return f"[list](#{anchor(inner)})" if _is_long(inner) else ", ".join(f"`{code}`" for code in inner.codes)
    if isinstance(inner, Part):
        return title_of(type(inner.schema))
    if told["minimum"] is not None:
        places = "" if told["decimals"] is None else f", {told['decimals']}"
        return f"{number(told['minimum'])} to {number(told['maximum'])}{places}"
    if (numbers := getattr(inner, "numbers", None)) is not None:
        return ", ".join(map(str, numbers))
    return f"up to {inner.longest} characters" if isinstance(inner, Text) else ""


def _long_lists() -> Iterator[str]:
    """Give each list of codes that is too long for a cell, once."""
    yield "## Lists of codes"
    shown: set[str] = set()
    fields = (field for record in (*RECORDS, *FORMS.values()) for field in record().fields.values())
    for field in (field.inner if isinstance(field, ListOf) else field for field in fields):
        if isinstance(field, Choice) and _is_long(field) and anchor(field) not in shown:
            shown.add(anchor(field))
            yield f'### <a id="{anchor(field)}"></a>{field.metadata.get("description") or _first(field)}'
            yield table(("Code", "Words"), ([f"`{code}`", words] for code, words in field.codes.items()))


def _is_long(field: Choice) -> bool:
    return len(field.codes) > MOST_CODES_IN_A_CELL


def anchor(field: Choice) -> str:
    """Name a list of codes after its first and last code, and how many there are."""
    codes = list(field.codes)
    return f"codes-{codes[0]}-{codes[-1]}-{len(codes)}".lower().replace("_", "-")


def _first(field: Choice) -> str:
    return f"{next(iter(field.codes.values()))} and others"


def _analytes() -> Iterator[str]:
    yield f"## Analytes\n\nCatalogue version {CATALOGUE_VERSION}. Units in brackets are never converted into those before them."
    titles = ("Code", "Analyte", "Units, the standard one first", "Findings", "Specimens", "LOINC", "SDTM")
    for category, words in CATEGORIES.items():
        yield f"### {words}"
        yield table(titles, map(_analyte, of_category(category)))


def _analyte(analyte: Analyte) -> list[str]:
    families = [", ".join(f"`{unit}`" for unit in family.units) for family in analyte.families]
    units = families[0] + "".join(f" ({family})" for family in families[1:]) if families else ""
    loinc = (analyte.loinc or "") + ("" if analyte.loinc_confirmed or not analyte.loinc else " (verify)")
    sdtm = f"{analyte.sdtm_domain}.{analyte.sdtm_code}"
    return [
        f"`{analyte.code}`",
        analyte.name,
        units,
        ", ".join(analyte.findings),
        ", ".join(analyte.specimens),
        loinc,
        sdtm,
    ]


def _edit_checks() -> Iterator[str]:
    yield "## Edit checks\n\nA hard check refuses; a soft one is accepted once the submission confirms it with a comment."
    titles = ("Rule", "Kind", "What it says", "For drafts", "Source", "Version")
    yield table(
        titles,
        (
            [f"`{r.id}`", r.kind, r.sentence, "yes" if r.for_drafts else "no", r.source, r.version]
            for r in RULES.values()
        ),
    )


def _refusals() -> Iterator[str]:
    yield "## Refusals\n\nWhat `type` of a problem (RFC 9457) can be."
    rows = sorted((problem.status, problem.slug(), problem.title()) for problem in every_problem())
    yield table(
        ("Status", "Type", "What it says"), ([str(status), f"`/problems/{slug}`", said] for status, slug, said in rows)
    )


def title_of(record: type[Any]) -> str:
    """Give the name of a record in words."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in record.__name__)
    return NAMES.get(record, spaced.strip().capitalize())


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def number(value: Decimal | int) -> str:
    """Write a limit plainly."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _code(text: str | None) -> str:
    return f"`{text}`" if text else ""
