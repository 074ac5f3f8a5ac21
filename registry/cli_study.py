"""`registry study`: apply a study's file, compare it or two versions of a protocol, and print a shipped one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import psycopg

from registry import commands
from registry.api import study_files as applying
from registry.db import protocol_versions, refusals, schedule, studies
from registry.db.transaction import Transaction, as_json
from registry.domain import protocol_differences
from registry.domain.differences import Difference
from registry.problems import NoSuchRecord, Problem
from registry.schemas import study_files
from registry.schemas.fields import EARLIEST_YEAR, LATEST_YEAR
from registry.schemas.study_files import NotYaml
from registry.settings import Settings

Found = TypeVar("Found")
REASON = "A study's file was applied"
FIRST_DAY, LAST_DAY = date(EARLIEST_YEAR, 1, 1), date(LATEST_YEAR, 12, 31)
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def study() -> None:
    """Define studies by files."""


@study.command()
@click.argument("file", type=FILE)
@click.option(
    "--effective-from",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=lambda _context, _option, told: _plausible(told),
    help="First day in force; today unless told.",
)
@click.option("--site", help="Code of the site where it comes into force; without it, at every site.")
@click.option("--dry-run", is_flag=True, help="Only tell what it would do.")
@click.pass_obj
def apply(settings: Settings, file: Path, effective_from: date | None, site: str | None, dry_run: bool) -> None:
    """Make the study of FILE, the next version of its protocol where it differs, and put that in force."""

    def applied(tx: Transaction, content: dict[str, Any]) -> list[str]:
        at = commands.site_id(tx, site) if site else None
        did = applying.apply(tx, content, effective_from=effective_from, site_id=at).did
        if not dry_run:
            tx.commit()
        return did

    for sentence in _with_file(settings, file, applied):
        click.echo(sentence)
    if dry_run:
        click.echo("This was a dry run: nothing was kept.")


@study.command()
@click.argument("what")
@click.option("--from", "old", help="Number of the earlier version, where WHAT is the code of a study.")
@click.option("--to", "new", help="Number of the later version.")
@click.pass_obj
def diff(settings: Settings, what: str, old: str | None, new: str | None) -> None:
    """Tell field by field what differs, and exit with 1 where anything does.

    WHAT is a file, compared with the study and the newest version of its protocol, or a study's code with two versions.
    """
    if old and new:
        with commands.transaction(settings, commands.by_command("study diff")) as tx:
            changes = _between(tx, what, old, new)
    elif old or new:
        raise click.UsageError("Give both --from and --to, or neither.")
    else:
        path: Path = FILE.convert(what, None, None)
        changes = _with_file(settings, path, lambda tx, content: list(applying.compared(tx, content)))
    for change in changes:
        click.echo(f"{change.pointer}: {_said(change.old)} -> {_said(change.new)}")
    sys.exit(1 if changes else 0)


@study.command()
@click.argument("name", type=click.Choice(study_files.SHIPPED))
def example(name: str) -> None:
    """Print a protocol that is shipped, to begin a file with."""
    click.echo(study_files.shipped(name), nl=False)


@study.command()
@click.argument("code")
@click.pass_obj
def deviations(settings: Settings, code: str) -> None:
    """Note each missed visit, and each out of its window, of the study with this CODE as a protocol deviation, once."""
    with commands.transaction(settings, commands.by_command("study deviations")) as tx:
        try:
            found = schedule.detect_deviations(tx, studies.id_of(tx, code))
        except NoSuchRecord:
            raise click.BadParameter("There is no study with this code.", param_hint="CODE") from None
        tx.commit()
    click.echo(
        f"{found['participants']} participants: {found['visit_missed']} visits missed, "
        f"{found['visit_out_of_window']} out of their window; each is noted as a protocol deviation."
    )


def _plausible(told: datetime | None) -> date | None:
    """Give the day that was told, if a record can have it."""
    if told is not None and not FIRST_DAY <= told.date() <= LAST_DAY:
        raise click.BadParameter(f"Give a day from {FIRST_DAY} to {LAST_DAY}.")
    return told and told.date()


def _with_file(
    settings: Settings, file: Path, work: Callable[[Transaction, dict[str, Any]], list[Found]]
) -> list[Found]:
    """Do something with a study's file in a transaction; what it breaks is said, rule by rule."""
    try:
        content = study_files.read(file.read_text(encoding="utf-8"))
        with commands.transaction(settings, commands.by_command("study", REASON)) as tx:
            return work(tx, content)
    except (NotYaml, UnicodeDecodeError) as refused:
        raise click.BadParameter(str(refused), param_hint=str(file)) from None
    except Problem as problem:
        commands.refuse(problem)
    except psycopg.Error as error:
        commands.refuse(refusals.problem_of(error))


def _between(tx: Transaction, code: str, old: str, new: str) -> list[Difference]:
    try:
        study_id = studies.id_of(tx, code)
        before, after = (protocol_versions.numbered(tx, study_id, number) for number in (old, new))
    except NoSuchRecord:
        raise click.BadParameter("There is no such study, or no such version of it.", param_hint="WHAT") from None
    return protocol_differences.between(before, after)


def _said(value: Any) -> str:
    return "nothing" if value is None else as_json(value)
