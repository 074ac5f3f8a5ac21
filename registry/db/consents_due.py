"""Who needs consent or assent anew: what would be missing for a visit today, or on a day to come."""

from __future__ import annotations

from typing import Any

from registry.db.records import Window
from registry.db.transaction import Image, Transaction
from registry.domain.consents import CONSENT_NEEDS, LEFT_WITHOUT

FIRST = "0001-01-01/00000000-0000-0000-0000-000000000000"
SEPARATOR = "/"

# What is missing can begin on few days only: after the last day of minority, after the last day of an earlier document, at
# the age of assent, and where a protocol comes into force. What is missing today began on such a day, with a consent, with
# a withdrawal, or with the enrolment. Who is in the study is listed whatever is missing; who withdrew or never consented is
# listed only there.
DUE = """
    with people as materialized (
        select p.id, p.code, p.study_id, p.site_id, p.birth_year, p.birth_month, s.age_of_majority,
               (now() at time zone s.time_zone)::date as today,
               case when e.status = any (array['enrolled', 'on_treatment']) then e.enrolled_on end as inside_since
        from participant p
        join site s on s.id = p.site_id
        join enrolment e on e.participant_id = p.id
        where p.study_id = %(study_id)s and (%(site_id)s::uuid is null or p.site_id = %(site_id)s)
          and (e.status = any (array['enrolled', 'on_treatment'])
               or exists (select from consent c
                          where c.participant_id = p.id and c.kind = 'consent' and not c.entered_in_error))),
    turns as materialized (
        select p.id, last_day_of_minority(p.birth_year, p.birth_month, p.age_of_majority) + 1 as day from people p
        union
        select p.id, d.reconsent_by + 1
        from people p join consent_document d on d.study_id = p.study_id and (d.site_id is null or d.site_id = p.site_id)
        where not d.entered_in_error and d.reconsent_by is not null
        union
        select p.id, make_date(p.birth_year + v.assent_from_age, p.birth_month, 1)
        from people p join protocol_version v on v.study_id = p.study_id
        where v.assent_from_age is not null
        union
        select p.id, a.effective_from
        from people p join protocol_activation a on a.study_id = p.study_id and (a.site_id is null or a.site_id = p.site_id)
        where not a.entered_in_error),
    missing as materialized (
        select p.id, p.today, p.inside_since, consent_gap(p.id, p.today) as need from people p),
    overdue as (
        select m.id, m.need, coalesce(max(b.day), m.inside_since, m.today) - 1 as due_by
        from missing m
        left join (select t.id, t.day from turns t
                   union all
                   select c.participant_id, unnest(array[c.given_on, c.withdrawn_on + 1]) from consent c
                   where c.study_id = %(study_id)s
                   union all
                   select w.participant_id, w.withdrawn_on + 1 from withdrawal w
                   where w.study_id = %(study_id)s and not w.entered_in_error) b
            on b.id = m.id and b.day <= m.today and consent_gap(m.id, b.day) = m.need
               and consent_gap(m.id, b.day - 1) is distinct from m.need
        where m.need = any (%(needs)s) or m.need = any (%(left)s) and m.inside_since is not null
        group by m.id, m.need, m.today, m.inside_since),
    ahead as materialized (
        select m.id, m.need as needed, t.day, consent_gap(m.id, t.day) as need
        from missing m join turns t using (id)
        where t.day > m.today and t.day <= m.today + %(days)s + 1),
    needs as (
        select o.id, o.need, o.due_by, true as overdue from overdue o
        union all
        select a.id, a.need, min(a.day) - 1, false from ahead a
        where a.need = any (%(needs)s) and a.need is distinct from a.needed
        group by a.id, a.need),
    due as (
        select n.id, min(n.due_by) as first,
               jsonb_agg(jsonb_build_object('reason', n.need, 'due_by', n.due_by, 'overdue', n.overdue)
                         order by n.due_by, n.need) as needs
        from needs n group by n.id)
    select jsonb_build_object('id', d.first || '/' || p.id, 'participant_id', p.id, 'code', p.code,
                              'study_id', p.study_id, 'site_id', p.site_id, 'needs', d.needs) as image
    from due d join people p using (id)
    where (d.first, p.id) > (%(first)s::date, %(after)s::uuid)
    order by d.first, p.id limit %(limit)s"""


def page(tx: Transaction, window: Window, days: int) -> list[Image]:
    """Give participants who need something within so many days, the first due first; `id` is the place in the list."""
    first, after = (window.after or FIRST).split(SEPARATOR)
    needs = [code for code in CONSENT_NEEDS if code not in LEFT_WITHOUT]
    asked: dict[str, Any] = {"site_id": None, **window.equal, "days": days, "needs": needs, "left": list(LEFT_WITHOUT)}
    return tx.images(DUE, asked | {"first": first, "after": after, "limit": window.limit})
