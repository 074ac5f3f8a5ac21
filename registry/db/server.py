"""The PostgreSQL that the registry brings along: one server in `$REGISTRY_HOME`, for as long as one process runs.

Its rows lie in `home/postgresql`, its log beside them, and it listens on a socket in a folder that only its user
enters: whoever gets to the socket is trusted, and nobody else gets there. Exclusive use of the home is ours
(`HomeLock`), so what an earlier, killed process left running is stopped first and the server starts from a known state.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from registry.db.server_files import HomeLock, ServerUnavailable, ServerUser, holds_running_server, make_home
from registry.db.server_programs import Programs, installed_package

DATABASE = "registry"
OWNER = "postgres"
PORT = 5432
LONGEST_SOCKET_FOLDER = 85  # a socket's whole path has at most 103 bytes on every system
PATIENCE = 600  # seconds: recovery after a crash reads back the log since the last checkpoint

SERVER_SETTINGS = {
    "port": str(PORT),
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A log never holds a patient's value: neither the row that a constraint refused nor the statement that brought it.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class ServerDidNotStart(ServerUnavailable):
    """The embedded PostgreSQL did not start."""


def socket_url(folder: Path, user: str, database: str) -> str:
    """Give the connection of one database role through the socket in `folder`."""
    return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(folder), safe='')}&port={PORT}"


def running_admin_url(home: Path) -> str | None:
    """Give the owner's connection to the server that another process runs in this home; None when there is none."""
    data = home.absolute() / "postgresql"
    if not holds_running_server(data):
        return None
    socket_folder = (data / "postmaster.pid").read_text().splitlines()[4]
    return socket_url(Path(socket_folder), OWNER, DATABASE)


class EmbeddedServer:
    """A running PostgreSQL, from `with` to the end of its block.

    `settings` are added to the server's own (a test may say `{"fsync": "off"}`). Raises `HomeInUse` when another
    process has the home, `EmbeddedServerMissing` without the package, `ServerDidNotStart` with the end of the log.
    """

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self._home = home.absolute()
        self._data = self._home / "postgresql"
        self._log = self._data / "server.log"
        self._settings = SERVER_SETTINGS | dict(settings or {})
        self._lock = HomeLock(self._home)

    @property
    def admin_url(self) -> str:
        """The connection of the owner of everything: for migrations."""
        return self.service_url(OWNER)

    def service_url(self, user: str, database: str = DATABASE) -> str:
        """The connection of one database role."""
        return socket_url(self._socket_folder, user, database)

    def __enter__(self) -> Self:
        make_home(self._home)
        self._lock.take()
        try:
            self._start()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stop()
        finally:
            self._remove_socket_folder()
            self._lock.release()

    def _start(self) -> None:
        package = installed_package()
        self._user = ServerUser.of(self._data)
        self._programs = Programs.opened_for(self._user, package)
        self._user.let_pass(self._home)
        self._initialise()
        if holds_running_server(self._data):
            self._stop()
        self._socket_folder = self._choose_socket_folder()
        try:
            self._run_server()
            self._create_database()
        except BaseException:
            self._stop()
            self._remove_socket_folder()
            raise

    def _initialise(self) -> None:
        """Make the data folder whole or not at all: an interrupted beginning is begun again."""
        if self._data.exists():
            return
        draft = self._data.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        self._user.make_folder(draft)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            self._programs.initdb(["--auth=trust", f"--username={OWNER}", *locale], draft)
        except subprocess.CalledProcessError as failed:
            raise ServerDidNotStart(f"PostgreSQL could not prepare {draft}; what it said stands above.") from failed
        draft.rename(self._data)

    def _choose_socket_folder(self) -> Path:
        if len(str(self._data).encode()) <= LONGEST_SOCKET_FOLDER:
            return self._data
        folder = Path(tempfile.mkdtemp(prefix="registry-"))
        self._user.own(folder)
        return folder

    def _run_server(self) -> None:
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        options.append(f"-cunix_socket_directories={self._socket_folder}")
        wait = ["--wait", f"--timeout={PATIENCE}"]
        try:
            self._programs.pg_ctl(
                [*wait, f"--log={self._log}", f"--options={shlex.join(options)}", "start"], self._data
            )
        except subprocess.CalledProcessError as failed:
            raise ServerDidNotStart(
                f"PostgreSQL did not start; {self._log} ends with:\n{self._end_of_log()}"
            ) from failed

    def _create_database(self) -> None:
        with psycopg.connect(self.service_url(OWNER, "postgres"), autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(f"create database {DATABASE}")

    def _stop(self) -> None:
        if holds_running_server(self._data):
            self._programs.pg_ctl(["--wait", f"--timeout={PATIENCE}", "--mode=fast", "stop"], self._data)

    def _remove_socket_folder(self) -> None:
        if self._socket_folder != self._data:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def _end_of_log(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return "\n".join(lines[-10:])
