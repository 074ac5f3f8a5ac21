"""What a profile protects is given back by nothing else in the files: counted value by value in what leaves, and attacked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from registry.db.transaction import Database
from registry.domain.deidentification import PROFILES, WHO_KNOWS_THE_CHILD, Profile
from registry.domain.geography import REGIONS
from registry.publish.extracts import writing
from registry.publish.extracts.antibodies import FINDING, tells
from registry.publish.extracts.columns import Column, File
from registry.publish.extracts.limits import LIMITED, is_number
from registry.publish.extracts.released import EVERY_FILE, columns_of, files_of
from registry.schemas.laboratory_results import BESIDE_A_RATIO
from tests.conftest import Installation
from tests.publish import attacker, cohort
from tests.publish.attacker import Child, Told, attack
from tests.publish.children import enrolled
from tests.publish.releasing import Registry, Release

CHILDREN = 26
EVENTS = ("week_0", "week_12")
RELEASED = {name: profile for name, profile in PROFILES.items() if profile.released}
FILES = {file.name: file for file in EVERY_FILE}
OF_A_LABORATORY = ("unit", "lower_limit", "upper_limit", "standard_lower_limit", "standard_upper_limit", "assay")
Row = Mapping[str, str]


class Files:
    """The files of a release, with what it says of them."""

    def __init__(self, profile: Profile, folder: Path, release: Release) -> None:
        self.profile, self.release = profile, release
        self.rows = {file.name: attacker.rows(folder, file.name) for file in files_of(profile)}


@pytest.fixture(scope="module")
def registry(shared_installation: Installation) -> Iterator[Registry]:
    service = Database(shared_installation.service_url, size=2)
    service.open()
    children = enrolled(service, CHILDREN, EVENTS)
    for views in cohort.views(shared_installation):
        yield Registry(children, service, writing.Sources(views, service), datetime.now(UTC), CHILDREN - 5)
    service.close()


@pytest.fixture(scope="module", params=list(RELEASED))
def files(request: pytest.FixtureRequest, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Files:
    profile, out = PROFILES[request.param], tmp_path_factory.mktemp("out") / "out"
    kinds = tuple(file.name for file in files_of(profile))
    return Files(profile, out, registry.released(registry.order(profile.name, kinds=kinds), out))


def limited(file: File, profile: Profile) -> Iterator[Column]:
    for column in columns_of(file, profile):
        if column.action in LIMITED and not column.quasi:
            yield column


def holders(rows: list[dict[str, str]], column: Column) -> dict[tuple[str, ...], dict[str, set[str]]]:
    """Give by group, as it is told, who has each value."""
    held: dict[tuple[str, ...], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row[column.name]:
            held[tuple(row.get(name, "") for name in column.group)][row[column.name]].add(row["participant"])
    return held


def test_every_code_is_of_k_participants_and_so_is_every_smallest_and_largest_number(files: Files) -> None:
    seen = 0
    for name, rows in files.rows.items():
        for column in limited(FILES[name], files.profile):
            for group, held in holders(rows, column).items():
                ends = (min(held, key=Decimal), max(held, key=Decimal)) if is_number(column) else tuple(held)
                for value in ends:
                    assert len(held[value]) >= files.profile.k, (name, column.name, group, value)
                    seen += 1
    assert seen > 200, "there must be something to count"


def test_a_number_is_not_told_where_its_category_or_its_subject_is_blank(files: Files) -> None:
    """A category is there wherever its score is, so that a blank one beside a score would be one that was left blank."""
    for row in files.rows["wide_visit"]:
        assert row["total_improvement_category"] or not row["total_improvement_score"]
    for row in files.rows["derived"]:
        assert row["category"] or not (row["rule"] == "total-improvement-score" and row["value"])
    for row in files.rows["concomitant_medication"]:
        assert row["medication"] or not any(row[name] for name in ("dose", "dose_unit", "frequency", "route"))
    for row in files.rows["laboratory_result"]:
        assert row["analyte"] or not any(row[name] for name in ("standard_value", "standard_unit", "finding"))


def test_an_autoantibody_is_blank_in_every_file_or_in_none(files: Files) -> None:
    group = {row["participant"]: row["antibody_group"] for row in files.rows["wide_participant"]}
    blank = {one for one, told in group.items() if not told}
    assert not blank or len(blank) >= files.profile.k
    for row in files.rows["participant"]:
        found = {name.removeprefix(FINDING): told for name, told in row.items() if tells(name) and told}
        assert not found or row["participant"] not in blank
        positive = {code for code, finding in found.items() if finding == "positive"}
        assert not positive or group[row["participant"]] in {*positive, "several", "associated_only"}
    for name, rows in files.rows.items():
        for column in filter(lambda one: tells(one.name), columns_of(FILES[name], files.profile)):
            for held in holders(rows, column).values():
                assert all(len(who) >= files.profile.k for who in held.values()), column.name


def test_nothing_gives_back_a_limit_of_a_laboratory_nor_an_age(files: Files) -> None:
    told = files.rows["laboratory_result"]
    assert {row["analyte"] for row in told if row["standard_value"]}, "values of other analytes leave"
    assert not {row["analyte"] for row in told if row["standard_value"]} & {*BESIDE_A_RATIO}
    assert not {*OF_A_LABORATORY} & {name for row in told for name in row}
    ages = {name for rows in files.rows.values() for row in rows for name in row if name.startswith("age_")}
    assert ages <= {"age_at_first_visit_band"}


def test_who_has_all_files_finds_no_more_than_the_report_says(files: Files) -> None:
    clusters = laboratories(files.rows)

    def agrees(child: Child, told: Told) -> bool:
        known = attacker.by_who_the_child_is if files.profile.sites else attacker.by_planned_visits
        name = told.participant["participant"]
        [own] = [row for row in files.rows["wide_participant"] if row["participant"] == name]
        wide = attacker.by_who_the_child_is(child, Told({**told.participant, **own}, ()))
        return known(child, told) and wide and child.country in clusters.get(name, REGIONS)

    found, said = attack(files.release.truth, files.release.told, agrees), files.release.said(WHO_KNOWS_THE_CHILD)
    if not files.profile.sites:
        said = files.release.said("demographics_and_visits")
    assert found.worst <= said.worst <= Fraction(files.profile.threshold)
    assert found.average <= said.average


def laboratories(rows: Mapping[str, list[dict[str, str]]]) -> dict[str, set[str]]:
    """Give the countries that a participant may be of, where the limits and units of a laboratory join it to others."""
    country = {row["participant"]: row["country"] for row in rows["participant"]}
    marks: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in rows["laboratory_result"]:
        mark = tuple(row[name] for name in OF_A_LABORATORY if row.get(name))
        if mark:
            marks[row["analyte"], *mark].add(row["participant"])
    known = {mark: {country[one] for one in who} - {""} for mark, who in marks.items()}
    return {one: known[mark] for mark, who in marks.items() for one in who if len(known[mark]) == 1}
