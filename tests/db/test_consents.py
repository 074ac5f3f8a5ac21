"""When a consent counts, for a visit and for a use of the data: each boundary, and random cases against an oracle."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from registry.domain.consents import CONSENT_NEEDS
from registry.domain.vocabulary import CONSENT_SCOPES
from tests.conftest import Installation
from tests.oracles import consents as oracle
from tests.oracles.consents import Case, Document, Given, Leaving

ZONE = "Pacific/Auckland"
CASES = 100
SEEN = """
    with said as materialized (
        select set_config('registry.study_id', %s, true), set_config('registry.uses', %s, true))
    select exists (select from said, deidentified.seen where participant_id = %s) as seen"""
PARENT = Given("consent", "parent", date(2025, 1, 10))
ASSENT = Given("assent", "participant", date(2025, 1, 10))


class Bench:
    """A study at two sites without triggers, where a case is laid out, asked, and forgotten."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self.connection = connection
        self.turn = count()
        self.study, self.site, self.elsewhere, self.version = (str(uuid.uuid4()) for _ in range(4))
        connection.execute("set session_replication_role = replica; set registry.sites = '*'")
        self._insert("study", id=self.study, code="BENCH", title="T", protocol_version="1", design="single_arm")
        for number, site in enumerate((self.site, self.elsewhere)):
            self._insert("site", id=site, code=f"SITE-{number}", country="NZ", time_zone=ZONE)
        self._insert("protocol_version", id=self.version, study_id=self.study, number="1", summary="S")
        self._insert("protocol_activation", study_id=self.study, protocol_version_id=self.version,
                     effective_from=date(2000, 1, 1))  # fmt: skip
        connection.commit()

    def _insert(self, table: str, **values: Any) -> None:
        names, places = ", ".join(values), ", ".join(["%s"] * len(values))
        self.connection.execute(f"insert into {table} ({names}) values ({places})", list(values.values()))

    def lay_out(self, case: Case) -> str:
        """Write a case; give the participant."""
        participant, place = str(uuid.uuid4()), {"study_id": self.study, "site_id": self.site}
        self.connection.execute("update site set age_of_majority = %s", [case.majority])
        self.connection.execute("update protocol_version set assent_from_age = %s", [case.assent_from_age])
        self._insert("participant", id=participant, code="P-1", birth_year=case.born[0], birth_month=case.born[1],
                     sex_at_birth="unknown", **place)  # fmt: skip
        for one in case.documents:
            where = {"study_id": self.study, "site_id": None if one.here else self.elsewhere}
            days = {"valid_from": one.valid_from, "reconsent_by": one.reconsent_by, "entered_in_error": one.in_error}
            self._insert("consent_document", document_version=one.version, kind=one.kind, language="en", scopes=[],
                         **days, **where)  # fmt: skip
        for consent in case.given:
            document = None if consent.asked is None else self._paper(consent.asked)
            self._insert("consent", participant_id=participant, kind=consent.kind, given_by=consent.by,
                         given_on=consent.on, document_version=consent.version, withdrawn_on=consent.withdrawn_on,
                         scopes=list(consent.scopes), consent_document_id=document, entered_in_error=consent.in_error,
                         **place)  # fmt: skip
        for leaving in case.leaving:
            self._insert("withdrawal", participant_id=participant, kind=leaving.kind, withdrawn_on=leaving.on,
                         decided_by="parent", reason="privacy", entered_in_error=leaving.in_error, **place)  # fmt: skip
        return participant

    def _paper(self, scopes: tuple[str, ...]) -> str:
        """Keep what a consent was asked, as a document that has no rule of its own."""
        paper = str(uuid.uuid4())
        self._insert("consent_document", id=paper, study_id=self.study, document_version=paper, kind="consent",
                     language="en", valid_from=date(1990, 1, 1), scopes=list(scopes), entered_in_error=True)  # fmt: skip
        return paper

    def missing(self, case: Case, days: list[date]) -> list[str | None]:
        """Give what the database misses for a visit, day by day."""
        participant = self.lay_out(case)
        rows = self.connection.execute(
            "select consent_gap(%s, day) as gap, is_within_consent(%s, day) as within "
            "from unnest(%s::date[]) with ordinality as d(day, place) order by place",
            [participant, participant, days],
        ).fetchall()
        self.connection.rollback()
        assert [row["within"] for row in rows] == [row["gap"] is None for row in rows]
        return [row["gap"] for row in rows]

    def covered(self, case: Case) -> set[str]:
        """Give the uses that the database finds agreed to, now."""
        participant = self.lay_out(case)
        rows = self.connection.execute(
            "select use from unnest(%s::text[]) as use where consent_covers(%s, use)",
            [list(CONSENT_SCOPES), participant],
        ).fetchall()
        agreed = {row["use"] for row in rows}
        if next(self.turn) % 5 == 0:
            self._extracts_cover(participant, agreed)
        self.connection.rollback()
        return agreed

    def _extracts_cover(self, participant: str, agreed: set[str]) -> None:
        """See that the views of extracts hold a participant for what is agreed to, and for nothing besides."""
        besides = sorted(set(CONSENT_SCOPES) - agreed)[:1]
        for uses in (sorted(agreed), [*sorted(agreed), *besides]):
            row = self.connection.execute(SEEN, [self.study, ",".join(uses), participant]).fetchone()
            assert row == {"seen": bool(uses) and set(uses) <= agreed}

    def today(self) -> date:
        row = self.connection.execute("select (now() at time zone %s)::date as today", [ZONE]).fetchone()
        assert row is not None
        today: date = row["today"]
        return today


@pytest.fixture(scope="module")
def bench(shared_installation: Installation) -> Iterator[Bench]:
    with psycopg.connect(shared_installation.admin_url, row_factory=dict_row) as connection:
        yield Bench(connection)


def day(text: str) -> date:
    return date.fromisoformat(text)


BOUNDARIES: list[tuple[str, Case, dict[str, str | None]]] = [
    ("given", Case(given=(PARENT,)), {"2025-01-09": "no_consent", "2025-01-10": None}),
    ("withdrawn", Case(given=(Given("consent", "parent", day("2025-01-10"), withdrawn_on=day("2025-02-01")),)),
     {"2025-02-01": None, "2025-02-02": "consent_withdrawn"}),
    ("follow-up withdrawn", Case(given=(PARENT,), leaving=(Leaving("follow_up", day("2025-02-01")),)),
     {"2025-02-01": None, "2025-02-02": "consent_withdrawn"}),
    ("data use withdrawn", Case(given=(PARENT,), leaving=(Leaving("data_use", day("2025-02-01")),)),
     {"2025-02-01": None, "2025-02-02": "consent_withdrawn"}),
    ("treatment withdrawn", Case(given=(PARENT,), leaving=(Leaving("treatment", day("2025-02-01")),)), {"2025-02-02": None}),
    ("withdrawn in error", Case(given=(PARENT,), leaving=(Leaving("follow_up", day("2025-02-01"), in_error=True),)),
     {"2025-02-02": None}),
    ("given anew after a withdrawal", Case(given=(PARENT, Given("consent", "parent", day("2025-03-01"))),
                                           leaving=(Leaving("follow_up", day("2025-02-01")),)),
     {"2025-02-02": "consent_withdrawn", "2025-02-28": "consent_withdrawn", "2025-03-01": None}),
    ("month of majority", Case(born=(2007, 2), given=(PARENT,)),
     {"2025-02-28": None, "2025-03-01": "majority_reached"}),
    ("month of majority in a leap year", Case(born=(2010, 2), given=(PARENT,)),
     {"2028-02-29": None, "2028-03-01": "majority_reached"}),
    ("majority in December", Case(born=(2007, 12), given=(PARENT,)),
     {"2025-12-31": None, "2026-01-01": "majority_reached"}),
    ("majority by another law", Case(born=(2009, 5), majority=16, given=(PARENT,)),
     {"2025-05-31": None, "2025-06-01": "majority_reached"}),
    ("own consent of age", Case(born=(2007, 2), given=(PARENT, Given("consent", "participant", day("2025-03-03")))),
     {"2025-03-02": "majority_reached", "2025-03-03": None}),
    ("consent anew", Case(given=(PARENT,), documents=(Document("1", "consent", day("2025-01-01")),
                                                      Document("2", "consent", day("2025-02-01"), day("2025-03-31")))),
     {"2025-03-31": None, "2025-04-01": "reconsent_needed"}),
    ("consent anew elsewhere", Case(given=(PARENT,), documents=(
        Document("2", "consent", day("2025-02-01"), day("2025-03-31"), here=False),)), {"2025-04-01": None}),
    ("consent given anew", Case(given=(PARENT, Given("consent", "parent", day("2025-04-02"), version="2")),
                                documents=(Document("2", "consent", day("2025-02-01"), day("2025-03-31")),)),
     {"2025-04-01": "reconsent_needed", "2025-04-02": None}),
    ("age of assent", Case(assent_from_age=12, born=(2013, 5), given=(PARENT,)),
     {"2025-04-30": None, "2025-05-01": "assent_missing"}),
    ("assented", Case(assent_from_age=12, born=(2010, 5), given=(PARENT, ASSENT)),
     {"2025-01-09": "no_consent", "2025-01-10": None}),
    ("assent withdrawn", Case(assent_from_age=12, born=(2010, 5), given=(
        PARENT, Given("assent", "participant", day("2025-01-10"), withdrawn_on=day("2025-02-01")))),
     {"2025-02-01": None, "2025-02-02": "assent_missing"}),
    ("assent anew", Case(assent_from_age=12, born=(2010, 5), given=(PARENT, ASSENT), documents=(
        Document("2", "assent", day("2025-02-01"), day("2025-03-31")),)),
     {"2025-03-31": None, "2025-04-01": "assent_missing"}),
    ("own consent needs no assent", Case(assent_from_age=12, born=(2008, 5), given=(
        Given("consent", "participant", day("2025-01-10")),)), {"2025-01-10": None}),
]  # fmt: skip


@pytest.mark.requirement("P5")
@pytest.mark.parametrize(("case", "days"), [pytest.param(case, days, id=name) for name, case, days in BOUNDARIES])
def test_what_a_visit_lacks_changes_on_the_day_that_the_rule_says(
    bench: Bench, case: Case, days: dict[str, str | None]
) -> None:
    wanted = [day(one) for one in days]
    assert bench.missing(case, wanted) == list(days.values())
    assert [oracle.missing(case, one) for one in wanted] == list(days.values()), "the oracle says the same"


def test_what_is_agreed_to_is_what_the_newest_consent_says_that_was_asked(bench: Bench) -> None:
    both, later = ("registry", "partner_sharing"), day("2025-02-01")
    shared = Given("consent", "parent", day("2025-01-10"), scopes=both)
    narrowed = Given("consent", "parent", later)
    not_asked = Given("consent", "parent", later, scopes=("biobank",), asked=("biobank",))
    assert bench.covered(Case(given=(shared,))) == set(both)
    assert bench.covered(Case(given=(shared, narrowed))) == {"registry"}
    assert bench.covered(Case(given=(shared, not_asked))) == {*both, "biobank"}
    assert bench.covered(Case(given=(Given("assent", "participant", later),))) == set()


def test_a_withdrawal_ends_the_use_of_data_and_one_of_follow_up_does_not(bench: Bench) -> None:
    today = bench.today()
    assert bench.covered(Case(given=(PARENT,), leaving=(Leaving("follow_up", day("2025-02-01")),))) == {"registry"}
    assert bench.covered(Case(given=(PARENT,), leaving=(Leaving("treatment", day("2025-02-01")),))) == {"registry"}
    assert bench.covered(Case(given=(PARENT,), leaving=(Leaving("data_use", today),))) == set(), "at once"
    again = Given("consent", "parent", day("2025-03-01"))
    assert bench.covered(Case(given=(PARENT, again), leaving=(Leaving("data_use", day("2025-02-01")),))) == {"registry"}
    assert bench.covered(Case(given=(Given("consent", "parent", day("2025-01-10"), withdrawn_on=today),))) == set()


def drawn(dice: Random, today: date) -> Case:
    """A case whose days lie close, so that they meet."""

    def day_near() -> date:
        return today - timedelta(days=dice.randrange(0, 160, 20))

    def after(since: date, share: float) -> date | None:
        return max(since, day_near()) if dice.random() < share else None

    def consent() -> Given:
        on, uses = day_near(), ["registry", "partner_sharing"]
        said, asked = (tuple(one for one in uses if dice.random() < share) for share in (0.7, 0.7))
        return Given(
            kind=dice.choice(["consent", "consent", "assent"]), by=dice.choice(["parent", "parent", "participant"]), on=on,
            version=dice.choice("123"), withdrawn_on=after(on, 0.15), scopes=said,
            asked=asked if dice.random() < 0.3 else None, in_error=dice.random() < 0.1)  # fmt: skip

    def document(version: str, kind: str) -> Document:
        since = day_near()
        return Document(version, kind, since, after(since, 0.7), dice.random() < 0.7, dice.random() < 0.2)

    kinds = [(version, kind) for version in "123" for kind in ("consent", "assent")]
    return Case(
        born=(today.year - dice.choice([12, 17, 18]), dice.randint(1, 12)),
        majority=dice.choice([18, 18, 21]),
        assent_from_age=dice.choice([None, 12, 17]),
        given=tuple(consent() for _ in range(dice.randint(1, 4))),
        documents=tuple(document(*one) for one in dice.sample(kinds, dice.randint(0, 5))),
        leaving=tuple(Leaving(kind, day_near(), dice.random() < 0.2)
                      for kind in dice.sample(["treatment", "follow_up", "data_use"], dice.choice([0, 0, 1, 2]))),
    )  # fmt: skip


def test_the_database_says_what_the_oracle_says_of_random_cases(bench: Bench) -> None:
    dice, today, told = Random(20260101), bench.today(), Counter[Any]()
    for _ in range(CASES):
        case = drawn(dice, today)
        ends = {one.on for one in (*case.given, *case.leaving)}
        ends |= {one.reconsent_by for one in case.documents if one.reconsent_by}
        days = sorted({one + timedelta(days=step) for one in ends for step in (-1, 0, 1)})
        found, uses = bench.missing(case, days), bench.covered(case)
        assert found == [oracle.missing(case, one) for one in days], case
        assert uses == {use for use in CONSENT_SCOPES if oracle.covers(case, use, today)}, case
        told.update([*found, len(uses)])
    assert min(told[one] for one in (None, *CONSENT_NEEDS, "no_consent", "consent_withdrawn", 0, 1, 2)) >= 10, told
