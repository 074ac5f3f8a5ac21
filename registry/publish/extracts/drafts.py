"""The folders of extracts in the home: one by the id of each, and a draft that takes its place when it is whole."""

from __future__ import annotations

import shutil
from pathlib import Path


def draft_of(home: Path, extract_id: str) -> Path:
    """Name the folder that an extract is written into."""
    return home / f".{extract_id}.unfinished"


def take_place(home: Path, extract_id: str) -> None:
    """Let a draft be the extract, for its owner's eyes alone."""
    draft = draft_of(home, extract_id)
    draft.chmod(0o700)
    draft.replace(removed(home / extract_id))


def leave_no_draft(home: Path, extract_id: str) -> None:
    """Remove what a writer left, its own drafts of the draft too."""
    for left in home.glob(f".*{extract_id}*"):
        removed(left)


def removed(folder: Path) -> Path:
    """Remove a folder that may be there, and name it."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder
