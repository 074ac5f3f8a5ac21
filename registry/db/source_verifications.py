"""Source verifications: what of a visit is verified as it stands, and which visits still have forms to compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.db.transaction import Image, Transaction, as_json

FILLED_IN = """
    select jsonb_agg(part) as parts from unnest(visit_parts()) part where part_of_visit(%(image)s::jsonb, part) is not null"""

# A verification holds for a part that is, in the present image of the visit, as it was in the image that was verified.
OF_VISIT = """
    select jsonb_strip_nulls(jsonb_build_object(
        'form', part, 'state', case when s.id is null then 'none' when s.holds then 'verified' else 'stale' end,
        'verification_id', s.id, 'verified_by', s.verified_by, 'verified_at', s.recorded_at,
        'verified_version', s.visit_version)) as image
    from visit v
    cross join image_of_version('visit', v.id, v.version) as present(image)
    cross join unnest(visit_parts()) with ordinality as parts(part, place)
    left join lateral (
        select s.*, coalesce(part_of_visit(image_of_version('visit', v.id, s.visit_version), part)
                             = part_of_visit(present.image, part), false) as holds
        from source_verification s
        where s.visit_id = v.id and s.state = 'standing' and part = any (s.forms)
        order by holds desc, s.id desc limit 1) s on true
    where v.id = %(visit_id)s and (part_of_visit(present.image, part) is not null or s.id is not null)
    order by place"""

DUE = """
    select jsonb_build_object(
        'id', v.id, 'version', v.version, 'site_id', v.site_id, 'participant_id', v.participant_id, 'event', v.event,
        'visited_on', v.visited_on, 'changed_at', v.changed_at, 'forms', due.forms) as image
    from visit v
    cross join lateral (
        select jsonb_agg(part order by place) as forms
        from image_of_version('visit', v.id, v.version) as present(image)
        cross join unnest(visit_parts()) with ordinality as parts(part, place)
        where part_of_visit(present.image, part) is not null and not exists (
            select from source_verification s
            where s.visit_id = v.id and s.state = 'standing' and part = any (s.forms)
              and (s.visit_version = v.version
                   or part_of_visit(image_of_version('visit', v.id, s.visit_version), part)
                      = part_of_visit(present.image, part)))) due
    where v.study_id = %(study_id)s and v.id > %(after)s and v.status = 'complete' and not v.entered_in_error
      and (%(site_id)s::uuid is null or v.site_id = %(site_id)s)
      and (%(participant_id)s::uuid is null or v.participant_id = %(participant_id)s)
      and due.forms is not null
    order by v.id limit %(limit)s"""


WROTE = """
    select exists (select from audit.event e
                   where e.record_id = %(visit_id)s and e.kind = 'visit' and e.actor_id = %(account_id)s) as found"""


def wrote(tx: Transaction, visit_id: str, account_id: str) -> bool:
    """Tell whether an account wrote any version of a visit."""
    row = tx.one(WROTE, {"visit_id": visit_id, "account_id": account_id})
    return bool(row and row["found"])


def filled_in(tx: Transaction, visit: Image) -> list[str]:
    """Give the parts of a visit that are filled in."""
    row = tx.one(FILLED_IN, {"image": as_json(visit)})
    return (row and row["parts"]) or []


def of_visit(tx: Transaction, visit_id: str) -> list[Image]:
    """Tell of each part of a visit that is filled in or was verified how it stands, by whom and when."""
    return tx.images(OF_VISIT, {"visit_id": visit_id})


def due(tx: Transaction, asked: Mapping[str, Any]) -> list[Image]:
    """Give a page of complete visits with the forms that are not verified as they stand, in the order of their ids."""
    return tx.images(DUE, asked)
