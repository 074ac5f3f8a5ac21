"""`registry extract` and `registry rotate-pseudonyms`: write an extract in the foreground, and make a new key."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import click
import psycopg

from registry import keys, serving
from registry.api import extract_orders
from registry.commands import by_command
from registry.db import extracts
from registry.db.transaction import Database
from registry.domain.consents import DEFAULT_SCOPES, EXTRACT_USES
from registry.domain.deidentification import PROFILES
from registry.domain.extract_kinds import KINDS
from registry.domain.extract_orders import FORMATS, USUAL_FORMATS
from registry.observing import log_to_standard_error
from registry.problems import CannotBeWritten, Problem, RulesBroken
from registry.publish.extracts import drafts
from registry.schemas.extracts import ExtractRequest
from registry.settings import Settings

if TYPE_CHECKING:
    from registry.publish.extracts.workshop import Workshop

USUAL_PROFILE = "internal"
COMMAND = "extract"
INTERRUPTED = 130
SEVERAL = {"formats": "format", "kinds": "kind", "uses": "use"}
"""What may be said several times, by the name of its option."""
DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)


def several(
    name: str, codes: Iterable[str], usual: Iterable[str], words: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make an option that may be given several times."""
    return click.option(
        f"--{name}", f"{name}s", type=click.Choice(list(codes)), multiple=True, default=tuple(usual), show_default=True, help=words
    )  # fmt: skip


@click.command()
@click.option("--study", required=True, help="Code of the study.")
@click.option("--purpose", required=True, help="What it is for; kept in the audit.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder, missing or empty."
)
@click.option("--cut", help="Code of the data cut whose moment it is of.")
@click.option("--as-of", help="Past moment whose records it holds, with its time zone; now where neither is given.")
@click.option("--profile", type=click.Choice(list(PROFILES)), default=USUAL_PROFILE, show_default=True)
@several("format", FORMATS, USUAL_FORMATS, "Format; may be given several times.")
@several("kind", KINDS, (), "Record kind, every one unless told; may be given several times.")
@several("use", EXTRACT_USES, DEFAULT_SCOPES, "Use of the data that everybody in it agrees to; also several times.")
@click.option("--recipient", help="Who receives it; each recipient has pseudonyms of its own.")
@click.pass_obj
def extract(settings: Settings, /, out: Path, **said: Any) -> None:
    """Write a de-identified extract in the foreground: its files, a codebook, a manifest, a risk report, and all as a zip."""
    log_to_standard_error(settings.log_level)
    asked = accepted({name: list(one) if isinstance(one, tuple) else one for name, one in said.items()})
    check_folder(out)
    with interruptible() as interrupted:
        try:
            with workshop(settings, out, interrupted.is_set) as shop:
                made = written(shop, asked)
        except DATABASE_AWAY:
            refuse("The database was lost, so nothing was written.")
    if made["state"] == "cancelled" and interrupted.is_set():
        click.echo("Interrupted: nothing was written.", err=True)
        sys.exit(INTERRUPTED)
    if made["state"] != "complete":
        refuse(why_not(made, out))
    click.echo(f"{sum(made['rows'].values())} rows of {made['participants']} participants written to {out}.")


@click.command("rotate-pseudonyms")
@click.pass_obj
def rotate_pseudonyms(settings: Settings) -> None:
    """Make the next key of pseudonyms; extracts that were ordered keep theirs, so keep every earlier key as well."""
    click.echo(f"Extracts with new inputs have pseudonyms by key {keys.add_pseudonym_key(settings)} from now on.")


@contextmanager
def workshop(settings: Settings, out: Path, interrupted: Callable[[], bool]) -> Iterator[Workshop]:
    """Give what the extract is written with, into a folder, with a bar of progress where somebody looks."""
    from registry.publish.extracts.workshop import Workshop  # noqa: PLC0415 (what writes tables takes half a second to import)
    from registry.publish.extracts.writing import Sources  # noqa: PLC0415

    with (
        serving.connections(settings, join=True) as found,
        serving.opened(found.service) as service,
        serving.opened(found.extract) as views,
    ):
        sources = Sources(views, Database(found.whole, size=1))
        yield Workshop(sources, service, settings, interrupted, Bar(), out.absolute(), COMMAND)


def written(shop: Workshop, asked: dict[str, Any]) -> dict[str, Any]:
    """Order an extract, write it, and give its record; refused in a sentence where it cannot be ordered."""
    from registry import extracting  # noqa: PLC0415
    from registry.publish.extracts.released import kinds_of  # noqa: PLC0415

    by = by_command(COMMAND)
    with shop.service.transaction() as tx:
        tx.attribute(by)
        try:
            versions = keys.pseudonym_keys(shop.settings)
            order = extract_orders.order(tx, by, asked, allowed=(asked["profile"],), kinds_of=kinds_of, keys=versions)
        except Problem as problem:
            tx.undo()
            tx.attribute(by)
            extracts.note_refusal(tx, problem.slug(), study=asked["study"])
            tx.commit()
            refuse(told(problem))
        kept = extracts.record(tx, {**order, "state": "queued", "ordered_by": by.actor})
        tx.commit()
    extracting.work(shop, kept["id"])
    with shop.service.transaction() as tx:
        tx.attribute(by)
        return extracts.read(tx, kept["id"], None)


def accepted(said: dict[str, Any]) -> dict[str, Any]:
    """Give what was asked for as over HTTP; refused in a sentence that names the options."""
    request = ExtractRequest()
    try:
        return request.whole(request.accept({name: one for name, one in said.items() if one is not None}))
    except RulesBroken as broken:
        refuse(" ".join(f"{option(error.pointer)}: {error.detail}" for error in broken.errors))


def option(pointer: str) -> str:
    """Give the option that says what a pointer points at."""
    name = pointer.strip("/").partition("/")[0]
    return "--" + SEVERAL.get(name, name).replace("_", "-")


def told(problem: Problem) -> str:
    """Say a refusal with all that it names."""
    named = (
        f"{name}: {', '.join(map(str, one)) if isinstance(one, list) else one}."
        for name, one in problem.members.items()
    )
    return " ".join([problem.title(), *(error.detail for error in problem.errors), *named])


def why_not(made: dict[str, Any], out: Path) -> str:
    """Say why there are no files; the record of it knows no path."""
    failure = made.get("failure") or {"title": f"The extract is {made['state']}.", "type": ""}
    where = f"The folder is {out}." if failure["type"] == f"/problems/{CannotBeWritten.slug()}" else None
    return " ".join(filter(None, (failure["title"], failure.get("detail"), where)))


def check_folder(out: Path) -> None:
    """Refuse a folder that holds something, for an extract never overwrites, and one that cannot be made."""
    path = out.absolute()
    if path.exists() and any(path.iterdir()):
        refuse(f"{out} exists and is not an empty folder; an extract never overwrites. Name a new folder.")
    if drafts.beside(path).exists():
        refuse(f"{drafts.beside(path)} is there: another writes it, or was stopped; then remove it.")
    parent = next(above for above in path.parents if above.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        refuse(f"{out} cannot be made: {parent} is not a folder that you may write to.")


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Hear Ctrl-C as the wish to end in good order; who repeats it does not wait for that."""
    asked = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            sys.exit(INTERRUPTED)
        asked.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def refuse(sentence: str) -> NoReturn:
    """Say why there is no extract, and end with 2."""
    click.echo(sentence, err=True)
    sys.exit(2)


@dataclass
class Bar:
    """Shows how far each step is, where standard error is a terminal."""

    step: str = ""
    bar: Any = field(default=None)

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show it; the next step begins a bar of its own."""
        if step != self.step:
            if self.bar:
                self.bar.render_finish()
            self.step = step
            self.bar = click.progressbar(length=max(total, 1), label=step, file=sys.stderr)
        self.bar.update(done - self.bar.pos)
