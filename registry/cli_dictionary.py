"""`registry dictionary`: the documents of the data, and the dictionaries that records are coded with."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from registry import commands
from registry.api import dictionaries as coding
from registry.db import dictionaries, studies
from registry.db.dictionaries import OtherContent
from registry.db.transaction import Image, Transaction
from registry.domain.coding import CHANGES
from registry.problems import NoSuchRecord
from registry.schemas import dictionary_files
from registry.schemas.dictionaries import EDITION_FORM, NAME_FORM
from registry.schemas.dictionary_files import FORMATS, FileRefused
from registry.settings import Settings

KINDS = {"adverse_event": "adverse_event", "medication": "concomitant_medication"}
SHIPPED = {"name": "CTCAE", "edition": "5.0", "kind": "adverse_event"}
USAGE = "Give PATH with --name, --version and --kind, or --shipped alone."
REASON = "The study codes with another version of the dictionary"
NAME = click.option("--name", help="Name of the dictionary, such as MedDRA.")
EDITION = click.option("--version", "edition", help="Its version, such as 28.0.")
STUDY = click.option("--study", required=True, help="Code of the study.")


@click.group(invoke_without_command=True)
@click.option("--check", is_flag=True, help="Only tell whether the documents are current.")
@click.pass_context
def dictionary(context: click.Context, check: bool) -> None:
    """Write docs/data_dictionary.md from the schemas, docs/rules.md from the rules and docs/states.md from the states.

    Fields, rules and columns that are new are noted with this version, as the first that has them.

    The commands below are about the dictionaries that adverse events and medications are coded with.
    """
    if context.invoked_subcommand is not None:
        context.obj = context.obj or Settings.from_environment()
        return
    from registry.publish import dictionary as document  # noqa: PLC0415 (the commands below start without it)
    from registry.publish import rulebook, state_diagrams  # noqa: PLC0415
    from registry.publish.data_dictionary import since  # noqa: PLC0415

    commands.current_or_write("docs/data_dictionary.md", document, check)
    commands.current_or_write("docs/rules.md", rulebook, check)
    commands.current_or_write("docs/states.md", state_diagrams, check)
    commands.current_or_write("registry/publish/data_dictionary/since.csv", since, check)


@dictionary.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--shipped", is_flag=True, help="Load the terms of CTCAE 5.0 that are shipped, without codes.")
@NAME
@EDITION
@click.option("--kind", type=click.Choice(list(KINDS)), help="What it codes.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv", show_default=True)
@click.pass_obj
def load(
    settings: Settings,
    path: Path | None,
    shipped: bool,
    name: str | None,
    edition: str | None,
    kind: str | None,
    form: str,
) -> None:
    """Load a version of a dictionary from PATH, whole or not at all; versions stand side by side."""
    if shipped and any((path, name, edition, kind)):
        raise click.UsageError(USAGE)
    header = dictionary_files.SHIPPED_AS if shipped else _header(path, name, edition, kind)
    try:
        terms = dictionary_files.read(path, form) if path else dictionary_files.shipped()
        with commands.transaction(settings, commands.by_command("dictionary load")) as tx:
            image, new = dictionaries.load(tx, header, terms)
            tx.commit()
    except (FileRefused, OtherContent) as refused:
        click.echo(f"{refused}\nNothing was loaded.", err=True)
        sys.exit(2)
    said = "is loaded" if new else "was loaded already, with the same content"
    click.echo(f"{image['name']} {image['edition']} {said}: {image['terms']} terms.")


@dictionary.command("list")
@click.pass_obj
def listed(settings: Settings) -> None:
    """List the versions that are loaded, with the studies that code with each now."""
    with commands.transaction(settings, commands.by_command("dictionary list")) as tx:
        for image in dictionaries.every(tx):
            told = f"{image['name']} {image['edition']}: {image['terms']} terms, {image['kind']}"
            click.echo(f"{told}, used by {', '.join(image['studies']) or 'no study'}, {image['content_sha256'][:12]}")


@dictionary.command()
@STUDY
@click.option("--name", required=True, help="Name of the dictionary.")
@click.option("--version", "edition", required=True, help="Its version.")
@click.pass_obj
def use(settings: Settings, study: str, name: str, edition: str) -> None:
    """Have a study code with a version from now on; tell what that changed."""
    with commands.transaction(settings, commands.by_command("dictionary use", REASON)) as tx:
        study_id, chosen = _study(tx, study), _version(tx, name, edition)
        image = coding.begin(tx, study_id, chosen)
        _tell(tx, study_id, image.get("previous_dictionary_id"), chosen["id"])
        tx.commit()


@dictionary.command()
@STUDY
@click.option("--name", required=True, help="Name of the dictionary.")
@click.option("--from", "old", required=True, help="Earlier version.")
@click.option("--to", "new", required=True, help="Later version.")
@click.pass_obj
def recode(settings: Settings, study: str, name: str, old: str, new: str) -> None:
    """Tell what a change from one version to another made of the codes of a study; nothing is written."""
    with commands.transaction(settings, commands.by_command("dictionary recode")) as tx:
        _tell(tx, _study(tx, study), _version(tx, name, old)["id"], _version(tx, name, new)["id"])


def _header(path: Path | None, name: str | None, edition: str | None, kind: str | None) -> dict[str, str]:
    if not (path and name and edition and kind):
        raise click.UsageError(USAGE)
    for told, form, option in ((name, NAME_FORM, "--name"), (edition, EDITION_FORM, "--version")):
        if not re.fullmatch(form, told):
            raise click.BadParameter("Letters, digits, blanks, points and hyphens, not too many.", param_hint=option)
    return {"name": name, "edition": edition, "kind": KINDS[kind]}


def _study(tx: Transaction, code: str) -> str:
    try:
        return studies.id_of(tx, code)
    except NoSuchRecord:
        raise click.BadParameter("There is no study with this code.", param_hint="--study") from None


def _version(tx: Transaction, name: str, edition: str) -> Image:
    try:
        return dictionaries.named(tx, name, edition)
    except NoSuchRecord:
        raise click.BadParameter(f"{name} {edition} is not loaded.", param_hint="--name") from None


def _tell(tx: Transaction, study_id: str, before: str | None, after: str) -> None:
    """Tell the counts, and each record whose code is another than before, by the identifier of its coding."""
    report = coding.changes(tx, study_id, before, after)
    for count in report["counts"]:
        click.echo(f"{count['records']:6} {CHANGES[count['change']]} [{count['change']}]")
    for row in report["changes"]:
        click.echo(f"{row['coding_id']} {row['change']}: {_term(row['before'])} -> {_term(row['after'])}")


def _term(term: Image | None) -> str:
    return f"{term['term']} ({term['preferred_term'] or term['code']})" if term else "nothing"
