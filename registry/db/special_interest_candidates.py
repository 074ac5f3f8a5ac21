"""Candidates for events of special interest: what gives rise to them, and the difference to what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.db import reasons, records
from registry.db.transaction import Image, Transaction, as_json

HELD = (
    "select audit.image(to_jsonb(c)) as image from special_interest_candidate c where c.id = %(id)s for no key update"
)

EVENTS = """
    select audit.image(to_jsonb(a)) as event, audit.image(to_jsonb(s)) as assessment
    from adverse_event a
    left join sponsor_assessment s on s.adverse_event_id = a.id
    where a.id = any (%(ids)s::uuid[])
    order by a.id"""

TERMS = """
    select t.study_id::text, t.topic, t.term, t.dictionary, t.code
    from special_interest_term t
    where not t.retired and t.study_id = any (array(
        select a.study_id from adverse_event a where a.id = any (%(ids)s::uuid[])))"""

OF_STUDY = "select id::text from adverse_event where study_id = %(study_id)s and not entered_in_error order by id"

FOLLOWS = "What is recorded asks for another candidate"

RESOLVE = """
    update special_interest_candidate c
    set status = 'resolved', version = c.version + 1, changed_at = clock_timestamp()
    where c.status = 'open' and (c.adverse_event_id = any (%(events)s::uuid[]) or c.visit_id = any (%(visits)s::uuid[]))
      and not exists (
        select from jsonb_to_recordset(%(wanted)s::jsonb)
            w(adverse_event_id uuid, visit_id uuid, analyte text, topic text, found_by text)
        where (w.adverse_event_id, w.visit_id, w.analyte, w.topic, w.found_by)
            is not distinct from (c.adverse_event_id, c.visit_id, c.analyte, c.topic, c.found_by))"""

REOPEN = """
    update special_interest_candidate c
    set status = 'open', rule_version = w.rule_version, version = c.version + 1, changed_at = clock_timestamp()
    from jsonb_to_recordset(%(wanted)s::jsonb)
        w(adverse_event_id uuid, visit_id uuid, analyte text, topic text, found_by text, rule_version text)
    where c.status = 'resolved' and (c.adverse_event_id = any (%(events)s::uuid[]) or c.visit_id = any (%(visits)s::uuid[]))
      and (w.adverse_event_id, w.visit_id, w.analyte, w.topic, w.found_by)
        is not distinct from (c.adverse_event_id, c.visit_id, c.analyte, c.topic, c.found_by)"""

PUT_FORWARD = """
    insert into special_interest_candidate (study_id, site_id, participant_id, topic, found_by, adverse_event_id, visit_id,
                                            analyte, rule_version, status)
    select coalesce(a.study_id, v.study_id), coalesce(a.site_id, v.site_id), coalesce(a.participant_id, v.participant_id),
           w.topic, w.found_by, w.adverse_event_id, w.visit_id, w.analyte, w.rule_version, 'open'
    from jsonb_to_recordset(%(wanted)s::jsonb)
        w(adverse_event_id uuid, visit_id uuid, analyte text, topic text, found_by text, rule_version text)
    left join adverse_event a on a.id = w.adverse_event_id
    left join visit v on v.id = w.visit_id
    where a.id is not null or v.id is not null
    order by w.adverse_event_id, w.visit_id, w.topic, w.found_by, w.analyte
    on conflict on constraint special_interest_candidate_once do nothing"""


def held(tx: Transaction, candidate_id: str) -> Image:
    """Read a candidate and keep others from changing it until the end of this transaction; NoSuchRecord without one."""
    return records.required(tx.image(HELD, {"id": candidate_id}))


def events(tx: Transaction, ids: Sequence[str]) -> list[tuple[Image, Image | None]]:
    """Give adverse events that may be seen, each with the sponsor's assessment where there is one."""
    return [(row["event"], row["assessment"]) for row in tx.every(EVENTS, {"ids": list(ids)})]


def events_of_study(tx: Transaction, study_id: str) -> list[str]:
    """Give the ids of the adverse events of a study that may be seen and count."""
    return [row["id"] for row in tx.every(OF_STUDY, {"study_id": study_id})]


def terms(tx: Transaction, event_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Give what the studies of these events add to the rule set."""
    return tx.every(TERMS, {"ids": list(event_ids)})


def keep(
    tx: Transaction, wanted: Iterable[Mapping[str, Any]], *, events: Sequence[str] = (), visits: Sequence[str] = ()
) -> None:
    """Make the candidates of these events and visits those that are wanted; what a person judged stays as it is.

    What is wanted and not there is put forward, what is open and not wanted is resolved, what was resolved and is wanted
    again is open again. Nothing is waited for.
    """
    put_forward = list(wanted)
    asked = {"wanted": as_json(put_forward), "events": list(events), "visits": list(visits)}
    with reasons.given(tx, FOLLOWS):
        tx.run(RESOLVE, asked)
        if put_forward:
            tx.run(REOPEN, asked)
    if put_forward:
        tx.run(PUT_FORWARD, asked)
