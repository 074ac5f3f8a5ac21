"""Every namespace of the API, under its version."""

from __future__ import annotations

from flask_restx import Namespace

from registry.api import (
    accounts,
    adverse_events,
    audit,
    calculations,
    catalogue,
    concomitant_medications,
    consents,
    courses,
    derived_history,
    doses,
    extracts,
    laboratory_results,
    participants,
    rules,
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
        courses,
        consents,
        visits,
        derived_history,
        laboratory_results,
        doses,
        concomitant_medications,
        adverse_events,
        extracts,
        audit,
        catalogue,
        rules,
        calculations,
        accounts,
    )
)
