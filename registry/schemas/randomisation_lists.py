"""Randomisation lists: what makes one, what is told of it, its slots, and whether its seal holds."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from registry.domain.protocol import RANDOMISATION_METHODS
from registry.domain.randomisation_lists import IMBALANCES, LARGEST_LIST, ORIGINS, RANDOMISATION_LIST
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, Exact, Id, ListOf, Part, Text, Whole, YesNo, about
from registry.schemas.queries import Page
from registry.schemas.sentences import Sentence, broken

LONGEST_STRATUM = 700
FEWEST_DISTINCT = 8
SEED_SAYS = "A seed is 32 to 200 visible ASCII characters made by chance, such as `openssl rand -hex 32` gives."
STRATUM_ABOUT = (
    "Stratum: `factor=level`, joined by `|` in the order of the protocol, the site first; `all` without factors"
)


def is_random_enough(seed: str) -> None:
    """Refuse a seed that can hardly have been made by chance."""
    if len(set(seed)) < FEWEST_DISTINCT:
        raise broken("guessable", SEED_SAYS)


class ListRow(Record):
    """A row of an uploaded list."""

    stratum = Text(LONGEST_STRATUM, required=True, metadata=about(STRATUM_ABOUT))
    position = Whole(1, LARGEST_LIST, required=True, metadata=about("Position in the stratum, from 1"))
    arm = Text(40, required=True, metadata=about("Code of the arm"))
    kit = Text(
        40,
        pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*",
        says="A kit's code has letters, digits, points, hyphens and underscores.",
        metadata=about("Code of the kit; it must tell nothing of the arm"),
    )


class RandomisationListRequest(Record):
    """What a list is made from: a seed, or the rows of a list that was made elsewhere."""

    protocol_version_id = Id(required=True, metadata=about("Protocol version that it is made for"))
    seed = Text(
        200,
        pattern=r"[\x21-\x7e]{32,200}",
        says=SEED_SAYS,
        also=is_random_enough,
        load_only=True,
        metadata=about(
            "Seed, known to the unblinded statistician alone: used for this answer, never kept, logged or shown"
        ),
    )
    slots_per_stratum = Whole(1, 5000, metadata=about("With a seed: slots of each stratum, filled up to whole blocks"))
    sites = ListOf(
        Text(20), 200, distinct=True, metadata=about("Where the site is a factor: codes of the sites that get strata")
    )
    rows = ListOf(Part(ListRow, required=True), LARGEST_LIST, metadata=about("Without a seed: the rows of the list"))
    salt = Text(
        32,
        pattern=r"[0-9a-f]{32}",
        says="A salt is 32 hexadecimal digits.",
        load_only=True,
        metadata=about(
            "With rows: made by chance, a part of what is sealed; the registry makes one where it is not given"
        ),
    )
    ratio_confirmed = YesNo(
        empty=False,
        metadata=about("With rows: the arms of a stratum are meant not to stand in the ratio of the protocol"),
    )
    block_sizes = ListOf(
        Whole(1, 60, required=True),
        6,
        load_only=True,
        metadata=about(
            "Permuted blocks with a seed: at least two sizes, one drawn for each block; multiples of the ratio's sum"
        ),
    )
    probability = Exact(
        "0.5",
        "1",
        places=3,
        load_only=True,
        metadata=about("Minimisation: probability of an arm of least imbalance", example="0.8"),
    )
    imbalance = Choice(
        IMBALANCES,
        load_only=True,
        metadata=about("Minimisation: measure of imbalance; the range where it is not given"),
    )

    @validates_schema(skip_on_field_errors=True)
    def is_generated_or_uploaded(self, asked: dict[str, Any], **_: Any) -> None:
        """A list comes from a seed, with how many slots, or from rows."""
        wrong = {}
        if (asked.get("seed") is None) == (not asked.get("rows")):
            wrong["seed"] = [Sentence("seed_or_rows", "Give a seed, or rows, and not both.")]
        if (asked.get("seed") is None) != (asked.get("slots_per_stratum") is None):
            wrong["slots_per_stratum"] = [
                Sentence("with_seed", "Slots of each stratum are given with a seed, and only so.")
            ]
        if asked.get("block_sizes") and asked.get("seed") is None:
            wrong["block_sizes"] = [Sentence("with_seed", "Sizes of blocks are given with a seed, and only so.")]
        if asked.get("ratio_confirmed") and not asked.get("rows"):
            wrong["ratio_confirmed"] = [Sentence("with_rows", "Only rows can have another ratio.")]
        if asked.get("salt") is not None and not asked.get("rows"):
            wrong["salt"] = [Sentence("with_rows", "A salt is given with rows, and only so: a seed makes one.")]
        if wrong:
            raise ValidationError(wrong)


class ListStratum(Record):
    """A stratum of a list."""

    stratum = Text(LONGEST_STRATUM, dump_only=True, metadata=about(STRATUM_ABOUT))
    slots = Whole(1, LARGEST_LIST, dump_only=True, metadata=about("Slots it began with"))


class RandomisationList(Kept):
    """A sealed list for the allocation of participants; its slots are another matter, shown to the unblinded alone."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(dump_only=True, metadata=about("Protocol version that it was made for"))
    method = Choice(RANDOMISATION_METHODS, dump_only=True, metadata=about("Method"))
    origin = Choice(ORIGINS, dump_only=True, metadata=about("Whether it was generated here or uploaded"))
    strata = ListOf(Part(ListStratum, required=True), LARGEST_LIST, dump_only=True, metadata=about("Strata"))
    slots = Whole(1, LARGEST_LIST, dump_only=True, metadata=about("Slots in all"))
    seal = Text(64, dump_only=True, metadata=about("SHA-256 over the slots, made when the list was recorded"))
    status = Choice(
        RANDOMISATION_LIST.words, dump_only=True, metadata=about("Whether participants are allocated from it")
    )


class RandomisationListStatus(Record):
    """What of a list can change: whether it is in use."""

    status = Choice(
        RANDOMISATION_LIST.words, required=True, metadata=about("Whether participants are allocated from it")
    )


class RandomisationScheme(Kept):
    """How chance is used in a list; for the unblinded alone, since arms can be calculated or foreseen from it."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    list_id = Id(dump_only=True, metadata=about("Randomisation list"))
    block_sizes = ListOf(
        Whole(1, 60, required=True), 6, dump_only=True, metadata=about("Sizes of blocks; none of a list from elsewhere")
    )
    probability = Exact(
        "0.5",
        "1",
        places=3,
        dump_only=True,
        allow_none=True,
        metadata=about("Minimisation: probability of an arm of least imbalance"),
    )
    imbalance = Choice(
        IMBALANCES, dump_only=True, allow_none=True, metadata=about("Minimisation: measure of imbalance")
    )


class RandomisationSlot(Kept):
    """A slot of a list, with the treatment that it gives; for the unblinded alone."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    list_id = Id(dump_only=True, metadata=about("Randomisation list"))
    stratum = Text(LONGEST_STRATUM, dump_only=True, metadata=about(STRATUM_ABOUT))
    position = Whole(1, LARGEST_LIST, dump_only=True, metadata=about("Position in the stratum"))
    arm = Text(40, dump_only=True, metadata=about("Code of the arm", sdtm="DM.ARMCD"))
    kit = Text(40, dump_only=True, allow_none=True, metadata=about("Code of the kit"))
    salt = Text(32, dump_only=True, metadata=about("Salt of the list: without it the seal tells nothing of the slots"))
    site_id = Id(dump_only=True, allow_none=True, metadata=about("Site of the participant who was given it"))
    participant_id = Id(
        dump_only=True, allow_none=True, metadata=about("Participant who was given it; null while free")
    )
    draw = Exact(
        0,
        2**48 - 1,
        places=0,
        dump_only=True,
        allow_none=True,
        metadata=about("Minimisation: the number below 2^48 by which chance decided"),
    )


class SlotFilters(Page):
    """Page through the slots of a list."""

    participant_id = Id(metadata=about("Only the slot of this participant"))


class SealVerification(Record):
    """Whether a list is as it was sealed, and was used in its order; tells nothing of its slots."""

    list_id = Id(dump_only=True, metadata=about("Randomisation list"))
    status = Choice(
        RANDOMISATION_LIST.words, dump_only=True, metadata=about("Whether participants are allocated from it")
    )
    seal = Text(64, dump_only=True, metadata=about("SHA-256 over the slots, made when the list was recorded"))
    slots = Whole(1, LARGEST_LIST, dump_only=True, metadata=about("Slots in all"))
    allocated = Whole(0, LARGEST_LIST, dump_only=True, metadata=about("Slots that were given"))
    sealed = YesNo(dump_only=True, metadata=about("The slots, and the event of the list's making, give this seal"))
    in_order = YesNo(
        dump_only=True, metadata=about("Slots were given in the list's order, one to each participant who is allocated")
    )
