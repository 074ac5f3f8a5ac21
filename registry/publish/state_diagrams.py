"""Write docs/states.md: each kind of record that goes through states, as a diagram and as a table, from the tables in code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from registry.domain.state_tables import STATE_TABLES
from registry.domain.transitions import States
from registry.publish.dictionary import table

OPENING = """# States and transitions

Generated from the tables of the registry (`registry/domain/state_tables.py`); do not edit. What the table does not have is
refused with 409 `transition-not-allowed`, which names the state and what is allowed from it."""


def document() -> str:
    """Give the document as Markdown."""
    return "\n\n".join([OPENING, *(part for states in STATE_TABLES for part in _section(states))]) + "\n"


def write(path: Path) -> None:
    """Write the document."""
    path.write_text(document(), encoding="utf-8")


def is_current(path: Path) -> bool:
    """Tell whether a file is what would be written."""
    return path.exists() and path.read_text(encoding="utf-8") == document()


def _section(states: States) -> Iterator[str]:
    yield f"## {states.title}"
    yield "\n".join(["```mermaid", *_diagram(states), "```"])
    yield table(("State", "What it means", "What can be done"), (_row(states, state) for state in states.words))
    yield table(
        ("Act", "From", "To", "What it is"),
        (
            [f"`{one.act}`", ", ".join(f"`{source}`" for source in one.sources), f"`{one.target}`", one.words]
            for one in states.transitions
        ),
    )


def _diagram(states: States) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {states.first}"
    for one in states.transitions:
        yield from (f"    {source} --> {one.target}: {one.act.replace('_', ' ')}" for source in one.sources)
    yield from (f"    {state} --> [*]" for state in states.words if not states.allowed(state))


def _row(states: States, state: str) -> list[str]:
    acts = ", ".join(f"`{act}`" for act in states.allowed(state))
    return [f"`{state}`", states.words[state], acts or "nothing: the end"]
