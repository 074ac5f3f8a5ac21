"""What the safety of a study is read from besides its records' images: the day at each site, constants, visits in short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from registry.db.transaction import Image, Transaction

# Each site's time zone as it was then: what is changed since must not move a day of the past.
SITES = """
    select distinct on (e.record_id) e.record_id as id, e.after ->> 'time_zone' as time_zone
    from audit.event e where e.kind = 'site' and e.record_id is not null and e.at <= %(as_of)s
    order by e.record_id, e.id desc"""
DAYS = f"select s.id::text, (%(as_of)s::timestamptz at time zone s.time_zone)::date as today from ({SITES}) s"  # noqa: S608 (constant)

STUDY = """
    select e.after as image from audit.event e
    where e.record_id = %(study_id)s and e.kind = 'study' and e.at <= %(as_of)s order by e.id desc limit 1"""

# Of each visit no more than is asked for: whole images of a study would be a hundred times as much to read.
VISITS = """
    with newest as materialized (
        select distinct on (e.record_id) e.id from audit.event e
        where e.participant_id = any (%(ids)s::uuid[]) and e.kind = 'visit' and e.at <= %(as_of)s
        order by e.record_id, e.id desc)
    select jsonb_build_object(
        'id', e.record_id, 'version', e.version, 'participant_id', e.participant_id,
        'event', e.after -> 'event', 'status', e.after -> 'status', 'visited_on', e.after -> 'visited_on',
        'forms', jsonb_build_object('vital_signs', jsonb_build_object('weight', e.after #> '{forms,vital_signs,weight}')),
        'laboratory_results', (
            select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'analyte', r -> 'analyte', 'value', r -> 'value', 'unit', r -> 'unit', 'comparator', r -> 'comparator',
                'lower_limit', r -> 'lower_limit', 'upper_limit', r -> 'upper_limit', 'collected_at', r -> 'collected_at'))
                order by place), '[]')
            from jsonb_array_elements(e.after -> 'laboratory_results') with ordinality x(r, place)
            where cardinality(%(analytes)s::text[]) > 0 and r ->> 'analyte' = any (%(analytes)s))) as image
    from newest join audit.event e on e.id = newest.id
    where e.after ? 'visited_on' and (e.after ->> 'entered_in_error')::boolean is not true
    order by e.record_id"""

# Who was allocated to what; row-level security leaves the arm out where this transaction may not know it.
ALLOCATED = f"""
    select a.participant_id::text, s.arm, (a.allocated_at at time zone site.time_zone)::date as allocated_on
    from allocation a
    join randomisation_slot s on s.participant_id = a.participant_id
    join ({SITES}) site on site.id = a.site_id
    where a.study_id = %(study_id)s and a.allocated_at <= %(as_of)s
    order by a.participant_id"""  # noqa: S608 (constant)

A_BATCH = 200
"""Participants of one statement."""


def days_at_sites(tx: Transaction, as_of: datetime) -> dict[str, date]:
    """Give the day that it was at each site."""
    return {row["id"]: row["today"] for row in tx.every(DAYS, {"as_of": as_of})}


def study_as_of(tx: Transaction, study_id: str, as_of: datetime) -> Image | None:
    """Give the study as it stood; None where it was not there yet."""
    return tx.image(STUDY, {"study_id": study_id, "as_of": as_of})


def visits(tx: Transaction, ids: Sequence[str], as_of: datetime, analytes: Iterable[str] = ()) -> Iterator[Image]:
    """Give the visits of participants in short: header, weight, and the results of some analytes, as they stood."""
    wanted = sorted(analytes)
    for start in range(0, len(ids), A_BATCH):
        asked: dict[str, Any] = {"ids": list(ids[start : start + A_BATCH]), "as_of": as_of, "analytes": wanted}
        yield from tx.images(VISITS, asked)


def sees_treatment(tx: Transaction) -> bool:
    """Tell whether this transaction acts by roles that know the treatment."""
    row = tx.one("select sees_treatment() as seen")
    return bool(row and row["seen"])


def allocated(tx: Transaction, study_id: str, as_of: datetime) -> list[dict[str, Any]]:
    """Give each allocated participant with the arm and the day of allocation at the site."""
    return [dict(row) for row in tx.every(ALLOCATED, {"study_id": study_id, "as_of": as_of})]
