"""The folders of extracts: one by the id of each in the home, and drafts that take its place when they are whole."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path


def new_draft(home: Path, extract_id: str) -> Path:
    """Name the folder that one attempt writes an extract into; no other attempt has the same."""
    return home / f".{extract_id}.{secrets.token_hex(8)}.unfinished"


def beside(out: Path) -> Path:
    """Give the folder beside `out` that is written into; one that is there before was left by a writer that died."""
    return out.with_name(f".{out.name}.unfinished")


def take_place(draft: Path, home: Path, extract_id: str) -> None:
    """Let a draft be the extract, for its owner's eyes alone."""
    draft.chmod(0o700)
    draft.replace(removed(home / extract_id))
    see_on_disk(home)


def leave_nothing(home: Path, extract_id: str) -> None:
    """Remove all that writers left of an extract, the folder itself too; for who alone may write it, and has not begun."""
    for left in home.glob(f".*{extract_id}*"):
        removed(left)
    removed(home / extract_id)


def leave_no_draft(draft: Path) -> None:
    """Remove one's own draft, and the draft of it."""
    for left in (beside(draft), draft):
        removed(left)


def removed(folder: Path) -> Path:
    """Remove a folder that may be there, and name it."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def see_on_disk(folder: Path) -> None:
    """Wait until what a folder holds has its names on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
