"""A small dictionary that the cohort codes its adverse events with: the words of its reporters are a term of it."""

from registry.db import dictionaries
from registry.db.transaction import Transaction

HEADER = {"name": "Small", "edition": "1", "kind": "adverse_event"}
ZOSTER = {
    "code": "1",
    "preferred_code": "10",
    "preferred_term": "Herpes zoster",
    "system_organ_class_code": "100",
    "system_organ_class": "Infections and infestations",
    "current": True,
}
HEADACHE = {"code": "2", "term": "Headache", "system_organ_class": "Nervous system disorders", "current": True}
"""A term without a preferred one, which is its own."""


def code_with_it(tx: Transaction, study_id: str, words: str) -> None:
    """Have a study code its adverse events with the dictionary from now on, those of these words automatically."""
    image, _ = dictionaries.load(tx, HEADER, [ZOSTER | {"term": words}, HEADACHE])
    dictionaries.use(tx, study_id, image)
