"""The list of every column that leaves, by file and profile: who changes what leaves sees it here, and so does who reviews.

After a change that is meant: `.venv/bin/python -m tests.publish.reviewed_columns`.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from registry.domain.deidentification import PROFILES
from registry.publish.extracts.released import EVERY_FILE, columns_of, files_of

REVIEWED = Path(__file__).parent / "reviewed_columns.csv"


def told() -> str:
    """Give the list as CSV: one row a column, with its action and the profiles by which it leaves."""
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\n")
    table.writerow(("file", "column", "type", "action", "profiles"))
    leaving: dict[tuple[str, ...], list[str]] = {}
    for file in EVERY_FILE:
        for profile in PROFILES.values():
            for column in columns_of(file, profile) if file in files_of(profile, unblinded=True) else ():
                leaving.setdefault((file.name, column.name, column.type, column.action), []).append(profile.name)
    for said, profiles in leaving.items():
        table.writerow((*said, " ".join(profiles)))
    return written.getvalue()


if __name__ == "__main__":
    REVIEWED.write_text(told(), encoding="utf-8")
