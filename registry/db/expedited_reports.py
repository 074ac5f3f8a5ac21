"""What an expedited report is made of: one event with the records around it, read in one statement."""

from __future__ import annotations

from typing import Any

from registry.db import events, records
from registry.db.transaction import Image, Transaction

OF_EVENT = """
    select jsonb_build_object(
        'event', audit.image(to_jsonb(a)),
        'assessment', (select audit.image(to_jsonb(s)) from sponsor_assessment s where s.adverse_event_id = a.id),
        'submitted', exists (select from safety_submission f where f.adverse_event_id = a.id and f.recipient = 'authority'),
        'study', audit.image(to_jsonb(study)),
        'site', audit.image(to_jsonb(site)),
        'participant', audit.image(to_jsonb(p)),
        'visits', (select coalesce(jsonb_agg(e.after), '[]') from visit v
                   join audit.event e on e.record_id = v.id and e.kind = 'visit' and e.version = v.version
                   where v.participant_id = p.id and not v.entered_in_error),
        'doses', (select coalesce(jsonb_agg(audit.image(to_jsonb(d))), '[]') from dose d
                  where d.participant_id = p.id and not d.entered_in_error),
        'intakes', (select coalesce(jsonb_agg(audit.image(to_jsonb(i))), '[]') from study_product_intake i
                    where i.participant_id = p.id and not i.entered_in_error),
        'medications', (select coalesce(jsonb_agg(audit.image(to_jsonb(m))), '[]') from concomitant_medication m
                        where m.participant_id = p.id and not m.entered_in_error)) as case
    from adverse_event a
    join participant p on p.id = a.participant_id
    join study on study.id = a.study_id
    join site on site.id = a.site_id
    where a.id = %(id)s"""


def read(tx: Transaction, event_id: str) -> Image:
    """Read what the report of an event is made of; NoSuchRecord when it is not among those that may be seen."""
    return records.required(tx.image(OF_EVENT, {"id": event_id}))


def note(tx: Transaction, report: dict[str, Any]) -> None:
    """Keep that a report was made and given out, as an event of the audit; it holds nothing of the report itself."""
    events.note(tx, "download", "expedited_report", report)
