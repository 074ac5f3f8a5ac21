"""The report that a monitoring board reads: one self-contained page as of a data cut, open or closed, the same bytes each time.

What is behind it is imported when the first report is written: the libraries of pictures take a second to come in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from registry.db import board_reports, data_cuts, records, studies, treatments
from registry.db.transaction import Attribution, Database, Transaction
from registry.problems import BrokenRule, RulesBroken

OPEN, CLOSED = "open", "closed"
NO_TREATMENT = "open_report"
"""The role in which an open report is read, by whoever it is asked: no role of this name knows any treatment."""
NO_CUT = BrokenRule("/cut", "no_such_cut", "The study has no data cut with this code.")


@dataclass(frozen=True, slots=True)
class BoardReport:
    """A report: the page, and its SHA-256 as the page itself says it."""

    content: bytes
    sha256: str


def write(
    database: Database, tx: Transaction, by: Attribution, study: str, cut: str, audience: str, *, key: bytes
) -> BoardReport:
    """Write the report of a study as of a cut, and keep in `tx`, which is by who asks, that it was read.

    It is read in a transaction of its own: an open one sees no treatment, whoever asks. `key` is that of pseudonyms.

    Raises:
        NoSuchRecord: there is no such study. RulesBroken: it has no such cut.
    """
    study_id = studies.id_of(tx, study)
    moment = data_cuts.moment_of(tx, study_id, cut)
    if moment is None:
        raise RulesBroken(NO_CUT)
    records.settle(tx)
    board_reports.wait_for_report(tx)
    with database.apart() as reading:
        made = _made(reading, by, audience, study_id, (study, cut, moment), key)
    details = {"study_id": study_id, "cut": cut, "audience": audience, "sha256": made.sha256}
    board_reports.note_reading(tx, details)
    if audience == CLOSED:
        treatments.note_access(tx, f"board report of {study}, {cut}", None, None)
    return made


def blinded(by: Attribution) -> Attribution:
    """Give the same attribution by a role that knows no treatment."""
    return replace(by, role=NO_TREATMENT, site_roles={})


def _made(
    reading: Transaction, by: Attribution, audience: str, study_id: str, named: tuple[str, str, datetime], key: bytes
) -> BoardReport:
    from registry.publish.board_report import facts, report  # noqa: PLC0415 (a second to import)

    board_reports.one_picture(reading)
    reading.attribute(by if audience == CLOSED else blinded(by))
    return BoardReport(*report.written(facts.read(reading, study_id, facts.Cut(*named), audience, key)))
