"""`registry report`: write the report that a monitoring board reads, and verify one that was written."""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from pathlib import Path
from typing import TextIO

import click

from registry import commands, keys, serving
from registry.api import identity
from registry.db import accounts
from registry.db.transaction import Attribution, Transaction
from registry.problems import NoSuchRecord, Problem
from registry.publish import board_report
from registry.publish.board_report import CLOSED, OPEN, BoardReport, stamp
from registry.settings import Settings

VERBS = {OPEN: "board_report.read_open", CLOSED: "board_report.read_closed"}
UNBLINDED_ONLY = (
    "The closed report needs --token-file with the access token of an account that has the role unblinded_statistician."
)


@click.group()
def report() -> None:
    """Write and verify reports."""


@report.command()
@click.option("--study", required=True, help="Code of the study.")
@click.option("--cut", required=True, help="Code of the data cut.")
@click.option("--audience", type=click.Choice([OPEN, CLOSED]), required=True)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write, not there yet."
)
@click.option(
    "--token-file",
    type=click.File(),
    help="File with an access token, - for standard input; the closed report needs one.",
)
@click.pass_obj
def dsmb(settings: Settings, study: str, cut: str, audience: str, out: Path, token_file: TextIO | None) -> None:
    """Write the report for the data and safety monitoring board as of a data cut: one page, the same bytes each time."""
    if out.exists():
        raise click.BadParameter(f"{out} exists; a report never overwrites.", param_hint="--out")
    if not os.access(out.absolute().parent, os.W_OK | os.X_OK):
        raise click.BadParameter(f"No file can be written in {out.absolute().parent}.", param_hint="--out")
    if audience == CLOSED and token_file is None:
        raise click.UsageError(UNBLINDED_ONLY)
    token = token_file.read().strip() if token_file else None
    key = keys.derive(keys.installation_secret(settings), "pseudonym")
    with (
        serving.connections(settings, join=True) as found,
        serving.opened(found.service) as database,
        database.transaction() as tx,
    ):
        by = _by_token(tx, token, audience) if token is not None else commands.by_command("report")
        tx.attribute(by)
        try:
            made = board_report.write(database, tx, by, study, cut, audience, key=key)
        except NoSuchRecord:
            raise click.BadParameter("There is no study with this code.", param_hint="--study") from None
        except Problem as problem:
            commands.refuse(problem)
        tx.commit()
    _keep(out, made)
    click.echo(f"The {audience} report is written to {out}; SHA-256 {made.sha256}.")


@report.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def verify(file: Path) -> None:
    """Tell whether the report in FILE is as it was made, and exit with 1 where it is not."""
    if not stamp.holds(file.read_bytes()):
        click.echo(f"{file} is not as it was made.", err=True)
        sys.exit(1)
    click.echo(f"{file} is as it was made.")


def _by_token(tx: Transaction, token: str, audience: str) -> Attribution:
    """Give who holds the token, for what they may read; refused in a sentence where they may not."""
    actor = accounts.by_token(tx, token)
    if actor is None:
        raise click.BadParameter("The token is unknown, expired or revoked.", param_hint="--token-file")
    try:
        roles, sites, by_site = identity.permitted_sites(actor, VERBS[audience])
    except Problem:
        refused = UNBLINDED_ONLY if audience == CLOSED else "This account has no role that reads the open report."
        raise click.UsageError(refused) from None
    return Attribution(
        actor=actor.name,
        actor_id=actor.account_id,
        organisation=actor.organisation,
        role=roles,
        sites=sites,
        site_roles=by_site,
        client="registry report",
        request_id=uuid.uuid4().hex,
        change_set=str(uuid.uuid4()),
    )


def _keep(out: Path, made: BoardReport) -> None:
    """Write the file whole or not at all."""
    handle, draft = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.absolute().parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(made.content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(out)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
