"""Ages, countries and sex are told with less detail, one step at a time, and the steps that lose least are taken."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.disclosure_control import Search
from registry.domain.generalisation import AGE, COUNTRY, FIRST_VISIT_YEAR, SEX, lattice, lost

LADDERS = (FIRST_VISIT_YEAR, COUNTRY, SEX, AGE)
BANDED = (0, 0, 0, 1)
WEEKS = ("week_0", "week_4", "week_8", "week_12")
RECORDS = st.dictionaries(
    st.tuples(
        st.tuples(
            st.sampled_from([None, 2020, 2021]),
            st.sampled_from(["DE", "FR", "JP"]),
            st.sampled_from(["female", "male"]),
            st.one_of(st.none(), st.integers(2, 19)),
        ),
        st.frozensets(st.sampled_from(WEEKS)),
    ),
    st.integers(1, 4),
    max_size=15,
)


@pytest.mark.parametrize(
    ("years", "told"),
    [
        (0, (0, "0-5", "0-11", None)),
        (5, (5, "0-5", "0-11", None)),
        (6, (6, "6-11", "0-11", None)),
        (11, (11, "6-11", "0-11", None)),
        (12, (12, "12-17", "12+", None)),
        (17, (17, "12-17", "12+", None)),
        (18, (18, "18+", "12+", None)),
        (90, (90, "18+", "12+", None)),
        (None, (None, None, None, None)),
    ],
)
def test_an_age_is_told_in_wider_bands(years, told):
    assert tuple(AGE.told(years, step) for step in range(4)) == told


def test_a_country_becomes_its_region_and_then_blank():
    assert [COUNTRY.told("JP", step) for step in range(3)] == ["JP", "asia", None]


def test_the_lattice_goes_from_what_loses_nothing_to_what_loses_all():
    steps = list(lattice(LADDERS, (0, 0, 0, 0)))
    assert steps[0] == (0, (0, 0, 0, 0))
    assert steps[-1] == (10, (1, 2, 1, 3))
    assert len(steps) == 2 * 3 * 2 * 4
    assert lost(LADDERS, BANDED) == Fraction(4, 3)


def released(records, k, *, patterns=False):
    return Search(records, LADDERS, k, patterns).least_loss(BANDED)


def test_what_is_shared_already_stays_as_it_is():
    records = {((2020, "DE", "female", 7), frozenset(WEEKS)): 6, ((2021, "FR", "male", 3), frozenset()): 5}
    release = released(records, 5)
    assert release.steps == BANDED
    assert {key for key, _ in release.leaving.values()} == {(2020, "DE", "female", "6-11"), (2021, "FR", "male", "0-5")}


def test_everybody_is_told_by_region_where_that_loses_less_than_blank_countries():
    records = {((2020, country, "female", 7), frozenset()): 3 for country in ("DE", "FR", "IT", "ES")}
    release = released(records, 5)
    assert COUNTRY.steps[release.steps[1]].name == "region of the UN M49"
    assert {key for key, _ in release.leaving.values()} == {(2020, "europe", "female", "6-11")}


def test_a_few_cells_go_blank_where_that_loses_less_than_wider_values_for_all():
    records = {((2020, "DE", "female", 7), frozenset()): 90, ((2020, "FR", "female", 7), frozenset()): 20}
    odd = ((2020, "JP", "female", 7), frozenset())
    release = released(records | {odd: 5, ((2020, "BR", "female", 7), frozenset()): 4}, 9)
    assert release.steps == BANDED
    assert release.leaving[odd] == ((2020, None, "female", "6-11"), frozenset())


def test_with_fewer_than_k_nothing_is_told_and_no_visit_leaves():
    record = ((2020, "DE", "female", 7), frozenset(WEEKS))
    release = released({record: 4}, 5, patterns=True)
    assert release.leaving == {record: ((None, None, None, None), frozenset())}
    assert release.steps == (1, 2, 1, 3)


def test_visits_are_left_out_only_where_patterns_are_told():
    records = {((2020, "DE", "female", 7), frozenset(WEEKS[:number])): 4 for number in (2, 3, 4)}
    assert all(leaving[1] == record[1] for record, leaving in released(records, 5).leaving.items())
    told = released(records, 5, patterns=True).leaving
    assert set(told.values()) == {((2020, "DE", "female", "6-11"), frozenset(WEEKS[:2]))}


@settings(max_examples=25, deadline=None)
@given(records=RECORDS, k=st.integers(1, 6), patterns=st.booleans())
def test_k_share_all_that_is_told_and_nothing_is_told_that_was_not_so(records, k, patterns):
    release = released(records, k, patterns=patterns)
    shared = Counter()
    for (key, events), size in records.items():
        left, kept = release.leaving[key, events]
        shared[left, kept if patterns else None] += size
        on_steps = [ladder.told(value, step) for ladder, value, step in zip(LADDERS, key, release.steps, strict=True)]
        assert all(after in (before, None) for before, after in zip(on_steps, left, strict=True))
        assert kept <= events
    assert all(size >= min(k, sum(records.values())) for size in shared.values())
    assert 0 <= release.loss <= 30
