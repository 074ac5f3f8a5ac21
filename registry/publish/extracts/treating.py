"""What the profile makes of each column of a staged batch: pseudonyms, days as it tells them, bands, blanks and limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from registry.db.extract_snapshot import PLACE
from registry.domain.deidentification import Action, Profile
from registry.publish.extracts import antibodies, limits, released, withheld
from registry.publish.extracts.columns import Column, File
from registry.publish.extracts.declared import DAY, MIDDLE_DAY, PARTICIPANT, PRECISION
from registry.publish.extracts.limits import Limits
from registry.publish.extracts.people import People
from registry.publish.extracts.protection import Protection
from registry.publish.extracts.tables import arrow_type
from registry.publish.extracts.visit_numbers import VisitNumbers

LADDERS: Mapping[str, str] = {
    "sex_at_birth": "sex",
    "country": "country",
    "age_at_first_visit": "age",
    "first_visit_year": "first_visit_year",
}
"""What stands in a column that somebody outside may know, by the name that the protection has for it."""
QUARTER_DAYS = 91
"""Days of a quarter: thirteen weeks."""
LENGTHS = {"month": 7, "year": 4}
"""Characters of an ISO 8601 date that a precision leaves."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is done to all tables of an extract alike."""

    profile: Profile
    people: People
    protection: Protection
    visits: VisitNumbers | None
    blanked: Counter[str] = field(default_factory=Counter)
    coded: Counter[str] = field(default_factory=Counter)


class Treatment:
    """Makes the rows that leave of the staged rows of one file."""

    def __init__(self, file: File, rules: Rules, found: Limits) -> None:
        self.file, self.rules, self.limits = file, rules, found
        self.columns = released.columns_of(file, rules.profile)
        self.schema = pa.schema([pa.field(column.name, arrow_type(column)) for column in self.columns])
        self.names = pa.array(rules.people.pseudonyms, pa.string())

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give what leaves of a batch of staged rows, of which those of visits that stay are gone already."""
        known = self._leaving(batch)
        batch = self.withheld(batch)
        for column in self.columns:
            if column.told_with:
                self._counted(column, known.column(column.name), batch.column(column.name))
        arrays = [self._given(column, batch).cast(arrow_type(column)) for column in self.columns]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _leaving(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return withheld.inside(batch, self.columns) if self.rules.profile.released else batch

    def withheld(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give a batch of staged rows without what stays inside, and without what would tell codes that are rare."""
        return withheld.along(self._leaving(batch), self.columns, self.limits)

    def _given(self, column: Column, batch: pa.RecordBatch) -> Any:
        if column.action is Action.RECODE:
            return self._pseudonyms(column, batch)
        if column.quasi and self.rules.profile.released:
            return self._protected(column, batch)
        if column.action is Action.DATE:
            return self._told_day(column, batch)
        if antibodies.tells(column.name):
            return self._antibody(column, batch)
        return self._limited(column, batch)

    @cached_property
    def _days_1(self) -> Any:
        return pa.array(self.rules.people.shifted_days_1(), pa.int32())

    def _pseudonyms(self, column: Column, batch: pa.RecordBatch) -> Any:
        if column.name == PARTICIPANT.name:
            return self.names.take(batch.column(PLACE))
        sites = batch.column("site_id").dictionary_encode()
        told = pa.array([self.rules.people.site(one) for one in sites.dictionary.to_pylist()], pa.string())
        before = told.take(sites.indices)
        return self._without(self.rules.protection.sites_left_out, column, batch, before)

    def _antibody(self, column: Column, batch: pa.RecordBatch) -> Any:
        protection, before = self.rules.protection, batch.column(column.name)
        if column.name in protection.antibodies.columns:
            return self._counted(column, before, pa.nulls(len(before), before.type))
        return self._without(protection.antibodies_left_out, column, batch, before)

    def _without(self, left_out: frozenset[str], column: Column, batch: pa.RecordBatch, before: Any) -> Any:
        """Leave a column blank for these participants."""
        hidden = pa.array([one in left_out for one in self.rules.people.pseudonyms], pa.bool_())
        return self._counted(column, before, pc.if_else(hidden.take(batch.column(PLACE)), None, before))

    def _protected(self, column: Column, batch: pa.RecordBatch) -> Any:
        name = LADDERS[column.name.removesuffix(released.BAND)]
        values = self.rules.protection.values
        told = [values[one].get(name) for one in self.rules.people.pseudonyms]
        return pa.array(told, arrow_type(column)).take(batch.column(PLACE))

    def _limited(self, column: Column, batch: pa.RecordBatch) -> Any:
        """Give a column with its rare codes blank or its extremes at their limits; one without limits as it is."""
        before = batch.column(column.name)
        if column.name in self.limits.rare:
            return self._counted(column, before, limits.without_rare(batch, column, self.limits.rare[column.name]))
        if column.name in self.limits.bounds:
            after, coded = limits.within(batch, column, self.limits.bounds[column.name])
            self.rules.coded[f"{self.file.name}.{column.name}"] += coded
            return self._counted(column, before, after)
        return before

    def _counted(self, column: Column, before: Any, after: Any) -> Any:
        self.rules.blanked[f"{self.file.name}.{column.name}"] += after.null_count - before.null_count
        return after

    # --- days ---------------------------------------------------------------------------------------------------------

    def _told_day(self, column: Column, batch: pa.RecordBatch) -> Any:
        if column.name.endswith(released.DATE):
            return self._shifted(column.name.removesuffix(released.DATE), batch)
        if column.name.endswith(released.QUARTER):
            return quarters(self._middle(column.name.removesuffix(released.QUARTER), batch))
        return batch.column(column.name)

    def _middle(self, stem: str, batch: pa.RecordBatch) -> Any:
        """Give the study day, of a partial date that of the middle of what is known."""
        middle = f"{stem}{MIDDLE_DAY}"
        return batch.column(middle if middle in batch.schema.names else f"{stem}{DAY}")

    def _shifted(self, stem: str, batch: pa.RecordBatch) -> Any:
        precision = f"{stem}{PRECISION}"
        known = batch.column(precision) if precision in batch.schema.names else None
        return dates(self._days_1.take(batch.column(PLACE)), self._middle(stem, batch), known)


def since_day_1(days: Any) -> Any:
    """Give the days from day 1 to study days; there is no day 0."""
    return pc.if_else(pc.greater(days, 0), pc.subtract(days, 1), days)


def quarters(days: Any) -> Any:
    """Give the quarters of study days: 0 for the first, negative before it."""
    return pc.floor(pc.divide(since_day_1(days).cast(pa.float64()), float(QUARTER_DAYS))).cast(pa.int64())


def dates(days_1: Any, days: Any, precisions: Any | None) -> Any:
    """Give study days as dates in ISO 8601, cut back to what is known; `days_1` are dates of day 1, as days since 1970."""
    moved = pc.add(days_1.cast(pa.int64()), since_day_1(days))
    whole = moved.cast(pa.int32()).cast(pa.date32()).cast(pa.string())
    if precisions is None:
        return whole
    cut = whole
    for precision, length in LENGTHS.items():
        shorter = pc.utf8_slice_codeunits(whole, 0, length)
        cut = pc.if_else(pc.fill_null(pc.equal(precisions, precision), False), shorter, cut)
    return cut
