"""A version of a study's protocol: arms, schedule, eligibility, stratification, randomisation, blinding, consent documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, post_load, validates_schema

from registry.domain.analytes import CATALOGUE
from registry.domain.protocol import (
    ANCHORS,
    BLINDED_PRODUCTS,
    CRITERION_KINDS,
    MASKINGS,
    RANDOMISATION_METHODS,
)
from registry.domain.protocol_rules import Broken, broken_rules
from registry.domain.vocabulary import CONSENT_KINDS, CONSENT_SCOPES, VISIT_EVENTS
from registry.schemas.base import Kept, Record
from registry.schemas.conditions import Condition
from registry.schemas.fields import Choice, Day, Id, ListOf, Part, Text, Whole, YesNo, about
from registry.schemas.sentences import SCHEMA_LEVEL, Sentence
from registry.schemas.visits import FORMS

ITEM_FORM = r"[a-z][a-z0-9_]{0,39}"
ITEM_SAYS = "A code is 1 to 40 small letters, digits and underscores, and begins with a letter."
FORM_CODES = {name: name.replace("_", " ").capitalize() for name in FORMS}
ANALYTE_CODES = {code: analyte.name for code, analyte in CATALOGUE.items()}
PLANNED_EVENTS = {code: words for code, words in VISIT_EVENTS.items() if code != "unscheduled"}


class Entry(Record):
    """An entry of a definition: what it does not say is kept as empty, as a record's own fields are."""

    @post_load
    def as_kept(self, accepted: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give the entry with every field."""
        return self.whole(accepted)


class Arm(Entry):
    """An arm of the study; arms of a trial are named here, who is in which arm never."""

    code = Text(40, pattern=ITEM_FORM, says=ITEM_SAYS, required=True, metadata=about("Code", sdtm="TA.ARMCD"))
    name = Text(120, required=True, metadata=about("Name", sdtm="TA.ARM", example="Baricitinib 2 mg"))
    ratio = Whole(1, 20, required=True, metadata=about("Share in the allocation ratio", example=1))
    product = Choice(
        BLINDED_PRODUCTS, metadata=about("Study product: a JAK inhibitor, or placebo; null for usual care")
    )


class PlannedVisit(Entry):
    """A planned event with its window, and what is to be done there."""

    event = Choice(PLANNED_EVENTS, required=True, metadata=about("Event", sdtm="TV.VISIT", example="week_12"))
    anchor = Choice(ANCHORS, required=True, metadata=about("From which day the target is counted", example="baseline"))
    target_day = Whole(-365, 3650, required=True, metadata=about("Days from the anchor to the target", unit="d"))
    window_before = Whole(
        0, 365, required=True, metadata=about("Days before the target that are in the window", unit="d")
    )
    window_after = Whole(
        0, 365, required=True, metadata=about("Days after the target that are in the window", unit="d")
    )
    required_forms = ListOf(
        Choice(FORM_CODES), len(FORMS), distinct=True, metadata=about("Forms that are to be filled in")
    )
    required_analytes = ListOf(
        Choice(ANALYTE_CODES), len(CATALOGUE), distinct=True, metadata=about("Analytes that are to be measured")
    )
    repeat_every = Whole(
        28, 365, metadata=about("Days after which it is repeated, as the event of that week", unit="d")
    )
    repeat_until = Whole(28, 2184, metadata=about("Last target day of the repetition", unit="d"))


class Criterion(Entry):
    """A criterion of eligibility: evaluated from what is recorded where there is a condition, attested where not."""

    code = Text(40, pattern=ITEM_FORM, says=ITEM_SAYS, required=True, metadata=about("Code", sdtm="IE.IETESTCD"))
    kind = Choice(CRITERION_KINDS, required=True, metadata=about("Inclusion or exclusion", sdtm="IE.IECAT"))
    text = Text(500, required=True, metadata=about("Words of the protocol", sdtm="IE.IETEST"))
    condition = Condition(metadata=about("What is evaluated; an exclusion holds where it is true; null where attested"))


class StratumLevel(Entry):
    """A level of a stratification factor."""

    code = Text(40, pattern=ITEM_FORM, says=ITEM_SAYS, required=True, metadata=about("Code"))
    name = Text(120, required=True, metadata=about("Name"))
    condition = Condition(metadata=about("What puts a participant here; null where the site attests the level"))


class StratificationFactor(Entry):
    """A factor by which allocation is balanced; its levels exclude each other."""

    code = Text(40, pattern=ITEM_FORM, says=ITEM_SAYS, required=True, metadata=about("Code", example="weight_band"))
    name = Text(120, required=True, metadata=about("Name"))
    levels = ListOf(Part(StratumLevel, required=True), 12, required=True, metadata=about("Levels"))


class Randomisation(Entry):
    """How participants are allocated to arms; block sizes or a probability are told to the list, which keeps them secret."""

    method = Choice(RANDOMISATION_METHODS, required=True, metadata=about("Method", example="permuted_blocks"))
    by_site = YesNo(empty=False, metadata=about("The site is a factor as well"))
    baseline_event = Choice(
        PLANNED_EVENTS, required=True, metadata=about("Visit that must be complete before", example="week_0")
    )


class Blinding(Entry):
    """Who must not know the treatment."""

    masking = Choice(MASKINGS, required=True, metadata=about("Masking", sdtm="TS.TBLIND", example="double_blind"))
    products = ListOf(
        Choice(BLINDED_PRODUCTS),
        len(BLINDED_PRODUCTS),
        distinct=True,
        metadata=about("Products given blinded: their doses are recorded by who is unblinded, apart"),
    )


class ProtocolConsentDocument(Entry):
    """A version of a document of consent or assent that this protocol version brings."""

    document_version = Text(40, required=True, metadata=about("Version of the document", example="2.0"))
    kind = Choice(CONSENT_KINDS, required=True, metadata=about("Consent, or assent of the child"))
    language = Text(
        35,
        pattern=r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*",
        says="A language is a tag of BCP 47, such as de or pt-BR.",
        required=True,
        metadata=about("Language", example="de"),
    )
    site_code = Text(20, metadata=about("Site where it is used; every site where it is null"))
    valid_from = Day(required=True, metadata=about("First day on which it may be signed"))
    valid_until = Day(metadata=about("Last day on which it may be signed"))
    reconsent_by = Day(
        metadata=about("From the day after, consents to earlier versions count no more; null where they go on")
    )
    scopes = ListOf(
        Choice(CONSENT_SCOPES), len(CONSENT_SCOPES), distinct=True, required=True, metadata=about("Uses it asks about")
    )


class ProtocolNumbers(Record):
    """Which two versions of a protocol to compare."""

    class Meta:
        """Declares `from`, which is a word of Python's."""

        include: ClassVar = {
            "from": Text(40, required=True, metadata=about("Number of the earlier version", example="1.0")),
            "to": Text(40, required=True, metadata=about("Number of the later version", example="2.0")),
        }


class ProtocolVersion(Kept):
    """A study's definition, whole and never edited: an amendment of the protocol is the next version."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    number = Text(40, required=True, metadata=about("Number of the version", example="2.0"))
    summary = Text(2000, required=True, metadata=about("What it is, or what changes and why"))
    arms = ListOf(Part(Arm, required=True), 12, metadata=about("Arms"))
    schedule = ListOf(Part(PlannedVisit, required=True), 100, metadata=about("Schedule of visits"))
    eligibility = ListOf(Part(Criterion, required=True), 100, metadata=about("Criteria of eligibility"))
    stratification = ListOf(Part(StratificationFactor, required=True), 8, metadata=about("Stratification factors"))
    randomisation = Part(Randomisation, metadata=about("How participants are allocated; null where they are not"))
    blinding = Part(Blinding, metadata=about("Blinding; null where the study is open"))
    consent_documents = ListOf(
        Part(ProtocolConsentDocument, required=True), 200, metadata=about("Documents of consent and assent")
    )
    assent_from_age = Whole(
        0, 25, metadata=about("Age from which the child's own assent is needed as well; null where none is", unit="a")
    )
    double_entry_forms = ListOf(
        Choice(FORM_CODES), len(FORMS), distinct=True, metadata=about("Forms that two people enter independently")
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def definition_makes_sense(self, accepted: dict[str, Any], sent: Any, **_: Any) -> None:
        """What was sent makes sense as a whole; fields that could not be read themselves are left out of it."""
        if not isinstance(sent, Mapping):
            return
        readable = {name: value for name, value in self.whole(accepted).items() if name in accepted or name not in sent}
        if broken := broken_rules(readable):
            raise ValidationError(nested(broken))


def nested(broken: list[Broken]) -> dict[str | int, Any]:
    """Give broken rules as marshmallow nests its messages: by the steps to the place of each."""
    messages: dict[str | int, Any] = {}
    for rule in broken:
        here = messages
        for step in rule.steps:
            here = here.setdefault(step, {})
        here.setdefault(SCHEMA_LEVEL, []).append(Sentence(rule.code, rule.sentence))
    return messages
