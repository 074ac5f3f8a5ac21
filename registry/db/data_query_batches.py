"""The records that a filter finds, for which queries are to be opened: one statement, made of declared names only."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from registry.db.data_queries import PARTICIPANT
from registry.db.transaction import Transaction
from registry.domain.query_filters import DAY_OF, QueryFilter

# One bulk of a study at a time: the next one sees the queries that were opened.
ONE_AT_A_TIME = "select from study where id = %(study_id)s for no key update"

FIND = """
    select t.id::text as record_id, t.version as record_version, t.{participant}::text as participant_id, t.study_id::text,
           t.site_id::text, {pointer} as field
    from {table} t {joined}
    where t.study_id = %(study_id)s and {conditions}
      and not exists (select from data_query q where q.record_id = t.id and q.field = {pointer} and q.status <> 'closed' {same})
    order by t.id limit %(most)s"""

OF_FORM = "{kind} join {form} f on f.visit_id = t.id and not f.voided"

OF_ANALYTE = """
    cross join lateral (
        select position from laboratory_result
        where visit_id = t.id and analyte = %(analyte)s and not voided and {compares} order by position limit 1) r"""

NO_RESULT = """
    not exists (select from laboratory_result r where r.visit_id = t.id and r.analyte = %(analyte)s and not r.voided)"""

NO_VALUE = "f.{column} is null and coalesce(not jsonb_exists(f.missing, %(column)s), true)"
EMPTY = {"text[]": "cardinality({column}) = 0", "jsonb": "{column} = '[]'::jsonb"}
SIGNS = {"below": "<", "above": ">", "equals": "="}

# What is known only to lie below a value is not above anything, and the other way round.
NOT_CENSORED = {"below": "comparator is distinct from '>'", "above": "comparator is distinct from '<'",
                "equals": "comparator is null"}  # fmt: skip

Parts = list[sql.Composable]


def lock(tx: Transaction, study_id: str) -> None:
    """Wait for another bulk of queries of the study."""
    tx.run(ONE_AT_A_TIME, {"study_id": study_id})


def find(tx: Transaction, study_id: str, asked: QueryFilter, text: str, most: int) -> list[dict[str, Any]]:
    """Give up to `most` records that a filter finds and that have no query there which is not closed."""
    joined, conditions = _place(asked)
    statement = sql.SQL(FIND).format(
        table=sql.Identifier(asked.record_kind),
        participant=sql.Identifier(PARTICIPANT.get(asked.record_kind, "participant_id")),
        pointer=_pointer(asked),
        joined=joined,
        conditions=sql.SQL(" and ").join([*conditions, *_filters(asked)]),
        same=sql.SQL("and q.text = %(text)s" if asked.analyte else ""),
    )
    parameters = {
        **{
            name: getattr(asked, name)
            for name in ("analyte", "site_id", "participant_id", "event", "column", "pointer")
        },
        **{name: getattr(asked, name) for name in ("from_date", "to_date")},
        **asked.bounds,
    }
    return tx.every(statement, parameters | {"study_id": study_id, "text": text, "most": most})


def _pointer(asked: QueryFilter) -> sql.Composable:
    if asked.analyte and asked.bounds:
        return sql.SQL("'/laboratory_results/' || r.position || '/value'")
    return sql.SQL("%(pointer)s::text")


def _place(asked: QueryFilter) -> tuple[sql.Composable, Parts]:
    """Give where the value is, and what is asked of it."""
    if asked.analyte:
        return _of_analyte(asked)
    if asked.form:
        return _of_form(asked)
    column = sql.SQL("t.{}").format(sql.Identifier(asked.column))
    return sql.SQL(""), _compared(column, asked) or [_missing(column, asked.listed)]


def _of_analyte(asked: QueryFilter) -> tuple[sql.Composable, Parts]:
    if not asked.bounds:
        return sql.SQL(""), [sql.SQL(NO_RESULT)]
    compared = [*_compared(sql.SQL("standard_value"), asked), *(sql.SQL(NOT_CENSORED[name]) for name in asked.bounds)]
    return sql.SQL(OF_ANALYTE).format(compares=sql.SQL(" and ").join(compared)), []


def _of_form(asked: QueryFilter) -> tuple[sql.Composable, Parts]:
    form = sql.Identifier(asked.form)
    joined = sql.SQL(OF_FORM).format(kind=sql.SQL("" if asked.bounds or asked.listed else "left"), form=form)
    if asked.whole:
        return joined, [sql.SQL("f.visit_id is null")]
    column = sql.SQL("f.{}").format(sql.Identifier(asked.column))
    if asked.listed:
        return joined, [_missing(column, asked.listed)]
    return joined, _compared(column, asked) or [sql.SQL(NO_VALUE).format(column=sql.Identifier(asked.column))]


def _missing(column: sql.Composable, listed: str) -> sql.Composable:
    return sql.SQL(EMPTY.get(listed, "{column} is null")).format(column=column)


def _compared(column: sql.Composable, asked: QueryFilter) -> Parts:
    return [sql.SQL("{} {} {}").format(column, sql.SQL(SIGNS[name]), sql.Placeholder(name)) for name in asked.bounds]


def _filters(asked: QueryFilter) -> Parts:
    """Give what else is asked: complete visits, nothing entered in error, site, participant, event and days."""
    found: Parts = []
    if asked.record_kind == "visit":
        found.append(sql.SQL("t.status = 'complete'"))
    if asked.record_kind != "participant":
        found.append(sql.SQL("not t.entered_in_error"))
    for name in ("site_id", "participant_id", "event"):
        if getattr(asked, name) is not None:
            column = PARTICIPANT.get(asked.record_kind, name) if name == "participant_id" else name
            found.append(sql.SQL("t.{} = {}").format(sql.Identifier(column), sql.Placeholder(name)))
    for name, sign in (("from_date", ">="), ("to_date", "<=")):
        if getattr(asked, name) is not None:
            day = sql.Identifier(DAY_OF[asked.record_kind])
            found.append(sql.SQL("t.{} {} {}").format(day, sql.SQL(sign), sql.Placeholder(name)))
    return found
