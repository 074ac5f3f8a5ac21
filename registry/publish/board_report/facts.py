"""What a report is made of: a study's records as they stood at the moment of its cut, read once, in one unchanging state."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from registry.api import arm_comparison, study_safety
from registry.db import board_reports, codings, study_past
from registry.db.transaction import Image, Transaction
from registry.domain.study_safety import StudySafety
from registry.publish.pseudonyms import pseudonyms

OPEN, CLOSED = "open", "closed"
AUDIENCES: Mapping[str, str] = {
    OPEN: "Open: everybody who works on the study may read it; it tells nothing of treatment that is blinded",
    CLOSED: "Closed: for the members of the board and the unblinded statistician; it compares the arms",
}
RECIPIENT = "data safety monitoring board"
"""Pseudonyms of its reports are of this recipient: they cannot be joined with an extract that anybody else was given."""
KINDS = (
    "participant", "enrolment", "withdrawal", "consent", "allocation", "protocol_version", "protocol_activation",
    "skipped_visit", "protocol_deviation", "code_break", "data_query", "adverse_event", "reporting_clock",
    "safety_submission", "laboratory_alert", "special_interest_candidate", "coding", "study_dictionary",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """The moment of a report, by its name in the study."""

    study: str
    code: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a report tells of, as it stood, the study's code in `cut` too. `names` has each participant's pseudonym, the
    same in every report of the study, `terms` the code of each event that is coded.

    `arms` and `arm_of` are there in a closed report alone: the transaction of an open one sees no treatment.
    """

    cut: Cut
    audience: str
    study: Image
    sites: Mapping[str, Image]
    dictionaries: Mapping[str, Image]
    images: Mapping[str, Sequence[Image]]
    names: Mapping[str, str]
    terms: Mapping[str, Mapping[str, Any]]
    safety: StudySafety
    laboratory: Any
    arms: Mapping[str, Any] | None = None
    arm_of: Mapping[str, str] | None = None

    def of(self, kind: str) -> Sequence[Image]:
        """Give the records of a kind that count."""
        return self.images[kind]

    def site(self, site_id: str) -> str:
        """Give the code of a site."""
        return str(self.sites[site_id]["code"])

    def today(self, site_id: str) -> date:
        """Give the day that it was at a site at the moment of the cut."""
        return self.cut.moment.astimezone(ZoneInfo(self.sites[site_id]["time_zone"])).date()

    @property
    def site_ids(self) -> list[str]:
        """Give the sites with participants, in the order of their codes."""
        return sorted({one["site_id"] for one in self.of("participant")}, key=self.site)


def read(tx: Transaction, study_id: str, cut: Cut, audience: str, key: bytes) -> Facts:
    """Read what a report is made of; the past must have been settled before (`records.settle`).

    Whether treatment is seen is decided by the transaction alone.
    """
    moment = cut.moment.astimezone(UTC)
    images = {kind: study_past.counting(tx, study_id, kind, moment) for kind in KINDS}
    images["visit"] = board_reports.visits(tx, study_id, moment)
    safety = study_safety.read(tx, study_id, moment)
    closed = audience == CLOSED
    study = board_reports.study(tx, study_id, moment) or {}
    cut = replace(cut, study=study.get("code", cut.study))
    return Facts(
        cut=cut,
        audience=audience,
        study=study,
        sites=board_reports.common(tx, "site", moment),
        dictionaries=board_reports.common(tx, "dictionary", moment),
        images=images,
        names=pseudonyms(key, study_id, RECIPIENT, (one["id"] for one in images["participant"])),
        terms=codings.terms_of(tx, [one["id"] for one in images["adverse_event"]], moment),
        safety=safety,
        laboratory=study_safety.laboratory(tx, safety),
        arms=arm_comparison.arms(tx, safety) if closed else None,
        arm_of=arm_comparison.arms_of(tx, safety) if closed else None,
    )


def counted(
    images: Iterable[Image], across: Callable[[Image], str], down: Callable[[Image], str]
) -> dict[str, Counter[str]]:
    """Count records by two things, such as state by site."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for image in images:
        found[down(image)][across(image)] += 1
    return found


def moment(told: str) -> datetime:
    """Read a moment as images have it."""
    return datetime.fromisoformat(told)
