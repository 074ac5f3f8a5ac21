"""What groups of commands share: who writes at the command line, sites by their code, documents, and how a refusal is told."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from registry import serving
from registry.db.transaction import Attribution, Transaction
from registry.problems import Problem
from registry.settings import Settings


def by_command(name: str, reason: str = "") -> Attribution:
    """Attribute what a command writes to the administrator at the machine."""
    return Attribution(
        actor=f"registry {name}",
        organisation="command line",
        role="administrator",
        sites="*",
        client=f"registry {name}",
        request_id=uuid.uuid4().hex,
        change_set=str(uuid.uuid4()),
        reason=reason,
    )


def site_id(tx: Transaction, code: str) -> str:
    """Find a site by its code."""
    row = tx.one("select id::text from site where code = %s", [code])
    if row is None:
        raise click.BadParameter("There is no site with this code.", param_hint="--site")
    return str(row["id"])


@contextmanager
def transaction(settings: Settings, attribution: Attribution) -> Iterator[Transaction]:
    """Give a transaction as the service over the database of these settings; it is undone unless it was committed."""
    with (
        serving.connections(settings, join=True) as found,
        serving.opened(found.service) as database,
        database.transaction() as tx,
    ):
        tx.attribute(attribution)
        yield tx


def current_or_write(name: str, document: Any, check: bool) -> None:
    """Write a generated document, or exit with 1 when the committed one is stale."""
    path = Path(__file__).parents[1] / name
    if not check:
        document.write(path)
    elif not document.is_current(path):
        click.echo(f"{name} is not current; run 'make openapi'.", err=True)
        sys.exit(1)


def refuse(problem: Problem) -> NoReturn:
    """Say every rule that was broken, each with its place, and end with 2."""
    click.echo(problem.title(), err=True)
    for rule in problem.errors:
        click.echo(f"{rule.pointer or '/'}: {rule.detail} [{rule.code}]", err=True)
    sys.exit(2)
