"""Where a version of a study's protocol is in force, and from which day."""

from __future__ import annotations

from registry.schemas.base import Kept
from registry.schemas.fields import Day, Id, YesNo, about
from registry.schemas.queries import Page


class ProtocolActivation(Kept):
    """From which day a protocol version is in force at a site, or at every site."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(required=True, metadata=about("Protocol version"))
    site_id = Id(metadata=about("Site where it is in force; every site where it is null"))
    effective_from = Day(
        required=True, metadata=about("First day on which it is in force, by the site's clock", example="2026-03-01")
    )
    entered_in_error = YesNo(empty=False, metadata=about("This record was entered in error and counts for nothing"))


class ProtocolActivationFilters(Page):
    """Filter the list of activations."""

    site_id = Id(metadata=about("Only those that name this site"))
    protocol_version_id = Id(metadata=about("Only those of this version"))
