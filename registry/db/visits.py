"""Visits with their forms and laboratory results: recorded, amended and read as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from psycopg import sql

from registry.db import records
from registry.db.transaction import Awaited, Image, Transaction, as_json
from registry.problems import NoSuchRecord, VersionStale

FORMS = (
    "vital_signs",
    "disease_activity",
    "muscle_strength",
    "skin_disease",
    "functioning",
    "organ_involvement",
    "damage",
)

# What must be known before visits are judged: one row for each, in their order. `participant_id` is null when the
# participant is not among those that may be seen in this study.
PLACES = """
    select s.position, uuidv7() as id, p.id as participant_id, p.study_id, p.site_id,
           p.birth_year, p.birth_month,
           (now() at time zone site.time_zone)::date as today, known.id as known,
           coalesce((select v.double_entry_forms from protocol_version v
                     where v.id = protocol_version_in_force(
                         p.study_id, p.site_id, coalesce(s.visited_on, (now() at time zone site.time_zone)::date))), '{}')
           as double_entry_forms,
           last.*
    from jsonb_to_recordset(%(visits)s::jsonb)
         as s(position int, participant_id uuid, event text, visited_on date, id uuid)
    left join participant p on p.id = s.participant_id
        and (%(study)s::text is null or p.study_id = (select id from study where code = %(study)s))
    left join site on site.id = p.site_id
    left join lateral (
        select v.id from visit v
        where v.participant_id = p.id and not v.entered_in_error and v.id is distinct from s.id and v.event = s.event
          and (v.event <> 'unscheduled' or v.visited_on = s.visited_on)
        limit 1) known on true
    left join lateral (
        select (array_agg(f.height order by v.visited_on desc) filter (where f.height is not null))[1] as height,
               (array_agg(v.visited_on order by v.visited_on desc) filter (where f.height is not null))[1] as height_on,
               (array_agg(f.weight order by v.visited_on desc) filter (where f.weight is not null))[1] as weight,
               (array_agg(v.visited_on order by v.visited_on desc) filter (where f.weight is not null))[1] as weight_on
        from visit v join vital_signs f on f.visit_id = v.id and not f.voided
        where v.participant_id = p.id and not v.entered_in_error and v.visited_on < s.visited_on) last on true
    order by s.position"""

RECORD = """
    insert into visit (id, participant_id, study_id, site_id, event, visited_on, mode, status, confirmations, entered_in_error)
    select id, participant_id, study_id, site_id, event, visited_on, mode, status, confirmations, coalesce(entered_in_error, false)
    from jsonb_populate_recordset(null::visit, {rows}::jsonb)"""

RECORD_FORM = "insert into {table} select * from jsonb_populate_recordset(null::{table}, {rows}::jsonb)"

RECORD_RESULTS = """
    insert into laboratory_result ({columns})
    select {columns} from jsonb_populate_recordset(null::laboratory_result, {rows}::jsonb)"""

IMAGES = "select visit_image(i.id) as image from unnest(%(ids)s::uuid[]) with ordinality as i(id, position) order by i.position"

# The deferred trigger keeps the image in the audit now; the answer is that image, not a second one.
KEEP_IMAGE = "set constraints audit_visit immediate"
KEPT_IMAGE = """
    select after as image from audit.event where record_id = %(id)s and kind = 'visit' order by id desc limit 1"""

AMEND = """
    update visit v
    set event = n.event, visited_on = n.visited_on, mode = n.mode, status = n.status, confirmations = n.confirmations,
        entered_in_error = coalesce(n.entered_in_error, false), version = v.version + 1, changed_at = clock_timestamp()
    from jsonb_populate_record(null::visit, %(visit)s::jsonb) n
    where v.id = n.id and v.version = %(version)s
    returning v.id"""

AMEND_FORM = """
    insert into {table} select * from jsonb_populate_recordset(null::{table}, %(forms)s::jsonb)
    on conflict (visit_id) do update set ({columns}) = row({excluded})"""

VOID_FORM = "update {table} set voided = true where visit_id = %(id)s and not voided"

AMEND_RESULTS = """
    insert into laboratory_result ({columns})
    select {columns} from jsonb_populate_recordset(null::laboratory_result, %(results)s::jsonb)
    on conflict on constraint laboratory_result_once do update set ({columns}) = row({excluded}), voided = false"""

VOID_RESULTS = "update laboratory_result set voided = true where visit_id = %(id)s and not voided"

COLUMNS = """
    select attname::text from pg_attribute
    where attrelid = %(table)s::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum"""

Visit = Mapping[str, Any]


def places(tx: Transaction, visits: Sequence[Visit], study: str | None = None) -> list[dict[str, Any]]:
    """Give, for each visit, its new id, its site and study, today there, the same visit if known, and the last growth.

    With `study`, a code, participants of other studies are not there.
    """
    asked = [
        {name: visit.get(name) for name in ("participant_id", "event", "visited_on", "id")} | {"position": position}
        for position, visit in enumerate(visits)
    ]
    return tx.every(PLACES, {"visits": as_json(asked), "study": study})


def record(tx: Transaction, visits: Sequence[Visit]) -> None:
    """Keep new visits, each with its place (id, participant, study, site), its forms and its results."""
    parts = {
        "visit": [header(visit) for visit in visits],
        **{form: _forms(visits, form) for form in FORMS},
        "laboratory_result": [row for visit in visits for row in _results(visit)],
    }
    given = {table: as_json(rows) for table, rows in parts.items() if rows}
    tx.run(_recording(tuple(given)), given)


@cache
def _recording(tables: tuple[str, ...]) -> str:
    """Give the one statement that writes rows of these tables: it costs less than one a table."""
    return "with " + ", ".join(f"{table}_rows as ({_recording_one(table)})" for table in tables) + " select"


def _recording_one(table: str) -> str:
    statement = {"visit": RECORD, "laboratory_result": RECORD_RESULTS}.get(table, RECORD_FORM)
    part = sql.SQL(statement).format(
        table=sql.Identifier(table), columns=_names(RESULT_COLUMNS), rows=sql.Placeholder(table)
    )
    return part.as_string()


def kept(tx: Transaction, visit_id: str) -> Awaited:
    """Ask for the image of a visit that this transaction has recorded."""
    tx.run(KEEP_IMAGE)
    return Awaited(visit_id, 1, tx.run(KEPT_IMAGE, {"id": visit_id}))


def images(tx: Transaction, ids: Iterable[Any]) -> list[Image]:
    """Give the images of visits, in the order asked."""
    return tx.images(IMAGES, {"ids": [str(one) for one in ids]})


def read(tx: Transaction, visit_id: str) -> Image:
    """Give the image of a visit; NoSuchRecord when there is none among those that may be seen."""
    image = images(tx, [visit_id])[0]
    if image is None:
        raise NoSuchRecord
    return image


def amend(tx: Transaction, visit: Visit, version: int) -> Image:
    """Replace a visit as a whole by its next version.

    Raises:
        VersionStale: it has another version by now.
    """
    if tx.one(AMEND, {"visit": as_json(header(visit)), "version": version}) is None:
        raise VersionStale
    for form in FORMS:
        _amend_form(tx, visit, form)
    tx.run(VOID_RESULTS, {"id": visit["id"]})
    if results := _results(visit):
        statement = sql.SQL(AMEND_RESULTS).format(columns=_names(RESULT_COLUMNS), excluded=_excluded(RESULT_COLUMNS))
        tx.run(statement, {"results": as_json(results)})
    return read(tx, visit["id"])


def page(tx: Transaction, window: records.Window) -> list[Image]:
    """Give a page of visits."""
    return records.page(tx, "visit", window, image="visit_image(t.id)")


def _amend_form(tx: Transaction, visit: Visit, form: str) -> None:
    table = sql.Identifier(form)
    rows = _forms([visit], form)
    if not rows:
        tx.run(sql.SQL(VOID_FORM).format(table=table), {"id": visit["id"]})
        return
    columns = _columns(tx, form)
    statement = sql.SQL(AMEND_FORM).format(table=table, columns=_names(columns), excluded=_excluded(columns))
    tx.run(statement, {"forms": as_json(rows)})


def header(visit: Visit) -> dict[str, Any]:
    """Give the visit without its parts."""
    parts = {name: value for name, value in visit.items() if name not in ("forms", "laboratory_results")}
    return parts | {"confirmations": visit.get("confirmations") or []}


def _forms(visits: Iterable[Visit], form: str) -> list[dict[str, Any]]:
    return [
        {
            **given,
            "missing": given.get("missing") or {},
            "visit_id": visit["id"],
            "site_id": visit["site_id"],
            "voided": False,
        }
        for visit in visits
        if (given := (visit.get("forms") or {}).get(form)) is not None
    ]


def _results(visit: Visit) -> list[dict[str, Any]]:
    place = {"visit_id": visit["id"], **{name: visit[name] for name in ("participant_id", "study_id", "site_id")}}
    return [
        {**result, **place, "position": position}
        for position, result in enumerate(visit.get("laboratory_results") or [])
    ]


RESULT_COLUMNS = (
    "visit_id", "participant_id", "study_id", "site_id", "position", "analyte", "value", "comparator", "unit", "finding",
    "lower_limit", "upper_limit", "lower_limit_of_quantification", "specimen", "assay", "laboratory", "collected_at",
    "missing_reason", "standard_value", "standard_unit", "standard_lower_limit", "standard_upper_limit",
    "reference_mean", "reference_sd",
)  # fmt: skip
"""What a submission writes of a result; its id is the database's, and stays when the visit is amended."""


def values_of_form(tx: Transaction, form: str) -> tuple[str, ...]:
    """Give the columns of a form that hold its values, without its place and its reasons for what is missing."""
    return tuple(column for column in _columns(tx, form) if column not in ("visit_id", "site_id", "voided", "missing"))


def _columns(tx: Transaction, table: str) -> tuple[str, ...]:
    if table not in _COLUMNS:
        _COLUMNS[table] = tuple(row["attname"] for row in tx.every(COLUMNS, {"table": table}))
    return _COLUMNS[table]


_COLUMNS: dict[str, tuple[str, ...]] = {}


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)


def _excluded(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("excluded.{}").format(sql.Identifier(column)) for column in columns)
