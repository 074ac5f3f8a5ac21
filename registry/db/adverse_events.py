"""Adverse events of a participant beside each other, and what was in force and measured around one of them."""

from __future__ import annotations

from typing import Any

from registry.db.transaction import Image, Transaction

# Who records an event of a participant waits for who records another one: each sees those that were there before it.
HOLD = "select from participant p where p.id = %(participant_id)s for no key update"

OTHERS = """
    select e.id::text, e.recorded_at, e.term, e.ctcae_term, e.started_on, e.confirmations
    from adverse_event e
    where e.participant_id = %(participant_id)s and e.id is distinct from %(event_id)s::uuid and not e.entered_in_error
    order by e.id"""

AROUND = """
    select jsonb_build_object(
        'doses', (select coalesce(jsonb_agg(audit.image(to_jsonb(d)) order by d.started_on, d.id), '[]') from dose d
                  where d.participant_id = e.participant_id and not d.entered_in_error),
        'study_product_intakes', (select coalesce(jsonb_agg(audit.image(to_jsonb(i)) order by i.started_on, i.id), '[]')
                                  from study_product_intake i
                                  where i.participant_id = e.participant_id and not i.entered_in_error),
        'concomitant_medications', (select coalesce(jsonb_agg(audit.image(to_jsonb(m)) order by m.started_on, m.id), '[]')
                                    from concomitant_medication m
                                    where m.participant_id = e.participant_id and not m.entered_in_error),
        'visits', (select coalesce(jsonb_agg(audit.image(to_jsonb(v)) order by v.visited_on, v.id), '[]') from visit v
                   where v.id = any (e.visit_ids)),
        'laboratory_results', (
            select coalesce(jsonb_agg(audit.image(to_jsonb(r)) || jsonb_build_object('visited_on', v.visited_on)
                                      order by v.visited_on, r.visit_id, r.position), '[]')
            from visit v join laboratory_result r on r.visit_id = v.id and not r.voided
            where v.participant_id = e.participant_id and not v.entered_in_error
              and (v.visited_on between first_day_of(e.started_on) - %(days)s and last_day_of(e.started_on) + %(days)s
                   or v.id = any (e.visit_ids)
                   or e.laboratory_results @> jsonb_build_array(
                        jsonb_build_object('visit_id', r.visit_id, 'analyte', r.analyte))))) as around
    from adverse_event e
    where e.id = %(event_id)s"""


def others(tx: Transaction, participant_id: str, event_id: str | None = None) -> list[dict[str, Any]]:
    """Give the events of a participant that count, without one; they stay as they are until this transaction ends."""
    tx.run(HOLD, {"participant_id": participant_id})
    return tx.every(OTHERS, {"participant_id": participant_id, "event_id": event_id})


def around(tx: Transaction, event_id: str, days: int) -> Image:
    """Give the doses and medications of an event's participant, the linked visits, and the results of the days around."""
    return tx.image(AROUND, {"event_id": event_id, "days": days}) or {}
