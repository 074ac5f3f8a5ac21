"""The wide files for analysis: they say what the derived file says, side by side, and nothing that tells of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from registry.db import records
from registry.db.transaction import Database
from registry.demo.cohort import cohort as demo_cohort
from registry.domain.analysis_followed import DEFINITIONS, Followed
from registry.domain.analysis_laboratory import INTERFERON_SCORE
from registry.domain.analysis_outcomes import RESPONSES
from registry.domain.deidentification import PROFILES
from registry.domain.rulebook import RULEBOOK
from registry.publish.extracts import course_tables, derived, wide_participant, wide_visit
from registry.publish.extracts.columns import File
from registry.publish.extracts.released import columns_of
from tests.conftest import Installation, attribution
from tests.demo.test_derived import images_of
from tests.publish.cohort import Cohort, planted

INTERNAL = PROFILES["internal"]
KINDS = tuple(file.name for file in course_tables.COURSE_FILES)
OF_RULES = {
    "cmas": "cmas", "mmt8": "mmt8", "chaq": "chaq", "das": "das", "cdasi_activity": "cdasi-activity", "jdmai1": "jdmai1",
    "prednisone_equivalent_mg_per_day": "prednisone-equivalent", "glucocorticoid_reduction": "glucocorticoid-reduction",
    "total_improvement_score": "total-improvement-score",
}  # fmt: skip
OF_CATEGORIES = {
    "total_improvement_category": "total-improvement-score", "definition_of_improvement": "definition-of-improvement",
    "printo_improvement": "printo-improvement", "clinically_inactive_disease": "clinically-inactive-disease",
    "complete_clinical_response": "complete-clinical-response", "glucocorticoid_status": "steroid-free-since",
    "jak_inhibitor_dose_band": "dose-band", "deterioration": "deterioration",
}  # fmt: skip
A_DATE = re.compile(r"\d{4}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
Row = dict[str, Any]
DOCUMENT = Path(__file__).parents[2] / "docs" / "extracts" / "analysis.md"


@pytest.fixture(scope="module")
def children() -> list[Followed]:
    return [course_tables.followed(images_of(story), RULEBOOK) for story in demo_cohort(participants=5)]


def named(file: File, rows: Iterator[tuple[Any, ...]]) -> list[Row]:
    return [dict(zip(file.names[1:], row, strict=True)) for row in rows]


def of_derived(who: Followed, profile: Any = INTERNAL) -> list[Row]:
    return named(derived.FILE, derived.of(who, profile, course_tables._failed))


def of_visits(who: Followed) -> list[Row]:
    return named(wide_visit.FILE, wide_visit.of(who))


def of_participant(who: Followed) -> Row:
    (row,) = named(wide_participant.FILE, wide_participant.of(who))
    return row


def by_visit(who: Followed, what: str) -> dict[tuple[int, str], Any]:
    """Give a value of the derived rows that stand for a whole visit, by visit and rule."""
    return {(row["visit_number"], row["rule"]): row[what] for row in of_derived(who) if row["subject"] is None}


def test_a_visits_row_says_what_the_derived_rows_of_the_visit_say(children: list[Followed]) -> None:
    for who in children:
        values, categories = by_visit(who, "value"), by_visit(who, "category")
        for row in of_visits(who):
            number = row["visit_number"]
            assert {name: row[name] for name in OF_RULES} == {
                name: values.get((number, rule)) for name, rule in OF_RULES.items()
            }
            assert {name: row[name] for name in OF_CATEGORIES} == {
                name: categories.get((number, rule)) for name, rule in OF_CATEGORIES.items()
            }


def test_an_enzyme_is_one_of_the_multiples_derived_of_the_visit(children: list[Followed]) -> None:
    for who in children:
        multiples = {
            (row["visit_number"], row["subject"] or row["result_number"], row["value"])
            for row in of_derived(who)
            if row["rule"] == "enzyme-multiple"
        }
        found = {(row["visit_number"], row["ck_times_uln"]) for row in of_visits(who) if row["ck_times_uln"]}
        assert found
        assert found <= {(number, value) for number, _, value in multiples}


def test_times_to_response_are_those_that_the_derived_rows_tell(children: list[Followed]) -> None:
    for who in children:
        rows, outcome = of_visits(who), of_participant(who)
        (baseline,) = (row["visited_day"] for row in rows if row["relative_to_baseline"] == "baseline")
        decided = [row for row in rows if row["total_improvement_category"] is not None]
        for place, least in enumerate(RESPONSES):
            reached = [row for row in decided if row["total_improvement_category"] in RESPONSES[place:]]
            first = (reached or decided[-1:] or [{"visited_day": None}])[0]["visited_day"]
            assert outcome[f"{least}_response_days"] == (first - baseline if first else None)
            assert outcome[f"{least}_response_censored"] == (int(not reached) if decided else None)
        at_24 = next((row for row in rows if row["event"] == "week_24"), None)
        assert outcome["week_24_visit_day"] == (at_24 and at_24["visited_day"])
        assert outcome["week_24_printo_improvement"] == (at_24 and at_24["printo_improvement"])


def test_every_value_is_of_the_kind_that_its_column_says(children: list[Followed]) -> None:
    for who in children:
        for file, rows in (
            (derived.FILE, of_derived(who)),
            (wide_visit.FILE, of_visits(who)),
            (wide_participant.FILE, [of_participant(who)]),
        ):
            for column in file.columns[1:]:
                for value in {row[column.name] for row in rows} - {None}:
                    assert isinstance(value, int if column.type in ("integer", "0/1") else str), column.name
                    assert column.type != "code" or value in column.codes, column.name
                    assert column.type != "0/1" or value in (0, 1), column.name


def test_no_row_holds_a_date_a_sentence_or_an_identifier(children: list[Followed]) -> None:
    for who in children:
        texts = {text for row in (*of_derived(who), *of_visits(who), of_participant(who)) for text in row.values()}
        texts = {text for text in texts if isinstance(text, str)}
        assert not {text for text in texts if A_DATE.search(text) or " " in text}
        assert not {text for text in texts if who.course.participant.id in text or text in who.course.participant.image}


def test_a_blinded_reader_is_told_no_rule_and_no_column_of_the_treatment(children: list[Followed]) -> None:
    blinded = PROFILES["blinded_review"]
    rules = {row["rule"] for who in children for row in of_derived(who, blinded)}
    assert "total-improvement-score" in rules
    assert not {"jak-exposure", "dose-band", "complete-clinical-response"} & rules
    for file in (wide_visit.FILE, wide_participant.FILE):
        left = {column.name for column in columns_of(file, blinded)}
        assert not {name for name in left if "jak" in name or "dose_band" in name or "clinical_response" in name}
    assert "prednisone_equivalent_mg_per_day" in {column.name for column in columns_of(wide_visit.FILE, blinded)}


def test_where_no_day_is_told_no_number_of_days_is(children: list[Followed]) -> None:
    quarters = PROFILES["safe_harbor"]
    for who in children:
        assert not {row["rule"] for row in of_derived(who, quarters) if row["unit"] == "d"}
        assert {row["category"] for row in of_derived(who, quarters) if row["rule"] == "steroid-free-since"}
    for file in course_tables.COURSE_FILES:
        assert not {column.name for column in columns_of(file, quarters) if "day" in column.name and column.unit == "d"}


def test_where_not_every_visit_leaves_nothing_does_that_was_judged_over_all_of_them() -> None:
    left = {column.name for column in columns_of(wide_participant.FILE, PROFILES["safe_harbor"])}
    for name in ("minimal_response", "major_response", "inactive_disease", "inactive_disease_revised"):
        assert not {one for one in left if one.startswith(name)}
    assert not {one for one in left if one.startswith("steroid_free") or "since_first_jak" in one}
    assert {"week_12_event", "week_12_total_improvement_score", "baseline_cmas"} <= left
    internal = {column.name for column in columns_of(wide_participant.FILE, INTERNAL)}
    assert {"minimal_response_event", "minimal_response_censored", "steroid_free_percent"} <= internal


def test_a_column_has_the_limits_direction_and_source_of_the_rule_or_the_field_that_it_is_of() -> None:
    columns = {column.name: column for file in (wide_visit.FILE, wide_participant.FILE) for column in file.columns}
    for name in ("cmas", "baseline_cmas"):
        assert (columns[name].minimum, columns[name].maximum, columns[name].higher) == (0, 52, "better")
        assert columns[name].source == RULEBOOK["cmas"].source
    assert (columns["weight"].unit, columns["weight"].minimum, columns["weight"].maximum) == ("kg", 1, 250)
    assert (columns["physician_global_activity"].maximum, columns["chaq"].higher) == (10, "worse")
    assert (columns["total_improvement_score"].maximum, columns["total_improvement_score"].higher) == (100, "better")


def test_the_rows_of_derived_values_come_in_the_order_of_their_keys_each_once(children: list[Followed]) -> None:
    for who in children:
        keys = [(row["visit_number"] or 10**6, row["value_number"]) for row in of_derived(who)]
        assert keys == sorted(set(keys))


def test_every_definition_is_named_with_its_version_by_a_column_and_in_the_document() -> None:
    words = " ".join(column.words for column in (*wide_participant.FILE.columns, *wide_visit.FILE.columns))
    document = DOCUMENT.read_text()
    for one in (*DEFINITIONS, INTERFERON_SCORE):
        assert f"definition {one.id}, version {one.version}, certainty {one.certainty} %" in words
        assert f"| {one.id} | {one.version} | {one.certainty} % |" in document


# --- from the database --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service(shared_installation: Installation) -> Iterator[Database]:
    database = Database(shared_installation.service_url, size=2)
    database.open()
    yield database
    database.close()


@pytest.fixture(scope="module")
def known(service: Database) -> Cohort:
    return planted(service)


def read(service: Database, known: Cohort, as_of: datetime | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Read every file of the cohort, in the order of its participants backwards."""
    ids = known.participants[::-1]
    with service.transaction() as tx:
        tx.attribute(attribution())
        batches = list(course_tables.rows(tx, ids, as_of, RULEBOOK, KINDS, INTERNAL))
    return {kind: [row for batch in batches for row in batch[kind]] for kind in KINDS}


def test_rows_come_in_the_order_asked_for_each_beginning_with_its_participant(service: Database, known: Cohort) -> None:
    found = read(service, known)
    assert [row[0] for row in found["wide_participant"]] == known.participants[::-1]
    assert [len(row) for row in found["wide_visit"]] == [len(wide_visit.FILE.columns)] * 9, "three complete visits each"
    row = dict(zip(wide_participant.FILE.names, found["wide_participant"][0], strict=True))
    assert (row["age_at_first_visit"], row["sex_at_birth"], row["antibody_group"]) == (10, "female", "nxp2")
    assert (row["prior_treatments_ivig"], row["prior_treatments_rituximab"], row["core_set_used"]) == (1, 0, "printo")


def test_the_files_of_a_past_moment_are_those_that_were_written_then(service: Database, known: Cohort) -> None:
    then, at_the_time = read(service, known), datetime.now(UTC)
    with service.transaction() as tx:
        tx.attribute(attribution(reason="Another course"))
        participant = records.read(tx, "participant", known.participants[0])
        changed = {"birth_year": 2010, "core_set": "imacs"}
        records.amend(tx, "participant", known.participants[0], participant["version"], changed)
        tx.commit()
    now = read(service, known)
    assert now["wide_participant"] != then["wide_participant"]
    assert now["wide_participant"][:-1] == then["wide_participant"][:-1], "the others are as they were"
    assert read(service, known, at_the_time) == then
