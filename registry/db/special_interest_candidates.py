"""Candidates for events of special interest: what gives rise to them, and the difference to what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import sql

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

WANTED = sql.SQL("""jsonb_to_recordset(%(wanted)s::jsonb)
        w(adverse_event_id uuid, visit_id uuid, concomitant_medication_id uuid, analyte text, topic text, found_by text,
          rule_version text)""")

SAME = sql.SQL("""
    (w.adverse_event_id, w.visit_id, w.concomitant_medication_id, w.analyte, w.topic, w.found_by) is not distinct from
    (c.adverse_event_id, c.visit_id, c.concomitant_medication_id, c.analyte, c.topic, c.found_by)""")

RESOLVE = sql.SQL("""
    update special_interest_candidate c
    set status = 'resolved', version = c.version + 1, changed_at = clock_timestamp()
    where c.status = 'open'
      and (c.adverse_event_id = any (%(events)s::uuid[]) or c.visit_id = any (%(visits)s::uuid[])
           or (c.concomitant_medication_id is not null and c.participant_id = any (%(medicated)s::uuid[])))
      and not exists (select from {} where {})""").format(WANTED, SAME)

REOPEN = sql.SQL("""
    update special_interest_candidate c
    set status = 'open', rule_version = w.rule_version, version = c.version + 1, changed_at = clock_timestamp()
    from {} where c.status = 'resolved' and {}""").format(WANTED, SAME)

# What was dismissed is asked again where its source says something else now than in the version that was judged.
ASK_AGAIN = sql.SQL("""
    update special_interest_candidate c
    set status = 'open', rule_version = w.rule_version, comment = null, decided_by = null, decided_at = null,
        judged_version = null, version = c.version + 1, changed_at = clock_timestamp()
    from {}
    where c.status = 'dismissed' and {} and exists (
        select from audit.event e
        where e.record_id = coalesce(c.adverse_event_id, c.visit_id, c.concomitant_medication_id)
          and e.version = c.judged_version
          and (interest_said(e.after, c.analyte), coalesce((
                  select p.after -> 'seriousness_criteria' from audit.event p
                  join sponsor_assessment s on s.id = p.record_id
                  where s.adverse_event_id = c.adverse_event_id and p.at <= c.decided_at order by p.id desc limit 1), '[]'))
              is distinct from
              (interest_said(coalesce(
                  (select audit.image(to_jsonb(a)) from adverse_event a where a.id = c.adverse_event_id),
                  (select visit_image(v.id) from visit v where v.id = c.visit_id),
                  (select audit.image(to_jsonb(m)) from concomitant_medication m where m.id = c.concomitant_medication_id)),
                  c.analyte), coalesce((
                  select to_jsonb(s.seriousness_criteria) from sponsor_assessment s
                  where s.adverse_event_id = c.adverse_event_id), '[]')))""").format(WANTED, SAME)

PUT_FORWARD = sql.SQL("""
    insert into special_interest_candidate (study_id, site_id, participant_id, topic, found_by, adverse_event_id, visit_id,
                                            concomitant_medication_id, analyte, rule_version, status)
    select coalesce(a.study_id, v.study_id, m.study_id), coalesce(a.site_id, v.site_id, m.site_id),
           coalesce(a.participant_id, v.participant_id, m.participant_id), w.topic, w.found_by, w.adverse_event_id, w.visit_id,
           w.concomitant_medication_id, w.analyte, w.rule_version, 'open'
    from {}
    left join adverse_event a on a.id = w.adverse_event_id
    left join visit v on v.id = w.visit_id
    left join concomitant_medication m on m.id = w.concomitant_medication_id
    where num_nonnulls(a.id, v.id, m.id) = 1
    order by w.adverse_event_id, w.visit_id, w.concomitant_medication_id, w.topic, w.found_by, w.analyte
    on conflict on constraint special_interest_candidate_once do nothing""").format(WANTED)

# The version of what a candidate is about; whoever changes it waits until the judgement is kept, and a judgement for it.
SOURCES = {
    "adverse_event_id": "select e.version from adverse_event e where e.id = %(id)s for share",
    "visit_id": "select v.version from visit v where v.id = %(id)s for share",
    "concomitant_medication_id": "select m.version from concomitant_medication m where m.id = %(id)s for share",
}

WAIT_FOR_TERMS = """
    select pg_advisory_xact_lock_shared(interest_lock(s.study_id))
    from (select distinct a.study_id from adverse_event a where a.id = any (%(ids)s::uuid[]) order by a.study_id) s"""

WAIT_FOR_EVENTS = "select pg_advisory_xact_lock(interest_lock(%(study_id)s::uuid))"

HOLD_PARTICIPANTS = """
    select from participant p where p.id = any (%(ids)s::uuid[]) order by p.id for no key update"""

VACCINATED = """
    select distinct m.participant_id::text as id from concomitant_medication m
    where m.participant_id = any (%(ids)s::uuid[])
      and (m.medication = any (%(vaccines)s)
           or exists (select from special_interest_candidate c where c.concomitant_medication_id = m.id))"""

KNOWN_CODE = """
    select exists (select from dictionary d where d.name = %(dictionary)s and d.kind = 'adverse_event') as dictionary,
           exists (select from dictionary d join dictionary_term t on t.dictionary_id = d.id
                   where d.name = %(dictionary)s and d.kind = 'adverse_event'
                     and (t.code = %(code)s or t.preferred_code = %(code)s)) as code"""


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


def judged_version(tx: Transaction, candidate: Image) -> int:
    """Give the version of what a candidate is about, and keep others from changing it until the end of this transaction."""
    source = next(name for name in SOURCES if candidate.get(name))
    found = tx.one(SOURCES[source], {"id": candidate[source]})
    return int(records.required(found)["version"])


def wait_for_terms(tx: Transaction, event_ids: Sequence[str]) -> None:
    """Keep words and codes from being added to the studies of these events until the end of this transaction."""
    tx.run(WAIT_FOR_TERMS, {"ids": list(event_ids)})


def wait_for_events(tx: Transaction, study_id: str) -> None:
    """Wait for events of a study that are looked at, and have others wait until the end of this transaction."""
    tx.run(WAIT_FOR_EVENTS, {"study_id": study_id})


def known_code(tx: Transaction, dictionary: str, code: str) -> tuple[bool, bool]:
    """Tell whether a dictionary of events of this name is loaded, and whether a version of it has this code."""
    row = tx.one(KNOWN_CODE, {"dictionary": dictionary, "code": code})
    return bool(row and row["dictionary"]), bool(row and row["code"])


def vaccinated(tx: Transaction, participant_ids: Sequence[str], vaccines: Iterable[str]) -> list[str]:
    """Give who has one of these vaccines, or a candidate of a medication; they are held until the end of this transaction."""
    tx.run(HOLD_PARTICIPANTS, {"ids": list(participant_ids)})
    return [row["id"] for row in tx.every(VACCINATED, {"ids": list(participant_ids), "vaccines": list(vaccines)})]


def keep(
    tx: Transaction,
    wanted: Iterable[Mapping[str, Any]],
    *,
    events: Sequence[str] = (),
    visits: Sequence[str] = (),
    medicated: Sequence[str] = (),
) -> None:
    """Make the candidates of these events, visits and medications of these participants those that are wanted.

    What is wanted and not there is put forward, what is open and not wanted is resolved, what was resolved and is wanted
    again is open again, and so is what was dismissed, where its source says something else since. What a person confirmed
    stays as it is. Nothing is waited for.
    """
    put_forward = list(wanted)
    sources = {"events": list(events), "visits": list(visits), "medicated": list(medicated)}
    asked = {"wanted": as_json(put_forward), **sources}
    with reasons.given(tx, FOLLOWS):
        tx.run(RESOLVE, asked)
        if put_forward:
            tx.run(REOPEN, asked)
            tx.run(ASK_AGAIN, asked)
    if put_forward:
        tx.run(PUT_FORWARD, asked)
