"""`registry randomisation`: make a list on one's own machine from a seed, and verify the seals of those in the registry."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

import click

from registry import commands
from registry.db import randomisation_lists as kept
from registry.db.transaction import as_json
from registry.domain import randomisation_lists
from registry.problems import Problem
from registry.schemas import study_files
from registry.schemas.base import schema_of
from registry.schemas.randomisation_lists import RandomisationListRequest
from registry.schemas.study_files import NotYaml
from registry.settings import Settings

NO_VERSION = "00000000-0000-0000-0000-000000000000"


@click.group()
def randomisation() -> None:
    """Make and verify randomisation lists."""


@randomisation.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--seed-file",
    type=click.File(),
    required=True,
    help="File that holds the seed on one line; - reads standard input.",
)
@click.option("--slots-per-stratum", type=click.IntRange(1, 5000), required=True, help="Filled up to whole blocks.")
@click.option("--block-size", "sizes", type=click.IntRange(1, 60), multiple=True, help="Two or more, for blocks.")
@click.option("--site", "sites", multiple=True, help="Code of a site that gets strata, where the site is a factor.")
def generate(
    file: Path, seed_file: TextIO, slots_per_stratum: int, sizes: tuple[int, ...], sites: tuple[str, ...]
) -> None:
    """Print the rows and the salt of a list for the protocol in FILE, as POST .../randomisation-lists takes them.

    Nothing is sent or kept: the seed stays on this machine. The registry makes the same rows from the same seed.
    """
    seed = seed_file.read().strip()
    try:
        protocol = study_files.read(file.read_text(encoding="utf-8"))["protocol"]
        asked = {"protocol_version_id": NO_VERSION, "seed": seed, "slots_per_stratum": slots_per_stratum,
                 "block_sizes": list(sizes)}  # fmt: skip
        schema_of(RandomisationListRequest).accept(asked)
    except (Problem, NotYaml) as refused:
        if isinstance(refused, Problem):
            commands.refuse(refused)
        raise click.BadParameter(str(refused), param_hint="FILE") from None
    if protocol["randomisation"] is None:
        raise click.BadParameter("This protocol allocates nobody.", param_hint="FILE")
    if bool(protocol["randomisation"].get("by_site")) is not bool(sites):
        raise click.BadParameter("Sites are given where the site is a factor, and only there.", param_hint="--site")
    without_chance = {"seed": seed, "block_sizes": sizes, "probability": None, "imbalance": None}
    for rule in randomisation_lists.broken_scheme(protocol, without_chance):
        if rule.pointer.startswith("/block_sizes"):  # a probability is told with the rows
            raise click.BadParameter(rule.detail, param_hint="--block-size")
    if randomisation_lists.too_many(protocol, sites, slots_per_stratum, sizes):
        raise click.BadParameter("The list would be too large.", param_hint="--slots-per-stratum")
    slots = randomisation_lists.generated(protocol, sites, seed, slots_per_stratum, sizes)
    rows = [{name: value for name, value in slot.as_json().items() if name != "salt"} for slot in slots]
    click.echo(as_json({"salt": slots[0].salt, "rows": rows}))


@randomisation.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Verify the seal of every list, and the order in which it was used; exit with 1 where one does not hold."""
    with commands.transaction(settings, commands.by_command("randomisation verify")) as tx:
        found = kept.verified(tx)
    for one in found:
        said = "as it was sealed" if one["sealed"] else "NOT AS IT WAS SEALED"
        order = "used in order" if one["in_order"] else "NOT USED IN ORDER"
        click.echo(f"{one['list_id']} {one['seal']} {said}, {order}: {one['allocated']} of {one['slots']} slots given")
    click.echo(f"{len(found)} lists verified.")
    sys.exit(0 if all(one["sealed"] and one["in_order"] for one in found) else 1)
