"""Every route as every role: the bytes tell nobody who is blinded what an allocated participant is treated with.

Kits, and the dose that the pharmacist recorded, stand nowhere that a blinded role reads. Arms and
products do stand where a protocol names them all; so each must be named as often as the other, in every single answer.
All participants are in the same arm: whatever told it would name it once more.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import structlog
from psycopg import errors, sql
from structlog.testing import LogCapture
from werkzeug.test import TestResponse

from registry.api import observation, refusals
from registry.api.throttle import Throttle
from registry.db.transaction import SAY
from registry.permissions import MAY, UNBLINDED
from tests import blinding, bodies, randomisation
from tests.api.test_permissions import NOBODY, Operation, filled, operations
from tests.blinding import KIT, KITS, MG, PRODUCTS, QUOKKA, WOMBAT, Trial
from tests.conftest import ROLES, Person, World, attribution, dumped, person
from tests.extracting import pulled

BLINDED = [role for role in ROLES if role not in UNBLINDED]
NEVER = (KIT, MG)
ALIKE = ((QUOKKA, WOMBAT), ("Quokka", "Wombat"), (PRODUCTS[QUOKKA], PRODUCTS[WOMBAT]))
LOOKS = "select after from audit.event where kind = 'treatment_access' and request_id = %s"
OPEN_PAGES = ("/health/live", "/health/ready", "/metrics", "/openapi.yaml", "/docs", "/docs/docs.js")
MORE_OF_A_LIST = {
    "GET /v1/audit": ("?limit=200", "?limit=200&kind=randomisation_slot", "?limit=200&kind=study_product_dose")
}


def revealed(text: str) -> list[str]:
    """Give what a text tells of the treatment: what must not be there, and what is named more often than its like."""
    found = [secret for secret in NEVER if secret in text]
    return found + [f"{one} and {other}" for one, other in ALIKE if text.count(one) != text.count(other)]


@pytest.fixture(scope="module")
def trial(shared_world: World) -> Trial:
    """A participant in the arm of the quokka, whose doses the pharmacist recorded and whose code two others opened."""
    world = shared_world
    world.app.extensions["registry"].throttle = Throttle(100_000)
    found = blinding.allocated(blinding.blinded(world, [QUOKKA, WOMBAT]), QUOKKA)
    given = world.pharmacist.post(f"{found.base}/study-product-doses", found.dose())
    assert given.status_code == 201, given.text
    world.pharmacist.put(f"/v1/study-product-doses/{given.json['id']}", given.json | {"units_returned": 3}, version=1)
    for kind, body in (
        ("study-product-intakes", found.intake()),
        ("doses", early_dose(found)),
        ("adverse-events", bodies.adverse_event(found.participant)),
        ("concomitant-medications", bodies.concomitant_medication(found.participant)),
    ):
        assert world.coordinator.post(f"{found.base}/{kind}", body).status_code == 201
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        asker, confirmer = (person(world.app, tx, "investigator", world.site) for _ in range(2))
        tx.commit()
    asked = found.broken(asker)
    confirmer.post(f"/v1/code-breaks/{asked['id']}/confirmation", {"decision": "confirm", "comment": "Agreed"})
    found.broken(asker, emergency=True)
    assert asker.get(f"/v1/code-breaks/{asked['id']}/treatment").json["arm"] == QUOKKA
    return found


def early_dose(trial: Trial) -> dict[str, Any]:
    return bodies.dose(trial.participant, drug="baricitinib", ended_on="2025-03-01")


@pytest.fixture(scope="module")
def ids(trial: Trial) -> dict[str, str]:
    """The newest record of every kind that is listed, by the first step of its path."""
    world = trial.world
    found = {"participants": trial.participant, "sites": world.site, "accounts": world.coordinator.account_id}
    for operation in operations(world.app):
        listed = re.fullmatch(r"/v1/(?:studies/<study>/)?([a-z-]+)", operation.route)
        if listed and operation.method == "GET" and operation.contract.many:
            for reader in sorted(MAY[operation.contract.may]):
                answer = world.people[reader].get(f"{filled(operation.route, world.study, {})}?limit=200")
                records = [one for one in answer.json if isinstance(one, dict) and "id" in one]
                own = [one for one in records if one.get("participant_id") in (None, trial.participant)]
                if own:
                    found.setdefault(listed[1], str(own[-1]["id"]))
    return found


def asked(somebody: Person, operation: Operation, path: str, body: Any = None) -> TestResponse:
    if operation.method == "GET":
        return somebody.get(path)
    sent = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"', "X-Change-Reason": "A test",
            "Authorization": f"Bearer {somebody.token}"}  # fmt: skip
    return somebody.client.open(
        path, method=operation.method, data=dumped(body or {}), headers=sent, content_type="application/json"
    )


def walk(world: World, role: str, ids: dict[str, str], only: str = "") -> Iterator[tuple[str, TestResponse]]:
    """Read every route as a role: lists, records, now and as they stood; and write what fails and what changes nothing.

    What is calculated from the numbers of a request reads no record; what a role may not read is asked for in one way, and
    what it may not write is refused in one way.
    """
    somebody, now = world.people[role], quote(datetime.now(UTC).isoformat())
    for operation in operations(world.app):
        path = filled(operation.route, world.study, ids)
        if not re.search(only, path):
            continue
        if operation.method == "GET":
            asks = set(operation.contract.asks().fields) if operation.contract.asks else set()
            asks = asks if role in MAY[operation.contract.may] else set()
            more = MORE_OF_A_LIST.get(str(operation), ("?limit=200",)) if "limit" in asks else ("",)
            for query in more:
                yield f"{operation}{query}", asked(somebody, operation, path + query)
            if "as_of" in asks:
                yield f"{operation} as of", asked(somebody, operation, f"{path}?as_of={now}")
        elif role in MAY[operation.contract.may] and not operation.contract.stateless:
            yield str(operation), asked(somebody, operation, path)
            same = somebody.get(path) if operation.method == "PUT" and NOBODY not in path else None
            if same is not None and same.status_code == 200:
                yield f"{operation} unchanged", asked(somebody, operation, path, same.json)


@pytest.mark.requirement("A13")
@pytest.mark.parametrize("role", BLINDED)
def test_no_route_tells_a_blinded_role_the_treatment(
    trial: Trial, ids: dict[str, str], role: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level("DEBUG")
    capture = LogCapture()
    for module in (observation, refusals):
        logger = structlog.wrap_logger(None, processors=[capture], wrapper_class=structlog.BoundLogger)
        monkeypatch.setattr(module, "log", logger)
    told = {name: revealed(answer.text + repr(answer.headers)) for name, answer in walk(trial.world, role, ids)}
    assert len(told) > 100
    assert {name: found for name, found in told.items() if found} == {}
    written = capfd.readouterr()
    assert revealed("\n".join([*map(repr, capture.entries), caplog.text, written.out, written.err])) == []


def told_to(world: World, role: str, ids: dict[str, str]) -> set[str]:
    """Give each way of asking, of those about treatment, that tells it."""
    answers = walk(world, role, ids, only=r"treatment|study-product-doses|audit")
    return {name for name, answer in answers if revealed(answer.text)}


def test_the_walk_finds_the_treatment_where_it_is(trial: Trial, ids: dict[str, str]) -> None:
    dose, lists = (
        "GET /v1/study-product-doses/<uuid:record_id>",
        "GET /v1/studies/<study>/study-product-doses?limit=200",
    )
    pharmacy = {"GET /v1/participants/<uuid:record_id>/treatment", "GET /v1/code-breaks/<uuid:record_id>/treatment",
                lists, dose, f"{dose}/history", f"{dose}/versions/<int:number>"}  # fmt: skip
    audit = {f"GET /v1/audit{query}" for query in MORE_OF_A_LIST["GET /v1/audit"]} | {"GET /v1/audit:export?limit=200"}
    assert told_to(trial.world, "pharmacist", ids) == pharmacy
    assert told_to(trial.world, "unblinded_statistician", ids) == pharmacy | audit


def test_the_walk_names_records_that_are_there(trial: Trial, ids: dict[str, str]) -> None:
    """Else nothing would be told because nothing was asked about."""
    assert ids.keys() >= {"allocations", "code-breaks", "consents", "doses", "enrolments", "protocol-deviations",
                          "study-product-doses", "study-product-intakes", "visits"}  # fmt: skip
    for kind in ids.keys() & {one.route.split("/")[2] for one in operations(trial.world.app) if "history" in one.route}:
        reader = "unblinded_statistician" if kind == "study-product-doses" else "auditor"
        assert trial.world.people[reader].get(f"/v1/{kind}/{ids[kind]}/history").status_code == 200, kind


def test_what_everyone_may_read_names_every_arm_alike(trial: Trial) -> None:
    for page in OPEN_PAGES:
        answer = trial.world.app.test_client().get(page)
        assert answer.status_code in (200, 308), page
        assert [secret for secret in (*NEVER, QUOKKA, WOMBAT) if secret in answer.text] == [], page


@pytest.mark.requirement("A13")
def test_an_extract_holds_nothing_of_the_treatment(trial: Trial) -> None:
    world = trial.world
    for name, content in pulled(world)[1].items():
        assert revealed(content.decode()) == [], name


@pytest.mark.requirement("A13")
def test_every_look_at_the_treatment_is_an_event_that_does_not_tell_it(trial: Trial, ids: dict[str, str]) -> None:
    world, looked = trial.world, set()
    for role in UNBLINDED:
        for name, answer in walk(world, role, ids, only=r"treatment|study-product-doses|audit|randomisation-lists"):
            telling = revealed(answer.text) or name.endswith("/scheme")
            if name.startswith("GET") and answer.status_code == 200 and telling:
                with psycopg.connect(world.installation.admin_url) as connection:
                    events = connection.execute(LOOKS, [answer.headers["X-Request-Id"]]).fetchall()
                assert len(events) == 1, name
                assert revealed(str(events)) == [], name
                looked.add(name.split("?")[0].removesuffix(" as of"))
    assert len(looked) >= 9, looked
    seen = world.auditor.get(f"/v1/audit?kind=treatment_access&participant_id={trial.participant}&limit=200").json
    assert ids["study-product-doses"] in {change["new"] for event in seen for change in event["changes"]}


@pytest.mark.requirement("A13")
def test_how_chance_is_used_in_a_list_is_told_to_the_unblinded_alone(shared_world: World) -> None:
    own, version = randomisation.trial(shared_world)
    made = randomisation.listed(own, version, block_sizes=[4, 14])
    path = f"/v1/randomisation-lists/{made['id']}/scheme"
    assert own.unblinded_statistician.get(path).json["block_sizes"] == [4, 14]
    for role, somebody in own.people.items():
        if role != "unblinded_statistician":
            assert somebody.get(path).status_code == 403, role
    for route in (f"/v1/randomisation-lists/{made['id']}", f"/v1/randomisation-lists/{made['id']}/history",
                  f"/v1/protocol-versions/{version}"):  # fmt: skip
        assert "block_size" not in own.data_manager.get(route).text, route
    told = everything_seen(shared_world, "data_manager")
    assert "[4, 14]" not in told
    assert "[4, 14]" in everything_seen(shared_world, "unblinded_statistician")


# --- under the API ------------------------------------------------------------------------------------------------


def everything_seen(world: World, role: str | None) -> str:
    """Give every row of every table that the service sees, as one text; by no role, nobody said who acts."""
    told = []
    with psycopg.connect(world.installation.service_url) as connection:
        if role:
            connection.execute(SAY, attribution(role=role).settings())
        readable = """select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                      where n.nspname in ('public', 'audit') and c.relkind in ('r', 'v', 'm')
                        and has_table_privilege(c.oid, 'select')"""
        for (table,) in connection.execute(readable).fetchall():
            rows = connection.execute(sql.SQL("select t::text from {} t").format(sql.SQL(table))).fetchall()
            told += [row for (row,) in rows]
        told += [str(row) for row in connection.execute("select * from pg_stats").fetchall()]
        call = "select allocated_treatment(p.id)::text, treatment_of(p.id, null)::text from participant p"
        told += [str(row) for row in connection.execute(call).fetchall()]
    return "\n".join(told)


@pytest.mark.requirement("A13")
def test_the_service_itself_sees_no_treatment_unless_it_acts_for_who_may(trial: Trial) -> None:
    with psycopg.connect(trial.world.installation.admin_url, autocommit=True) as connection:
        connection.execute("analyze")
    for role in (None, "coordinator", "auditor", "administrator", "pharmacist,coordinator"):
        assert revealed(everything_seen(trial.world, role)) == [], role
    assert set(revealed(everything_seen(trial.world, "pharmacist"))) >= {KIT, MG}


def test_no_constraint_tells_whether_a_kit_is_known(trial: Trial) -> None:
    insert = """insert into study_product_dose (study_id, site_id, participant_id, kit, product, formulation, mg_per_intake,
                                                intakes_per_day, started_on)
                select study_id, site_id, id, %s, %s, 'tablet', 1, 1, %s from participant where id = %s"""
    for arm in (QUOKKA, WOMBAT):
        with psycopg.connect(trial.world.installation.service_url) as connection:
            connection.execute(SAY, attribution(role="coordinator").settings())
            with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
                connection.execute(insert, [KITS[arm], PRODUCTS[arm], trial.allocated_on, trial.participant])


def test_every_table_that_tells_of_treatment_is_hidden_with_its_events(shared_world: World) -> None:
    with psycopg.connect(shared_world.installation.admin_url) as connection:
        hidden = (
            """select tablename from pg_policies where qual like '%%sees_treatment()%%' and schemaname = 'public'"""
        )
        tables = {name for (name,) in connection.execute(hidden)}
        events = "select t.relname from pg_class t where t.relkind = 'r' and tells_treatment(t.relname)"
        telling = {"randomisation_scheme", "randomisation_slot", "study_product_dose"}
        assert {name for (name,) in connection.execute(events)} == tables == telling


def test_where_treatment_is_open_the_site_reads_it_and_not_what_comes_next(world: World) -> None:
    own = blinding.blinded(world, [QUOKKA, WOMBAT], blinding={"masking": "open_label", "products": []})
    found = blinding.allocated(own, QUOKKA)
    answer = world.coordinator.get(f"/v1/participants/{found.participant}/treatment")
    assert (answer.status_code, answer.json["arm"]) == (200, QUOKKA)
    told = everything_seen(world, "coordinator")
    assert KITS[QUOKKA] in told
    assert KITS[WOMBAT] not in told
    body = {"category": "overdose", "reason": "A reason"}
    refused = world.investigator.post(f"/v1/participants/{found.participant}/code-breaks", body)
    assert bodies.problem(refused) == "nothing-to-open"
