"""Whether an event is expected of a drug: what the reference safety information in force at the onset lists.

ICH E2A asks for expectedness by the reference safety information of the drug; an event that is more severe or more specific
than what is listed is not expected [MEM 90%]. That a fatal one is expected only where the document says so is a convention
of this registry, from the practice that a fatal outcome is unexpected unless it is listed [MEM 80%]. It is a proposal: a
person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from registry.domain.dates import PartialDate

Proposal = Literal["expected", "unexpected", "unknown"]
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is proposed for one drug: by which document, for which of its terms, and why."""

    drug: str
    document: Document | None
    certainly_in_force: bool
    listed_term: str | None
    proposal: Proposal
    reason: str


def normalised(term: str) -> str:
    """Give a term as it is compared: lower case, single spaces, without marks at its ends."""
    return " ".join(term.casefold().split()).strip(".,;:!? ")


def proposed(drug: str, event: Mapping[str, Any], terms: Iterable[str], documents: Sequence[Document]) -> Expectation:
    """Propose whether an event is expected of a drug, by the documents of that drug in any order.

    `event` has `started_on` (a partial date), `grade` and `outcome`; `terms` are those by which it may be listed.
    """
    document, certain = in_force(documents, PartialDate.parse(event["started_on"]))
    if document is None:
        return Expectation(drug, None, certain, None, "unknown", "No document of this drug was in force at the onset.")
    wanted = {normalised(term) for term in terms}
    listed = next((one for one in document["terms"] if normalised(one["term"]) in wanted), None)
    proposal, reason = _judged(event, listed)
    return Expectation(drug, document, certain, listed and listed["term"], proposal, reason)


def _judged(event: Mapping[str, Any], listed: Mapping[str, Any] | None) -> tuple[Proposal, str]:
    if listed is None:
        return "unexpected", "The document does not list the event's terms."
    if event["outcome"] == "fatal" and not listed.get("fatal_expected"):
        return "unexpected", "The document lists the term, but not that it may be fatal."
    highest = listed.get("highest_grade")
    if highest is not None and event["grade"] > highest:
        return "unexpected", "The document lists the term, but with a lower grade."
    return "expected", "The document lists the term."


def in_force(documents: Sequence[Document], onset: PartialDate) -> tuple[Document | None, bool]:
    """Give the document in force on the first day the onset may mean, and whether no other was on a later such day."""
    by_day = sorted(documents, key=_first_day)
    before = [one for one in by_day if _first_day(one) <= onset.earliest]
    during = [one for one in by_day if onset.earliest < _first_day(one) <= onset.latest]
    found = before[-1] if before else next(iter(during), None)
    return found, not during


def _first_day(document: Document) -> date:
    return date.fromisoformat(str(document["effective_from"]))
