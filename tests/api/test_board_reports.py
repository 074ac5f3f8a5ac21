"""The report for the monitoring board: who reads which, the same bytes each time, and an open one that tells no treatment."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import sync_playwright
from werkzeug.test import TestResponse

from registry import cli_report
from registry.domain.code_break import CODE_BREAK
from registry.domain.enrolment import ENROLMENT
from registry.domain.laboratory_alert import LABORATORY_ALERT
from registry.domain.protocol_deviations import SEVERITIES
from registry.domain.reporting_clocks import REPORTING_CLOCK
from registry.domain.special_interest_candidate import SPECIAL_INTEREST_CANDIDATE
from registry.publish.board_report import clocks, conduct, enrolment, stamp, watch
from registry.settings import Settings
from tests import blinding, bodies
from tests.api.test_blinding import revealed
from tests.blinding import KIT, PRODUCTS, QUOKKA, WOMBAT
from tests.conftest import SECRET, Person, World
from tests.system.test_docs_page import BROWSERS, QUIET

HOSTILE = "<script>alert(1)</script>$x^2$"
UNBROKEN = "W" * 80
NARRATED = "Zebra crossing, told by the grandmother"
NAMED = "BOARD-1"
READINGS = """
    select actor, after ->> 'audience', after ->> 'sha256' from audit.event
    where kind = 'board_report' and after ->> 'cut' = %s order by id"""
CUT_OFF = """() => [...document.querySelectorAll("section:not(.wide) .table, figure")]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => `${one.scrollWidth}: ${one.textContent.slice(0, 80)}`)"""
PAPER = 680
"""Pixels between the margins of A4, at 96 an inch."""
Run = Callable[..., Result]


@dataclass
class Sight:
    """A blinded trial with a cut, and what was read of it at once."""

    world: World
    participant: str
    event: dict[str, Any]
    open: TestResponse
    closed: TestResponse

    @property
    def path(self) -> str:
        return f"/v1/studies/{self.world.study}/board-report"

    def read(self, by: Person, audience: str = "open", cut: str = NAMED) -> TestResponse:
        return by.get(f"{self.path}{'/closed' if audience == 'closed' else ''}?cut={cut}")


@pytest.fixture(scope="module")
def sight(shared_world: World) -> Sight:
    """Two participants, one in each arm, with doses of both kinds, serious events, visits and a withdrawal."""
    world = blinding.blinded(shared_world, [QUOKKA, WOMBAT])
    trial = blinding.allocated(world, QUOKKA)
    other = blinding.allocated(world, WOMBAT)
    for one in (trial, other):
        assert world.pharmacist.post(f"{one.base}/study-product-doses", one.dose()).status_code == 201
        assert world.coordinator.post(f"{one.base}/study-product-intakes", one.intake()).status_code == 201
    world.coordinator.post(f"{trial.base}/doses", bodies.dose(trial.participant, ended_on="2025-03-01"))
    event = bodies.adverse_event(
        trial.participant, term=NARRATED, ctcae_term=f"{HOSTILE} {UNBROKEN}", ctcae_version="5.0", grade=3, serious=True,
        seriousness_criteria=["hospitalisation"],
    )  # fmt: skip
    recorded = world.coordinator.post(f"{trial.base}/adverse-events", event)
    assert recorded.status_code == 201, recorded.text
    assert world.statistician.post(f"{trial.base}/data-cuts", {"code": NAMED, "name": "First"}).status_code == 201
    path = f"{trial.base}/board-report"
    unblinded = world.unblinded_statistician
    read = [unblinded.get(f"{path}{more}?cut={NAMED}") for more in ("", "/closed")]
    return Sight(world, trial.participant, recorded.json, *read)


def test_the_open_report_is_one_page_of_its_own_with_its_hash(sight: Sight) -> None:
    assert (sight.open.status_code, sight.open.mimetype) == (200, "text/html"), sight.open.text
    text = sight.open.text
    assert sight.open.headers["ETag"] == f'"{_said(text)}"'
    assert stamp.holds(sight.open.data)
    assert not stamp.holds(sight.open.data.replace(b"OPEN REPORT", b"OPEN REPORT "))
    assert not re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!#)[^\s"')]""", text), (
        "it loads or links what lies elsewhere"
    )
    assert not re.findall(r"<(?:script|iframe|object|img|link|form)\b", text)
    names = re.findall(r'\bid="([^"]+)"', text)
    assert len(names) == len(set(names)), "an id stands twice"
    assert text.count("<svg") >= 3
    assert "default-src 'none'" in sight.open.headers["Content-Security-Policy"]


def test_in_a_browser_it_asks_for_nothing_and_no_table_is_cut_on_paper(sight: Sight) -> None:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no Chromium on this machine")
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: said.append(request.url))
        page.set_content(sight.closed.text)
        assert page.locator("figure svg").count() >= 3
        assert page.evaluate(CUT_OFF) == []
        page.emulate_media(media="print")
        page.set_viewport_size({"width": PAPER, "height": 900})
        assert page.evaluate(CUT_OFF) == []
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        browser.close()
    assert said == []


def _said(text: str) -> str:
    return re.findall(r'id="sha256">([0-9a-f]{64})<', text)[-1]


@pytest.mark.requirement("A13")
def test_the_open_report_tells_no_treatment_even_where_an_unblinded_person_reads_it(sight: Sight) -> None:
    assert revealed(sight.open.text) == []
    for secret in (QUOKKA, WOMBAT, "Quokka", *PRODUCTS.values(), KIT, "By arm"):
        assert secret.lower() not in sight.open.text.lower(), secret


def test_the_closed_report_compares_the_arms_for_who_is_unblinded(sight: Sight) -> None:
    assert sight.closed.status_code == 200, sight.closed.text
    assert QUOKKA in sight.closed.text
    assert "CLOSED REPORT" in sight.closed.text
    assert "none are defined in the protocol" in sight.closed.text
    assert KIT not in sight.closed.text
    for role in ("safety_officer", "statistician", "data_manager", "monitor", "pharmacist", "administrator"):
        assert sight.read(sight.world.people[role], "closed").status_code == 403, role
    assert sight.read(sight.world.coordinator).status_code == 403


def test_what_a_person_wrote_is_told_by_its_code_and_never_as_markup(sight: Sight) -> None:
    for page in (sight.open.text, sight.closed.text):
        assert NARRATED not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;$x^2$" in page
        assert HOSTILE not in page


def test_participants_bear_pseudonyms_and_no_code(sight: Sight) -> None:
    code = sight.world.coordinator.get(f"/v1/participants/{sight.participant}").json["code"]
    assert code not in sight.open.text
    assert sight.participant not in sight.open.text
    assert re.search(r"<td>P-[A-Z2-7]{16}</td>", sight.open.text)


@pytest.fixture(scope="module")
def run(sight: Sight) -> Run:
    """Give the command, on the database of the trial."""
    installation = sight.world.installation
    settings = Settings(home=installation.home, secret=SECRET, log_level="error", database_url=installation.admin_url)
    return lambda *words: CliRunner().invoke(cli_report.report, [str(word) for word in words], obj=settings)


def test_what_happens_after_the_cut_changes_no_byte_and_the_command_writes_the_same(
    sight: Sight, run: Run, tmp_path: Path
) -> None:
    world = sight.world
    amended = sight.event | {"grade": 4, "ctcae_term": "Anaemia"}
    answer = world.coordinator.put(f"/v1/adverse-events/{sight.event['id']}", amended, version=sight.event["version"])
    assert answer.status_code == 200, answer.text
    bodies.visited(world)
    world.coordinator.post(f"/v1/studies/{world.study}/withdrawals", bodies.withdrawal(sight.participant))
    token = tmp_path / "token"
    token.write_text(world.unblinded_statistician.token)
    for audience, page, more in (("open", sight.open, ()), ("closed", sight.closed, ("--token-file", token))):
        out = tmp_path / f"{audience}.html"
        done = run("dsmb", "--study", world.study, "--cut", NAMED, "--audience", audience, "--out", out, *more)
        assert done.exit_code == 0, done.output
        assert out.read_bytes() == page.data, audience


def test_each_reading_is_an_event_with_cut_audience_and_hash(sight: Sight) -> None:
    with psycopg.connect(sight.world.installation.admin_url) as connection:
        found = connection.execute(READINGS, [NAMED]).fetchall()
    hashes = {"open": _said(sight.open.text), "closed": _said(sight.closed.text)}
    assert found[:2] == [("The unblinded_statistician", audience, told) for audience, told in hashes.items()]
    assert set(found[2:]) <= {("registry report", "open", hashes["open"]),
                              ("The unblinded_statistician", "closed", hashes["closed"])}  # fmt: skip


def test_the_visits_that_were_expected_are_those_of_the_schedule(sight: Sight) -> None:
    world = sight.world
    world.statistician.post(f"/v1/studies/{world.study}/data-cuts", {"code": "BOARD-2", "name": "Second"})
    rows = world.data_manager.get(f"/v1/schedule?study={world.study}&from_date=2020-01-01&limit=200").json
    states = [row["status"] for row in rows]
    counts = [states.count(state) for state in ("done", "done_out_of_window", "skipped", "overdue", "missed")]
    later = sight.read(world.safety_officer, cut="BOARD-2").text
    assert "Anaemia" in later
    told = later.partition("Visits expected by the cut")[2]
    cells = re.search(r'<tr class="total"><td>Every site</td>((?:<td class="number">\d+</td>){6})<td', told)
    assert cells, told
    assert [int(one) for one in re.findall(r">(\d+)<", cells[1])] == [sum(counts), *counts]
    assert sum(counts) > 0


def test_every_state_that_is_counted_has_its_column() -> None:
    assert set(enrolment.HEADS) == set(ENROLMENT.words)
    assert set(watch.JUDGEMENTS) == set(SPECIAL_INTEREST_CANDIDATE.words)
    assert set(watch.ALERT_STATES) == set(LABORATORY_ALERT.words)
    assert set(conduct.BREAK_STATES) == set(CODE_BREAK.words)
    assert {"to_classify", *SEVERITIES} == {*conduct.DEVIATION_COLUMNS}
    assert {*clocks.STANDINGS} >= {*REPORTING_CLOCK.words} - {"submitted"}


def test_an_unknown_study_or_cut_is_refused(sight: Sight) -> None:
    somebody = sight.world.safety_officer
    assert bodies.said(sight.read(somebody, cut="NONE-1")) == {"/cut": "no_such_cut"}
    assert somebody.get(sight.path).status_code == 422
    assert somebody.get("/v1/studies/NOWHERE/board-report?cut=BOARD-1").status_code == 404


def test_the_command_verifies_a_report_and_never_overwrites_one(sight: Sight, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_bytes(sight.open.data)
    assert run("verify", out).exit_code == 0
    again = run("dsmb", "--study", sight.world.study, "--cut", NAMED, "--audience", "open", "--out", out)
    assert (again.exit_code, "never overwrites" in again.output) == (2, True)
    out.write_bytes(sight.open.data.replace(b"Stamp", b"stamp"))
    assert run("verify", out).exit_code == 1


def test_the_command_refuses_a_folder_that_is_not_there_before_anything_is_read(
    sight: Sight, run: Run, tmp_path: Path
) -> None:
    with psycopg.connect(sight.world.installation.admin_url) as connection:
        before = connection.execute(READINGS, [NAMED]).fetchall()
        out = tmp_path / "nowhere" / "report.html"
        done = run("dsmb", "--study", sight.world.study, "--cut", NAMED, "--audience", "open", "--out", out)
        assert (done.exit_code, "No file can be written" in done.output) == (2, True), done.output
        assert connection.execute(READINGS, [NAMED]).fetchall() == before


def test_the_command_refuses_a_closed_report_to_who_is_not_unblinded(sight: Sight, run: Run, tmp_path: Path) -> None:
    out, token = tmp_path / "report.html", tmp_path / "token"
    usual = ("dsmb", "--study", sight.world.study, "--cut", NAMED, "--audience", "closed", "--out", out)
    for held, said in ((None, "unblinded_statistician"), (sight.world.safety_officer.token, "unblinded_statistician"),
                       ("jdmr_" + "x" * 43, "unknown, expired or revoked")):  # fmt: skip
        token.write_text(held or "")
        refused = run(*usual, *(("--token-file", token) if held else ()))
        assert refused.exit_code == 2, refused.output
        assert said in refused.output
        assert not out.exists()
    unknown = run("dsmb", "--study", "NOWHERE", "--cut", NAMED, "--audience", "open", "--out", out)
    assert (unknown.exit_code, out.exists()) == (2, False)
