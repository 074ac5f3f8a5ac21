"""Allocations: that a participant was randomised, when and under which number; not to what."""

from __future__ import annotations

from registry.domain.deidentification import Action
from registry.domain.protocol import RANDOMISATION_METHODS
from registry.domain.stratification import BASES
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, Id, ListOf, Moment, Part, Text, about
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.randomisation_lists import LONGEST_STRATUM, STRATUM_ABOUT
from registry.schemas.removals import IDENTIFIER, OF_THE_REGISTRY

LONGEST_FACTORS = 9


class AttestedLevel(Record):
    """The level of a factor as the site attests it."""

    factor = Text(40, required=True, metadata=about("Code of the factor", example="weight_band"))
    level = Text(40, required=True, metadata=about("Code of the level", example="from_30_kg"))


class FactorLevel(Record):
    """The level of a factor by which a participant was allocated."""

    factor = Text(40, dump_only=True, metadata=about("Code of the factor; `site` where the site is one"))
    level = Text(40, dump_only=True, metadata=about("Code of the level; of the site where that is the factor"))
    basis = Choice(BASES, dump_only=True, metadata=about("On what basis"))


class AllocationRequest(Record):
    """What is said to allocate a participant: the levels that what is recorded does not tell."""

    levels = ListOf(Part(AttestedLevel, required=True), LONGEST_FACTORS, metadata=about("Levels that the site attests"))


class Allocation(Kept):
    """That a participant was randomised. It has the same shape and tells as little whatever the treatment."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(dump_only=True, metadata=about("Protocol version it was made under"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    list_id = Id(dump_only=True, metadata=about("Randomisation list"))
    number = Text(
        6,
        dump_only=True,
        metadata=about(
            "Randomisation number: made by chance, it tells neither arm nor order", removed_because=IDENTIFIER
        ),
    )
    method = Choice(RANDOMISATION_METHODS, dump_only=True, metadata=about("Method", removed_because=OF_THE_REGISTRY))
    stratum = Text(LONGEST_STRATUM, dump_only=True, metadata=about(STRATUM_ABOUT, removed_because="names sites"))
    levels = ListOf(
        Part(FactorLevel, required=True),
        LONGEST_FACTORS,
        dump_only=True,
        metadata=about("Level of each factor", removed_because="name sites"),
    )
    allocated_at = Moment(
        dump_only=True, metadata=about("When, by the server's clock", sdtm="DS.DSSTDTC", deidentify=Action.DATE)
    )


class AllocationFilters(ParticipantRecordFilters):
    """Filter the allocations of a study."""

    number = Text(6, metadata=about("Only the allocation with this number"))
