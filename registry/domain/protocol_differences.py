"""What differs between two versions of a protocol, field by field; entries of a list are matched by their code.

A criterion is `/eligibility/new_onset/text` and a planned visit `/schedule/week_12/window_after`, wherever they stand in
the list; the order of a list says nothing. A document of consent is matched by its version, kind, language and site.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.domain import differences
from registry.domain.differences import Difference

KEYS: Mapping[str, tuple[str, ...]] = {
    "arms": ("code",),
    "schedule": ("event",),
    "eligibility": ("code",),
    "stratification": ("code",),
    "levels": ("code",),
    "consent_documents": ("document_version", "kind", "language", "site_code"),
}
OF_THE_RECORD = frozenset({"id", "version", "recorded_at", "changed_at", "study_id"})


def between(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[Difference]:
    """List what differs between two definitions; all of the new one where there is no old one."""
    return differences.between(_matched(old or {}), _matched(new), OF_THE_RECORD)


def _matched(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Give a definition whose entries of lists carry what they are matched by as their `id`."""
    return {name: _entries(name, value) for name, value in definition.items()}


def _entries(name: str, value: Any) -> Any:
    if name not in KEYS or not isinstance(value, list):
        return value
    return [{**_matched(entry), "id": _identity(entry, KEYS[name])} for entry in value]


def _identity(entry: Mapping[str, Any], key: tuple[str, ...]) -> str:
    return " ".join(str(entry[part]) for part in key if entry.get(part) is not None)
