"""Attacks on what was released: with what people know of a child, and with two releases side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from registry.db.transaction import Database
from registry.domain import growth, releases
from registry.domain.deidentification import PROFILES, WHO_KNOWS_THE_CHILD, WHO_KNOWS_THE_VISITS
from registry.problems import ReleaseTooClose
from registry.publish.extracts import derived, writing
from registry.publish.pseudonyms import LEAST_SHIFT, MOST_SHIFT, pseudonyms, shift_days
from tests.conftest import Installation, attribution
from tests.publish import attacker, cohort
from tests.publish.attacker import Found, Told
from tests.publish.children import enrolled, record_visits
from tests.publish.releasing import KEYS, Registry, Release

MOST_BY_CHANCE = 6
"""Of sixty children; each of 365 shifts is as likely as another, and seven equal ones come less than once in ten million times."""


@pytest.fixture(scope="module")
def registry(shared_installation: Installation) -> Iterator[Registry]:
    """The children's registry; a test that adds to it does so after `moment`."""
    service = Database(shared_installation.service_url, size=2)
    service.open()
    children = enrolled(service)
    for views in cohort.views(shared_installation):
        yield Registry(children, service, writing.Sources(views, service), datetime.now(UTC))
    service.close()


@pytest.fixture(scope="module")
def limited(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A limited data set of the children, for one recipient."""
    return registry.released(registry.order("limited"), tmp_path_factory.mktemp("limited") / "out")


def no_better(found: Found, said: Found) -> bool:
    return found.worst <= said.worst and found.average <= said.average


# --- linkage ------------------------------------------------------------------------------------------------------


def test_who_knows_the_child_and_every_visit_finds_no_more_than_the_report_of_safe_harbor_says(
    registry: Registry, tmp_path: Path
) -> None:
    release = registry.released(registry.order("safe_harbor"), tmp_path / "out")
    for adversary, agrees in (
        (WHO_KNOWS_THE_CHILD, attacker.by_who_the_child_is),
        (WHO_KNOWS_THE_VISITS, attacker.by_planned_visits),
    ):
        found = release.attacked(agrees)
        assert no_better(found, release.said(adversary)), adversary
        assert found.worst <= Fraction(PROFILES["safe_harbor"].threshold)
    for one in release.told.values():
        numbers = [int(row["visit_number"]) for row in one.visits]
        assert numbers == list(range(1, len(numbers) + 1)), "a gap tells of a visit that was left out"
        assert not any(word in name for row in one.visits for name in row for word in ("day", "date", "quarter"))


def test_who_knows_the_child_finds_no_more_than_the_report_of_limited_says(limited: Release) -> None:
    found = limited.attacked(attacker.by_who_the_child_is)
    assert no_better(found, limited.said(WHO_KNOWS_THE_CHILD))
    assert found.worst <= Fraction(PROFILES["limited"].threshold)


def test_who_knows_every_visit_finds_children_in_a_limited_data_set_and_its_report_says_so(limited: Release) -> None:
    found, said = limited.attacked(attacker.by_intervals), limited.said(WHO_KNOWS_THE_VISITS)
    assert no_better(found, said)
    assert found.worst == said.worst == 1, "intervals are kept as promised: an agreement must forbid to look"
    assert not limited.report["adversaries"][WHO_KNOWS_THE_VISITS]["governed"]


def test_without_protection_children_would_be_found_as_the_report_says(registry: Registry, tmp_path: Path) -> None:
    release = registry.released(registry.order("internal"), tmp_path / "out")
    found = release.attacked(attacker.by_who_the_child_is)
    assert no_better(found, release.said(WHO_KNOWS_THE_CHILD))
    assert found.worst == 1
    assert found.average > 4 * Fraction(PROFILES["safe_harbor"].threshold)


# --- dates --------------------------------------------------------------------------------------------------------


def dates_of(told: Told) -> list[date]:
    return [date.fromisoformat(row["visited_date"]) for row in told.visits]


def test_every_date_is_moved_and_every_interval_is_kept(limited: Release) -> None:
    for name, child in limited.truth.items():
        real, moved = [day for _, day in child.visits], dates_of(limited.told[name])
        [shift] = {(later - earlier).days for earlier, later in zip(real, moved, strict=True)}
        assert LEAST_SHIFT <= abs(shift) <= MOST_SHIFT
        day_1 = child.first_visit
        days = [(day - day_1).days + (day >= day_1) for day in real]
        assert [int(row["visited_day"]) for row in limited.told[name].visits] == days


def test_another_recipient_by_another_key_gets_other_pseudonyms_and_no_second_draw_of_dates(
    registry: Registry, limited: Release, tmp_path: Path
) -> None:
    """Study days are the same for both, as every interval is: whoever holds both files must agree not to join them."""
    other = registry.released(registry.order("limited", recipient="A company", key_version=2), tmp_path / "out")
    mine, theirs = (
        {child.id: release.told[name] for name, child in release.truth.items()} for release in (limited, other)
    )
    assert mine.keys() == theirs.keys()
    assert not other.told.keys() & limited.told.keys()
    places = [{one.participant["site"] for one in release.told.values()} - {""} for release in (limited, other)]
    assert not places[0] & places[1]
    assert all(dates_of(mine[child]) == dates_of(theirs[child]) for child in mine), "draws together would tell the date"


def test_another_key_recipient_or_profile_gives_other_pseudonyms(registry: Registry) -> None:
    mine, known = registry.order("limited"), list(registry.children.known)
    orders = (mine, replace(mine, key_version=2), replace(mine, recipient="A company"), registry.order("internal"))
    named = [set(pseudonyms(KEYS[one.key_version], one.study_id, one.addressee, known).values()) for one in orders]
    assert len(set().union(*named)) == len(orders) * len(known)


def test_another_study_or_participant_has_another_shift(registry: Registry) -> None:
    study, known = registry.children.study, list(registry.children.known)
    moved = [shift_days(KEYS[1], study, child) for child in known]
    assert len(set(moved)) > len(known) / 2
    assert (
        sum(shift_days(KEYS[1], known[0], child) == days for child, days in zip(known, moved, strict=True))
        <= MOST_BY_CHANCE
    )


# --- differences --------------------------------------------------------------------------------------------------


def test_two_releases_a_day_apart_would_give_away_every_date_of_a_child_and_are_not_made(
    registry: Registry, limited: Release, tmp_path: Path
) -> None:
    """With the rule of distance left out, what the second alone has is dated by the day on which it was recorded."""
    seen, child = datetime.now(UTC).date(), next(iter(registry.children.known.values()))
    with registry.service.transaction() as tx:
        tx.attribute(attribution())
        visit = {"event": "unscheduled", "visited_on": seen.isoformat(), "mode": "remote", "status": "complete"}
        record_visits(tx, child.id, [visit])
        tx.commit()
    forged = registry.order("limited", as_of=datetime.now(UTC))
    second = registry.released(forged, tmp_path / "out")
    [(name, new)] = [
        (name, one) for name, one in second.told.items() if len(one.visits) > len(limited.told[name].visits)
    ]
    shift = dates_of(new)[-1] - seen
    assert second.truth[name] == child
    assert [day - shift for day in dates_of(new)[:-1]] == [day for _, day in child.visits]

    next_day = registry.moment + timedelta(days=1)
    with pytest.raises(ReleaseTooClose):
        releases.named_moment(next_day, [registry.moment])
    assert releases.usual_moment(next_day, [registry.moment]) == registry.moment
    later = registry.moment + releases.INTERVAL
    assert releases.named_moment(later, [registry.moment]) == later


# --- ages ---------------------------------------------------------------------------------------------------------


def test_a_z_score_beside_the_height_would_tell_the_age_to_the_month_and_leaves_no_study_team() -> None:
    child = growth.Child(height=Decimal("128.5"), sex="female", age_months=101)
    told = growth.height_z_score(child).value
    possible = range(growth.FIRST_MONTH, growth.LAST_MONTH + 1)
    assert [m for m in possible if growth.height_z_score(replace(child, age_months=m)).value == told] == [101]
    for profile in PROFILES.values():
        assert derived.is_told("height-z-score", profile) is not profile.released
        assert derived.is_told("bmi-z-score", profile) is not profile.released
