"""A database is prepared once, and what it lacks is said in a sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from psycopg.conninfo import make_conninfo

from registry.db import provision
from registry.db.provision import DatabaseUnsuitable
from tests.conftest import SECRET, Installation


def test_the_newest_number_is_the_head_of_the_migrations() -> None:
    assert provision.head_revision() == ScriptDirectory(str(provision.MIGRATIONS)).get_current_head()


def test_a_prepared_database_is_at_the_head_and_is_left_as_it_is(installation: Installation) -> None:
    assert provision.current_revision(installation.admin_url) == provision.head_revision()
    provision.prepare(installation.admin_url, SECRET.encode())
    assert provision.current_revision(installation.admin_url) == provision.head_revision()


def test_a_start_without_migrations_does_not_import_alembic() -> None:
    code = "import sys, registry.serving; sys.exit('alembic' in sys.modules or 'sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_service_is_nobody_but_its_own_role(installation: Installation) -> None:
    provision.check_service_role(installation.service_url)
    for url in (installation.admin_url, installation.extract_url):
        with pytest.raises(DatabaseUnsuitable, match="connects as registry_service"):
            provision.check_service_role(url)


def test_a_database_that_is_not_reached_is_said_so(installation: Installation) -> None:
    with pytest.raises(DatabaseUnsuitable, match="not reached"):
        provision.prepare(make_conninfo(installation.admin_url, dbname="there_is_none"), SECRET.encode())


def test_an_account_without_rights_is_told_what_it_needs(installation: Installation) -> None:
    with provision._connected(installation.admin_url) as connection:
        connection.execute("create role without_rights login")
    try:
        with pytest.raises(DatabaseUnsuitable, match="createrole"):
            provision.prepare(make_conninfo(installation.admin_url, user="without_rights"), SECRET.encode())
    finally:
        with provision._connected(installation.admin_url) as connection:
            connection.execute("drop role without_rights")
