"""A study that is written to in every way that an extract tells of, and what its views tell of the moments in between."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from registry.db import courses, extract_snapshot, records
from registry.db.extract_snapshot import Snapshot
from registry.db.transaction import SAY, Database
from registry.domain.extract_orders import Order
from registry.publish.extracts.columns import FILES
from registry.publish.extracts.declared import File
from tests.conftest import Installation, attribution
from tests.publish.cohort import CANARY, Cohort

ONE_OF = (
    "(select {key} from {table} order by {key} offset %(pick)s %% greatest(1, (select count(*) from {table})) limit 1)"
)
NEXT = "version = version + 1, changed_at = clock_timestamp()"


def amending(table: str, assigned: str) -> str:
    return f"update {table} set {assigned}, {NEXT} where id = {ONE_OF.format(table=table, key='id')}"


def amending_part(table: str, assigned: str) -> str:
    """Amend a part of a visit, and the visit, which makes its next version."""
    of_one = f"where visit_id = {ONE_OF.format(table=table, key='visit_id')}"
    return (
        f"with part as (update {table} set {assigned} {of_one} returning visit_id) "
        f"update visit set {NEXT} where id in (select visit_id from part)"
    )


OF_PARTICIPANT = "from participant p where p.id = " + ONE_OF.format(table="participant", key="id")
FIRST_SITE = "(select id from site order by id limit 1) site"
WRITES = {
    "somebody enrols": "with made as (insert into participant (study_id, site_id, code, birth_year, birth_month, sex_at_birth) "
    "select study.id, site.id, 'CANARY-N' || %(pick)s, 2012, 1, 'male' from study, " + FIRST_SITE + " returning *) "
    "insert into consent (study_id, site_id, participant_id, document_version, kind, given_by, given_on) "
    "select study_id, site_id, id, '2', 'consent', 'parent', '2025-11-01' from made",
    "another code of the study": amending("study", "code = 'CANARY-' || version, rule_constants = '{}'"),
    "another country": amending("site", "country = 'DE', time_zone = 'Europe/Berlin'"),
    "another age of majority": amending("site", "age_of_majority = 14 + %(pick)s %% 8"),
    "another birth": amending("participant", "birth_year = 2013, birth_month = 1 + %(pick)s %% 12"),
    "no antibodies": amending("participant", "autoantibodies = '[]', ancestry = '{}', diagnosed_on = '2020'"),
    "a consent withdrawn": amending("consent", "withdrawn_on = '2025-09-01'"),
    "other scopes": amending("consent", "scopes = '{registry,partner_sharing}'"),
    "the use of data withdrawn": "insert into withdrawal "
    "(study_id, site_id, participant_id, kind, withdrawn_on, decided_by, reason) "
    f"select p.study_id, p.site_id, p.id, 'data_use', '2025-08-01', 'parent', 'privacy' {OF_PARTICIPANT}",
    "a withdrawal in error": amending("withdrawal", "entered_in_error = not entered_in_error"),
    "a document to agree to again": "insert into consent_document (study_id, site_id, document_version, kind, language, "
    "valid_from, reconsent_by, scopes) "
    f"select study.id, site.id, '2', 'consent', 'en', '2025-10-01', '2025-10-02', '{{registry}}' from study, {FIRST_SITE}",
    "a document in error": amending("consent_document", "entered_in_error = not entered_in_error"),
    "assent is asked for": "with made as (insert into protocol_version (study_id, number, summary, assent_from_age) "
    "select id, 'A' || %(pick)s, 'Asks', 8 from study returning study_id, id) "
    "insert into protocol_activation (study_id, protocol_version_id, site_id, effective_from) "
    f"select made.study_id, made.id, site.id, '2025-06-01' from made, {FIRST_SITE}",
    "another day of a visit": amending("visit", "visited_on = visited_on + %(pick)s"),
    "a visit in error": amending("visit", "entered_in_error = not entered_in_error"),
    "a draft is complete": amending("visit", "status = 'complete', mode = 'in_person'"),
    "another weight": amending_part("vital_signs", "weight = 20.50 + %(pick)s"),
    "no vital signs": amending_part("vital_signs", "voided = not voided"),
    "why something is missing": amending_part("functioning", "missing = '{\"chaq_index\": \"not_done\"}'"),
    "another result": amending_part("laboratory_result", "value = value + 20.10, upper_limit = 190.0"),
    "no result": amending_part("laboratory_result", "voided = not voided"),
    "another dose": amending("dose", "ended_on = '2025-03-01'"),
    "a dose in error": amending("dose", "entered_in_error = not entered_in_error"),
    "a medication goes on": amending("concomitant_medication", "ended_on = null, started_on = '2024'"),
    "a milder event": amending("adverse_event", "grade = 2, severity_changes = '[]', outcome = 'recovered', ended_on = '2025-03'"),
    "an event in error": amending("adverse_event", "entered_in_error = not entered_in_error"),
    "an event is another term": amending("coding", "status = 'coded', dictionary_term_id = "
    "(select t.id from dictionary_term t where t.dictionary_id = coding.dictionary_id and t.code = '2')"),
    "a code is taken back": amending("coding", "status = 'to_code', dictionary_term_id = null"),
    "another version of the dictionary": "with made as (insert into dictionary (name, edition, kind, terms, content_sha256) "
    "select 'Small', 'E' || %(pick)s, 'adverse_event', 1, repeat('0', 64) returning id), "
    "listed as (insert into dictionary_term (dictionary_id, code, term, preferred_term, system_organ_class) "
    f"select id, '1', '{CANARY}', 'Zoster', 'Infections' from made) "
    "insert into study_dictionary (study_id, kind, dictionary_id, previous_dictionary_id) select study.id, 'adverse_event', "
    "made.id, (select s.dictionary_id from study_dictionary s order by s.id desc limit 1) from study, made",
}  # fmt: skip
"""Writes of every kind that an extract tells of; which record is meant is picked."""


@dataclass
class Past:
    """A study that is written to, and its views at the moments in between."""

    installation: Installation
    cohort: Cohort
    views: Database
    service: Database
    accepted: set[str] = field(default_factory=set)

    def write(self, name: str, pick: int) -> None:
        """Write; what the rules refuse is not written."""
        with psycopg.connect(self.installation.service_url) as connection:
            connection.execute(SAY, attribution(reason="A history").settings())
            try:
                assert connection.execute(WRITES[name], {"pick": pick}).rowcount
                connection.commit()
                self.accepted.add(name)
            except (psycopg.Error, AssertionError):
                connection.rollback()

    def must_write(self, name: str, pick: int = 0) -> None:
        """Write the first record, from one on, that the rules let be written."""
        before = self.accepted
        self.accepted = set()
        for further in range(20):
            self.write(name, pick + further)
            if self.accepted:
                break
        assert self.accepted, name
        self.accepted |= before

    def settled(self) -> datetime:
        """Give the moment up to which everything is written."""
        with self.service.transaction() as tx:
            return records.settle(tx)

    def order(self, as_of: datetime, **changes: Any) -> Order:
        usual: dict[str, Any] = {
            "id": str(uuid.uuid4()), "study_id": self.cohort.study, "as_of": as_of, "profile_name": "internal",
            "recipient": "Tests", "uses": ("registry",), "kinds": (), "formats": ("csv",), "sites": "*",
            "role": "statistician", "key_version": 1,
        }  # fmt: skip
        return Order(**(usual | changes))

    @contextmanager
    def reading(self, as_of: datetime, **changes: Any) -> Iterator[Snapshot]:
        """Give the snapshot for an order."""
        with extract_snapshot.snapshot(self.views, self.order(as_of, **changes)) as snapshot:
            yield snapshot

    def told(self, as_of: datetime) -> dict[str, Any]:
        """Give what every view tells of a moment."""
        with self.reading(as_of) as snapshot:
            ids = snapshot.participants()
            files = {file.name: lines(snapshot, file, ids) for file in FILES}
            return {"study": snapshot.study, "ids": ids} | files

    def whole(self, as_of: datetime) -> list[Any]:
        """Give the whole records of everybody at a moment, in an order of their own: courses, day 1, and constants."""
        with self.reading(as_of) as snapshot:
            ids, order = snapshot.participants(), self.order(as_of)
            with extract_snapshot.whole_records(self.service, snapshot, order) as tx:
                found = courses.of_participants(tx, ids, None if snapshot.live else as_of)
                constants = extract_snapshot.study_constants(tx, order, snapshot.live)
                return [[counting(course) for course in found], extract_snapshot.anchors(tx, ids), constants]


def counting(course: dict[str, Any]) -> dict[str, Any]:
    """Give a course with its records in order, without those in error, which the past tells of as well."""
    return {
        name: sorted((one for one in part if not one["entered_in_error"]), key=lambda one: str(one["id"]))
        if isinstance(part, list)
        else part
        for name, part in course.items()
    }


def lines(snapshot: Snapshot, file: File, ids: list[str]) -> str:
    snapshot.want(ids)
    found = b"".join(snapshot.rows(file.name, file.staged)).decode()
    return "".join(sorted(found.splitlines(keepends=True)))
