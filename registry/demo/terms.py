"""Coding in the demo: the shipped terms of CTCAE 5.0, and the choices of a person; what has no term stays in the work list."""

from __future__ import annotations

from collections.abc import Sequence

from registry.api import dictionaries as coding
from registry.db import dictionaries
from registry.db.transaction import Transaction
from registry.demo.attributing import attribution
from registry.schemas import dictionary_files

REASON = "Coded by the CTCAE term of the report"

# Where a person has named the CTCAE term, the same person's choice is the code.
CHOOSE = """
    update coding c set dictionary_term_id = t.id, status = 'coded', version = c.version + 1, changed_at = clock_timestamp()
    from adverse_event e, dictionary_term t
    where e.participant_id = any(%(ids)s::uuid[]) and c.record_id = e.id and c.status = 'to_code'
      and t.dictionary_id = c.dictionary_id and coding_text(t.term) = coding_text(e.ctcae_term)"""


def begin(tx: Transaction, study_id: str) -> None:
    """Load the shipped terms, unless they are there, and have the study code with them."""
    dictionary, _ = dictionaries.load(tx, dictionary_files.SHIPPED_AS, dictionary_files.shipped())
    coding.begin(tx, study_id, dictionary)


def choose(tx: Transaction, participant_ids: Sequence[str]) -> None:
    """Code the events of participants whose report names a CTCAE term."""
    tx.attribute(attribution(REASON))
    tx.run(CHOOSE, {"ids": list(participant_ids)})
    tx.attribute(attribution())
