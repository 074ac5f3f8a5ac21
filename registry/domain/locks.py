"""Freeze and lock: what of a study can be held still, who may still write then, and how it is opened again.

Frozen, the site changes nothing and a data manager still may; locked, nobody writes. The database refuses (`refuse_locked`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from registry.domain.transitions import States, Transition

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "study": "The whole study",
        "site": "One site of the study",
        "participant": "One participant with all records",
        "visit": "One visit",
    }
)

LOCK = States(
    title="Data lock",
    words={
        "open": "Open: whoever may write writes",
        "frozen": "Frozen: only a data manager writes",
        "locked": "Locked: nobody writes",
    },
    first="open",
    transitions=(
        Transition("freeze", ("open",), "frozen", "freeze"),
        Transition("lock", ("open", "frozen"), "locked", "lock"),
        Transition("release", ("locked",), "frozen", "release to data managers, with a reason"),
        Transition("open", ("frozen", "locked"), "open", "open again, with a reason"),
    ),
)

LOCKABLE = frozenset(
    {
        "participant", "consent", "visit", "dose", "concomitant_medication", "adverse_event", "eligibility_assessment",
        "enrolment", "skipped_visit", "allocation", "study_product_dose", "study_product_intake", "form_entry",
        "form_reconciliation",
    }
)  # fmt: skip
"""The kinds of record whose writing a lock refuses; a withdrawal can be recorded, and the work on data goes on."""
