"""Laboratory alerts: those of the participants whose visits were written, what is written of them, and the work list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.db import reasons, records
from registry.db.records import FIRST, Window
from registry.db.transaction import Image, Transaction, as_json

# What is written of one participant's visits at the same time is seen to one after the other, so that no alert is missed.
HOLD_PARTICIPANTS = """
    select from participant p
    where p.id in (select v.participant_id from visit v where v.id = any (%(visits)s::uuid[]))
    order by p.id for no key update"""

OF_PARTICIPANTS = """
    select audit.image(to_jsonb(a)) as image from laboratory_alert a
    where a.status <> 'resolved'
      and a.participant_id in (select v.participant_id from visit v where v.id = any (%(visits)s::uuid[]))"""

RAISE = """
    insert into laboratory_alert (study_id, site_id, participant_id, visit_id, kind, analyte, result_number, rule,
                                  rule_version, grade, measured, unit, urgency, status)
    select v.study_id, v.site_id, v.participant_id, n.visit_id, n.kind, n.analyte, n.result_number, n.rule,
           n.rule_version, n.grade, n.measured, n.unit, n.urgency, n.status
    from jsonb_populate_recordset(null::laboratory_alert, %(alerts)s::jsonb) n join visit v on v.id = n.visit_id"""

UPDATE = """
    update laboratory_alert a
    set result_number = n.result_number, rule = n.rule, rule_version = n.rule_version, grade = n.grade,
        measured = n.measured, unit = n.unit, urgency = n.urgency, status = n.status,
        version = a.version + 1, changed_at = clock_timestamp()
    from jsonb_populate_recordset(null::laboratory_alert, %(alerts)s::jsonb) n
    where a.id = n.id and a.status = 'open'"""

PAGE = """
    select audit.image(to_jsonb(a)) || jsonb_strip_nulls(jsonb_build_object(
               'participant_code', p.code, 'visited_on', v.visited_on, 'event', v.event)) as image
    from laboratory_alert a
    join participant p on p.id = a.participant_id
    join visit v on v.id = a.visit_id
    where a.study_id = %(study_id)s and a.status = %(status)s
      and (a.urgency, a.id) > (%(after_urgency)s::smallint, %(after_id)s::uuid)
      and (%(kind)s::text is null or a.kind = %(kind)s)
      and (%(analyte)s::text is null or a.analyte = %(analyte)s)
      and (%(urgency)s::smallint is null or a.urgency = %(urgency)s)
      and (%(site_id)s::uuid is null or a.site_id = %(site_id)s)
      and (%(participant_id)s::uuid is null or a.participant_id = %(participant_id)s)
      and (%(visit_id)s::uuid is null or a.visit_id = %(visit_id)s)
    order by a.urgency, a.id limit %(limit)s"""

ONE = """
    select audit.image(to_jsonb(a)) || jsonb_strip_nulls(jsonb_build_object(
               'participant_code', p.code, 'visited_on', v.visited_on, 'event', v.event)) as image
    from laboratory_alert a
    join participant p on p.id = a.participant_id
    join visit v on v.id = a.visit_id
    where a.id = %(id)s"""

HOLD_ITS_PARTICIPANT = """
    select from participant p
    where p.id = (select a.participant_id from laboratory_alert a where a.id = %(id)s) for no key update"""
HELD = "select audit.image(to_jsonb(a)) as image from laboratory_alert a where a.id = %(id)s for no key update"
FOLLOWS = "What the results of the participant's visits ask for has changed"
FILTERS = ("kind", "analyte", "urgency", "site_id", "participant_id", "visit_id")


def hold_participants(tx: Transaction, visit_ids: Sequence[str]) -> None:
    """Keep others from seeing to the alerts of these visits' participants until the end of this transaction."""
    tx.run(HOLD_PARTICIPANTS, {"visits": list(visit_ids)})


def of_participants(tx: Transaction, visit_ids: Sequence[str]) -> list[Image]:
    """Give the alerts of these visits' participants that are not resolved."""
    return tx.images(OF_PARTICIPANTS, {"visits": list(visit_ids)})


def write(tx: Transaction, raised: Sequence[Mapping[str, Any]], updated: Sequence[Mapping[str, Any]]) -> None:
    """Raise alerts, and bring those that wait up to date or resolve them; nothing is sent where there is nothing."""
    if raised:
        tx.run(RAISE, {"alerts": as_json(raised)})
    if updated:
        with reasons.given(tx, FOLLOWS):
            tx.run(UPDATE, {"alerts": as_json(updated)})


def page(tx: Transaction, window: Window) -> list[Image]:
    """Give a page of a study's alerts, the most urgent first and of those the oldest."""
    urgency, _, alert_id = (window.after or "").partition("_")
    place = {"after_urgency": urgency or 0, "after_id": alert_id or FIRST}
    asked = {name: window.equal.get(name) for name in FILTERS}
    status = window.equal.get("status") or "open"
    known = {"study_id": window.equal["study_id"], "status": status, "limit": window.limit}
    return tx.images(PAGE, asked | place | known)


def place(row: Mapping[str, Any]) -> str:
    """Give the place of an alert in the list, from which the next page goes on."""
    return f"{row['urgency']}_{row['id']}"


def read(tx: Transaction, alert_id: str) -> Image:
    """Read an alert as the list shows it; NoSuchRecord when there is none among those that may be seen."""
    return records.required(tx.image(ONE, {"id": alert_id}))


def held(tx: Transaction, alert_id: str) -> Image:
    """Read an alert and keep others from changing it until the end of this transaction; NoSuchRecord without one.

    Its participant is held first: whoever raises alerts meanwhile sees it as it is after this transaction.
    """
    tx.run(HOLD_ITS_PARTICIPANT, {"id": alert_id})
    return records.required(tx.image(HELD, {"id": alert_id}))
