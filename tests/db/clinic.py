"""A study with two sites, written to straight through registry.db: what the tests of the database work with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from registry.db import records, visits
from registry.db.transaction import SAY, Database, Image, Transaction
from tests import bodies
from tests.conftest import Installation, attribution

CLINICAL = (
    "participant", "consent", "dose", "concomitant_medication", "adverse_event", "visit", "vital_signs",
    "disease_activity", "muscle_strength", "skin_disease", "functioning", "organ_involvement", "damage",
    "laboratory_result",
)  # fmt: skip


@dataclass
class Clinic:
    """A migrated database with a study and the sites BER and AKL."""

    installation: Installation
    service: Database
    study: str
    sites: dict[str, str]

    @contextmanager
    def writing(self, **who: Any) -> Iterator[Transaction]:
        """Give an attributed transaction, committed at the end of the block."""
        with self.service.transaction() as tx:
            tx.attribute(attribution(**who))
            yield tx
            tx.commit()

    @contextmanager
    def connected(self, url: str | None = None, **who: Any) -> Iterator[Connection[DictRow]]:
        """Give a plain connection, as the service unless a URL is given, in a transaction that says who acts."""
        with psycopg.connect(url or self.installation.service_url, row_factory=dict_row) as connection:
            connection.execute(SAY, attribution(**who).settings())
            yield connection

    def enrolled(self, site: str = "BER", **changes: Any) -> str:
        """Enrol a participant with a consent; give its id."""
        with self.writing() as tx:
            body = bodies.participant(self.sites[site], study_id=self.study, **changes)
            participant_id: str = records.record(tx, "participant", body)["id"]
            records.record_of_participant(tx, "consent", bodies.consent(participant_id))
        return participant_id

    def visited(self, participant_id: str | None = None, **changes: Any) -> Image:
        """Record a visit, of a new participant unless one is given; give its image."""
        with self.writing() as tx:
            visit_id = recorded(tx, bodies.visit(participant_id or self.enrolled(), **changes))
        with self.writing() as tx:
            return visits.read(tx, visit_id)

    def kept(self, table: str, body: dict[str, Any]) -> Image:
        """Record what belongs to a participant; give its image."""
        with self.writing() as tx:
            return records.record_of_participant(tx, table, body)

    def read(self, visit_id: str) -> Image:
        """Read a visit as it is."""
        with self.writing() as tx:
            return visits.read(tx, visit_id)

    @contextmanager
    def refused(self, error: type[psycopg.Error], **who: Any) -> Iterator[Connection[DictRow]]:
        """Give a service connection; what is done in the block, or its commit, is refused with this error."""
        with self.connected(**({"reason": "A try"} | who)) as connection, pytest.raises(error):  # noqa: PT012
            yield connection
            connection.commit()

    def events(self, record_id: str) -> list[DictRow]:
        """Give what the audit has of a record, first to last."""
        with self.connected() as connection:
            return connection.execute(
                "select * from audit.event where record_id = %s order by id", [record_id]
            ).fetchall()


def recorded(tx: Transaction, body: dict[str, Any]) -> str:
    """Record a visit; give its id."""
    visit = placed(tx, body)
    visits.record(tx, [visit])
    return str(visit["id"])


def placed(tx: Transaction, body: dict[str, Any]) -> dict[str, Any]:
    """Give a visit with its id, or the one it has, and its participant's study and site."""
    place = visits.places(tx, [body])[0]
    where = {name: str(place[name]) for name in ("participant_id", "study_id", "site_id")}
    return {**body, "id": body.get("id") or str(place["id"]), **where}


def furnished(installation: Installation) -> Iterator[Clinic]:
    service = Database(installation.service_url, size=10)
    service.open()
    with service.transaction() as tx:
        tx.attribute(attribution())
        study = {"code": "JAKI-JDM", "title": "A study", "protocol_version": "1.0", "design": "observational_cohort"}
        study_id = records.record(tx, "study", study)["id"]
        sites = {}
        for code, country, zone in (("BER", "DE", "Europe/Berlin"), ("AKL", "NZ", "Pacific/Auckland")):
            sites[code] = records.record(tx, "site", {"code": code, "country": country, "time_zone": zone})["id"]
        tx.commit()
    yield Clinic(installation, service, study_id, sites)
    service.close()
