"""What an extract does to a column of days is what the rule does to each."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.dates import PartialDate, study_day
from registry.publish.extracts import treating
from tests.oracles.date_shift import middle, quarter, shifted, told

DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))
ROWS = st.lists(st.tuples(DAYS, DAYS, st.sampled_from(["day", "month", "year"]), st.integers(-182, 182)), max_size=20)


@settings(max_examples=30, deadline=None)
@given(rows=ROWS)
def test_shifted_dates_and_quarters_are_those_of_the_rule(rows):
    texts = [told(day, precision) for _, day, precision, _ in rows]
    days = [study_day(middle(PartialDate.parse(text)), row[0]) for text, row in zip(texts, rows, strict=True)]
    days_1 = [(day_1 + timedelta(days=shift) - date(1970, 1, 1)).days for day_1, _, _, shift in rows]
    column = pa.array(days, pa.int64())
    precisions = pa.array([precision for _, _, precision, _ in rows], pa.string())
    dates = treating.dates(pa.array(days_1, pa.int32()), column, precisions)
    assert dates.to_pylist() == [shifted(text, row[3]) for text, row in zip(texts, rows, strict=True)]
    assert treating.quarters(column).to_pylist() == [quarter(day) for day in days]


def test_a_day_that_is_not_known_stays_so():
    days = pa.array([None, 1], pa.int64())
    assert treating.quarters(days).to_pylist() == [None, 0]
    assert treating.dates(pa.array([0, None], pa.int32()), days, None).to_pylist() == [None, None]
