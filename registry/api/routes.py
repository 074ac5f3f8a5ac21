"""Every namespace of the API, under its version."""

from __future__ import annotations

from flask_restx import Namespace

from registry.api import (
    accounts,
    adverse_events,
    audit,
    catalogue,
    concomitant_medications,
    consents,
    doses,
    extracts,
    laboratory_results,
    participants,
    sites,
    studies,
    visits,
)

NAMESPACES: tuple[tuple[Namespace, str], ...] = tuple(
    (module.namespace, "/v1")
    for module in (
        studies,
        sites,
        participants,
        consents,
        visits,
        laboratory_results,
        doses,
        concomitant_medications,
        adverse_events,
        extracts,
        audit,
        catalogue,
        accounts,
    )
)
