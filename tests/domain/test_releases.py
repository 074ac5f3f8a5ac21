"""Moments at which a study is released: one moment for ninety days, for whoever asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.domain.recipients import same_name
from registry.domain.releases import INTERVAL_DAYS, Way, in_one_way, named_moment, usual_moment
from registry.problems import ReleasedOtherwise, ReleaseTooClose

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
INTERVAL = INTERVAL_DAYS * DAY


@pytest.mark.parametrize(
    ("released", "moment"),
    [
        ([], NOW),
        ([NOW - DAY], NOW - DAY),
        ([NOW - INTERVAL + INSTANT], NOW - INTERVAL + INSTANT),
        ([NOW - INTERVAL], NOW),
        ([NOW - 2 * INTERVAL, NOW - 3 * DAY], NOW - 3 * DAY),
        ([NOW + INSTANT], NOW + INSTANT),
    ],
)
def test_a_release_is_of_the_newest_moment_until_the_interval_is_over(
    released: list[datetime], moment: datetime
) -> None:
    assert usual_moment(NOW, released) == moment


@pytest.mark.parametrize("apart", [timedelta(0), INTERVAL, -INTERVAL, 2 * INTERVAL])
def test_a_moment_that_is_named_is_a_releases_or_far_from_it(apart: timedelta) -> None:
    assert named_moment(NOW, [NOW + apart]) == NOW


@pytest.mark.parametrize("apart", [INSTANT, -INSTANT, INTERVAL - INSTANT, INSTANT - INTERVAL])
def test_a_moment_too_close_to_a_release_is_refused_with_those_that_may_be_asked(apart: timedelta) -> None:
    with pytest.raises(ReleaseTooClose) as refused:
        named_moment(NOW, [NOW + apart, NOW + 3 * INTERVAL])
    said = refused.value.members
    assert datetime.fromisoformat(said["moments"][0]) == NOW + apart
    assert datetime.fromisoformat(said["new_from"]) == NOW + 4 * INTERVAL


def test_a_release_between_two_that_are_an_interval_and_a_half_apart_is_refused_by_both() -> None:
    with pytest.raises(ReleaseTooClose) as refused:
        named_moment(NOW, [NOW - INTERVAL / 2, NOW + INTERVAL - DAY])
    assert len(refused.value.members["moments"]) == 2


LIMITED = Way("a university", "limited", ("partner_sharing", "registry"), frozenset({"north", "south"}))
ELSEWHERE = replace(LIMITED, recipient="a company", profile="safe_harbor", sites=None)


@pytest.mark.parametrize("known", [[], [LIMITED, ELSEWHERE], [ELSEWHERE], [replace(LIMITED, sites=None), LIMITED]])
def test_a_recipient_may_have_a_study_as_it_has_it(known: list[Way]) -> None:
    in_one_way(LIMITED, known)


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ({"profile": "safe_harbor"}, [{"profile": "limited", "uses": ["partner_sharing", "registry"]}]),
        ({"uses": ("partner_sharing",)}, [{"profile": "limited", "uses": ["partner_sharing", "registry"]}]),
        ({"sites": frozenset({"north"})}, []),
        ({"sites": None}, []),
    ],
)
def test_another_way_for_a_recipient_is_refused_with_those_that_it_may_ask_for(
    changed: dict[str, Any], left: list[dict[str, Any]]
) -> None:
    with pytest.raises(ReleasedOtherwise) as refused:
        in_one_way(replace(LIMITED, **changed), [LIMITED, ELSEWHERE])
    assert refused.value.members == {"ways": left}


def test_a_recipient_is_the_same_however_it_is_written() -> None:
    names = ("Universität  Köln", "UNIVERSITÄT KÖLN", " universita\N{COMBINING DIAERESIS}t ko\N{COMBINING DIAERESIS}ln")
    assert len(set(map(same_name, names))) == 1
    assert same_name("Köln") != same_name("Koln")
