"""The `registry` command."""

from __future__ import annotations

import json
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from registry import cli_dictionary, cli_extract, cli_randomisation, cli_report, cli_study, keys, serving
from registry.commands import by_command, current_or_write, site_id
from registry.db import accounts, backups, events, provision
from registry.db.backups import BackupFailed
from registry.db.provision import DatabaseUnsuitable
from registry.db.server_files import ServerUnavailable
from registry.db.transaction import Database, as_json
from registry.demo.loading import DemoLoaded, Loaded
from registry.permissions import Role
from registry.problems import Problem
from registry.schemas.study_files import SHIPPED
from registry.serving import Connections
from registry.settings import Settings, SettingsError

REFUSALS = (
    SettingsError,
    ServerUnavailable,
    DatabaseUnsuitable,
    DemoLoaded,
    BackupFailed,
    serving.PortInUse,
)


class Group(click.Group):
    """Says a refusal as one sentence and exits with 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except REFUSALS as refusal:
            click.echo(str(refusal), err=True)
            sys.exit(2)


@click.group(cls=Group)
@click.version_option(package_name="jdm-jaki-registry")
@click.pass_context
def main(context: click.Context) -> None:
    """A prospective registry of juvenile dermatomyositis treated with JAK inhibitors."""
    if context.invoked_subcommand not in ("openapi", "dictionary", "calculate"):
        context.obj = Settings.from_environment()
        serving.stop_on_signals()


main.add_command(cli_study.study)
main.add_command(cli_dictionary.dictionary)
main.add_command(cli_extract.extract)
main.add_command(cli_extract.rotate_pseudonyms)
main.add_command(cli_randomisation.randomisation)
main.add_command(cli_report.report)


@main.command()
@click.option("--demo", is_flag=True, help="Load the demo cohort first, if the registry holds no study yet.")
@click.option("--worker", "working", is_flag=True, help="Run a worker beside it, which ends with it.")
@click.pass_obj
def serve(settings: Settings, demo: bool, working: bool) -> None:
    """Serve the API; without DATABASE_URL on an embedded PostgreSQL in REGISTRY_HOME."""
    serving.check_port(settings)
    with serving.connections(settings) as found:
        prepare(settings, found)
        if demo:
            load_demo_once(settings, found)
        url = f"http://{settings.host}:{settings.port}"
        click.echo(f"The registry answers at {url}; the page of its API is {url}/docs")
        if (settings.home / "demo-tokens.json").exists():
            click.echo(f"Demo tokens, one a role: {settings.home / 'demo-tokens.json'}")
        with beside(settings, found, working):
            serving.serve(settings, found)


def beside(settings: Settings, found: Connections, working: bool) -> AbstractContextManager[None]:
    """Give the worker that runs beside the service, or nothing."""
    if not working:
        return nullcontext()
    from registry import worker

    return worker.beside(settings, found)


@main.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Write the extracts that were ordered and note the reporting clocks that ran out, until told to stop."""
    from registry import worker as working

    with serving.connections(settings, join=True) as found:
        prepare(settings, found)
        working.run(settings, found)


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Make the roles and bring the tables to the newest version."""
    with serving.connections(settings, join=True) as found:
        prepare(settings, found)
        click.echo(f"The database is at {provision.head_revision()}.")


@main.command()
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--site", help="Code of the site; without it the role holds at every site.")
@click.option("--name", required=True, help="Name of the person or the system.")
@click.option("--organisation", required=True)
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True, help="Days until it expires.")
@click.pass_obj
def token(settings: Settings, role: str, site: str | None, name: str, organisation: str, days: int) -> None:
    """Open an account with one role and print an access token for it, once."""
    with (
        serving.connections(settings, join=True) as found,
        serving.opened(found.service) as database,
        database.transaction() as tx,
    ):
        tx.attribute(by_command("token"))
        grants = [{"role": role, "site_id": site_id(tx, site) if site else None}]
        account = accounts.open_account(tx, {"name": name, "organisation": organisation, "grants": grants})
        expires = datetime.now(UTC) + timedelta(days=days)
        made = accounts.make_token(tx, {"account_id": account["id"], "label": "registry token", "expires_at": expires})
        tx.commit()
        click.echo(made["token"])


@main.command()
@click.option("--seed", type=int, default=20260101, show_default=True)
@click.option("--participants", type=click.IntRange(1, 100_000), default=60, show_default=True)
@click.option("--sites", type=click.IntRange(1, 20), default=5, show_default=True)
@click.option("--protocol", type=click.Choice(SHIPPED), default=SHIPPED[0], show_default=True, help="Shipped protocol.")
@click.pass_obj
def demo(settings: Settings, seed: int, participants: int, sites: int, protocol: str) -> None:
    """Load a synthetic cohort under a shipped protocol, the same for the same seed."""
    from registry.demo import loading

    with serving.connections(settings, join=True) as found:
        prepare(settings, found)
        with serving.opened(found.service) as database:
            loaded = loading.load(database, seed=seed, participants=participants, sites=sites, protocol=protocol)
            click.echo(loaded_sentence(loaded))


@main.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
@click.pass_obj
def audit(settings: Settings, out: Path) -> None:
    """Export every event of the audit, one JSON object a line."""
    with (
        serving.connections(settings, join=True) as found,
        serving.opened(found.service) as database,
        database.transaction() as tx,
    ):
        tx.attribute(by_command("audit"))
        events.note(tx, "export", "audit", {"by": "command"})
        with out.open("x", encoding="utf-8") as file:
            count = sum(1 for event in events.every(tx, {}) if file.write(as_json(event) + "\n"))
        tx.commit()
        click.echo(f"{count} events written to {out}.")


@main.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
@click.pass_obj
def backup(settings: Settings, out: Path) -> None:
    """Write everything to one file with pg_dump, records and audit alike; pg_restore reads it."""
    with serving.connections(settings, join=True) as found:
        backups.write(found.owner or found.service, out)
    click.echo(f"Written to {out}. Keep it as safely as the database, and the installation secret elsewhere.")


@main.command()
@click.argument("rule")
def calculate(rule: str) -> None:
    """Calculate a RULE from a JSON object on standard input, as POST /v1/calculations/RULE does; nothing is recorded."""
    from registry.api.bodies import parsed
    from registry.schemas.calculations.answers import UnknownCalculation, calculated, named

    try:
        calculation = named(rule)
        click.echo(as_json(calculated(calculation, parsed(sys.stdin.buffer.read()))))
    except UnknownCalculation as unknown:
        raise click.BadParameter(str(unknown), param_hint="RULE") from None
    except Problem as problem:
        click.echo(as_json(problem.as_json()), err=True)
        sys.exit(2)


@main.command()
@click.option("--check", is_flag=True, help="Only tell whether openapi.yaml is current.")
def openapi(check: bool) -> None:
    """Write openapi.yaml from the contracts."""
    from registry.publish import openapi as document

    current_or_write("openapi.yaml", document, check)


def prepare(settings: Settings, found: Connections) -> None:
    """Bring the database to the head where this process may, and see that the service connects as itself."""
    if found.owner is not None:
        provision.prepare(found.owner, keys.installation_secret(settings))
    provision.check_service_role(found.service)


def load_demo_once(settings: Settings, found: Connections) -> None:
    """Load the demo cohort into a registry without a study, and keep its tokens in a file that only you can read."""
    from registry.demo import loading
    from registry.demo.tokens import tokens

    with serving.opened(found.service) as database:
        if has_study(database):
            return
        click.echo(loaded_sentence(loading.load(database)))
        keep_tokens(settings.home / "demo-tokens.json", tokens(database))


def keep_tokens(path: Path, tokens: dict[str, str]) -> None:
    """Write the tokens to a file that only its owner reads."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(tokens, file, indent=2)


def loaded_sentence(loaded: Loaded) -> str:
    """Say what the demo cohort holds."""
    counted = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in loaded.counts.items())
    return f"The synthetic cohort {loaded.study} is loaded: {counted}."


def has_study(database: Database) -> bool:
    """Tell whether the registry holds a study."""
    with database.transaction() as tx:
        row = tx.one("select exists (select from study) as known")
        return bool(row and row["known"])
