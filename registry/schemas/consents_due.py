"""The work list of consent: who needs agreement anew, of which kind, and by when."""

from __future__ import annotations

from registry.domain.consents import CONSENT_NEEDS
from registry.schemas.base import Record
from registry.schemas.fields import Choice, Day, Id, ListOf, Part, Text, YesNo, about
from registry.schemas.queries import Page, QueryWhole

USUAL_DAYS = 90


class ConsentNeed(Record):
    """Something that a participant needs before its next visit after a day."""

    reason = Choice(CONSENT_NEEDS, dump_only=True, metadata=about("What is needed", example="reconsent_needed"))
    due_by = Day(dump_only=True, metadata=about("Last day that is covered without it", example="2026-06-30"))
    overdue = YesNo(dump_only=True, metadata=about("That day is past, by the site's clock"))


class ConsentsDue(Record):
    """A participant who needs consent or assent anew."""

    participant_id = Id(dump_only=True, metadata=about("Participant"))
    code = Text(20, dump_only=True, metadata=about("The site's code of the participant", example="BER-0007"))
    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    needs = ListOf(
        Part(ConsentNeed, required=True),
        len(CONSENT_NEEDS),
        dump_only=True,
        metadata=about("Needs, the first due first"),
    )


class ConsentsDueFilters(Page):
    """Filter the work list of consent."""

    site_id = Id(metadata=about("Only participants of this site"))
    days = QueryWhole(0, 730, metadata=about(f"How many days to look ahead, {USUAL_DAYS} unless told", unit="d"))
