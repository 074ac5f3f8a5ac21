"""The schedule as it is read: expected visits with what was recorded of them, judged by the day that it is at each site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import sql

from registry.db import events
from registry.db.transaction import Transaction
from registry.db.visits import FORMS, values_of_form
from registry.domain.schedule import LOOKING_AHEAD
from registry.problems import NoSuchRecord

Row = dict[str, Any]

# Each filter stands in the statement only where it is asked for, so that PostgreSQL can take the index that serves it. The
# day at a site is worked out once a site: for each row it would cost more than all the rest.
SCHEDULE = """
    with clock as materialized (select id as site_id, (now() at time zone time_zone)::date as today from site)
    select e.id, e.study_id, e.site_id, e.participant_id, p.code as participant_code, e.protocol_version_id, e.event,
           e.target_on, e.opens_on, e.closes_on, e.next_opens_on, e.missed_from, t.status,
           case t.status
               when 'upcoming' then e.opens_on - n.today
               when 'due' then e.closes_on - n.today
               when 'overdue' then n.today - e.closes_on
               when 'missed' then n.today - e.closes_on
               when 'done_out_of_window' then greatest(e.opens_on - v.visited_on, v.visited_on - e.closes_on)
           end as days,
           v.id as visit_id, v.version as visit_version, v.status as visit_status, k.id as skipped_visit_id,
           case when t.status = 'skipped' then '{{}}' else array({missing_forms}) end as missing_forms,
           case when t.status = 'skipped' then '{{}}' else array({missing_analytes}) end as missing_analytes
    from expected_visit e
    join participant p on p.id = e.participant_id
    join clock n on n.site_id = e.site_id
    left join visit v
        on v.participant_id = e.participant_id and v.event = e.event and v.event <> 'unscheduled' and not v.entered_in_error
    left join skipped_visit k on k.participant_id = e.participant_id and k.event = e.event and not k.entered_in_error
    cross join lateral (
        select schedule_status(e.opens_on, e.closes_on, e.missed_from, case v.status when 'complete' then v.visited_on end,
                               k.id is not null, n.today) as status) t
    where {conditions}
    order by e.target_on, e.id limit %(limit)s"""

MISSING_FORMS = sql.SQL("select f from unnest(e.required_forms) f where case f {forms} end")
MISSING_ANALYTES = sql.SQL("""
    select a from unnest(e.required_analytes) a
    where not exists (select from laboratory_result x where x.visit_id = v.id and x.analyte = a and not x.voided)""")

# A form is there where it has a value, or a reason why one is missing.
ABSENT = sql.SQL("""
    not exists (select from {form} x
                where x.visit_id = v.id and not x.voided and (x.missing <> '{{}}' or not (row({values}) is null)))""")

# The same as a condition, in a form that is met quickly where it is asked of every visit of a study.
LACKING = sql.SQL("""
    v.id is not null and t.status <> 'skipped' and ({forms} or not e.required_analytes <@ array(
        select x.analyte from laboratory_result x where x.visit_id = v.id and not x.voided))""")
FILTERS: Mapping[str, Any] = {
    "study": sql.SQL("e.study_id = %(study)s"),
    "site_id": sql.SQL("e.site_id = %(site_id)s"),
    "participant_id": sql.SQL("e.participant_id = %(participant_id)s"),
    "event": sql.SQL("e.event = %(event)s"),
    "from_date": sql.SQL("e.target_on >= %(from_date)s"),
    "to_date": sql.SQL("e.target_on <= %(to_date)s"),
}
OPEN = """
    not exists (select from visit x where x.participant_id = e.participant_id and x.event = e.event and x.status = 'complete'
                and x.event <> 'unscheduled' and not x.entered_in_error)
    and not exists (select from skipped_visit x
                    where x.participant_id = e.participant_id and x.event = e.event and not x.entered_in_error)"""
# What schedule_status() says, as conditions that are met one after the other (a test compares the two). Each begins with days
# that are the same for all sites and a little wider: those PostgreSQL can weigh, and they leave few visits to look up.
OF_STATUS: Mapping[str, Any] = {
    "upcoming": sql.SQL(f"e.target_on >= %(before)s and e.opens_on >= %(before)s and e.opens_on > n.today and {OPEN}"),
    "due": sql.SQL(f"""
        e.opens_on <= %(after)s and e.closes_on >= %(before)s and e.opens_on <= n.today and e.closes_on >= n.today and {OPEN}"""),
    "overdue": sql.SQL(f"""
        e.target_on <= %(after)s and e.missed_from >= %(before)s and e.closes_on < n.today and e.missed_from > n.today
        and {OPEN}"""),
    "missed": sql.SQL(
        f"e.target_on <= %(after)s and e.missed_from <= %(after)s and e.missed_from <= n.today and {OPEN}"
    ),
    "done": sql.SQL("v.status = 'complete' and v.visited_on between e.opens_on and e.closes_on"),
    "done_out_of_window": sql.SQL("v.status = 'complete' and v.visited_on not between e.opens_on and e.closes_on"),
    "skipped": sql.SQL("k.id is not null and v.status is distinct from 'complete'"),
}
WORK_LIST = sql.SQL(f"""
    e.missed_from >= %(before)s and e.opens_on <= %(after)s + %(ahead)s
    and e.missed_from > n.today and e.opens_on <= n.today + %(ahead)s and {OPEN}""")
MARGIN = timedelta(days=2)
"""The day at a site is that of the service's clock in UTC or one beside it; one more for clocks that differ."""
NOT_THE_WORK_LIST = {"from_date", "to_date", "status", "incomplete"}
AFTER = sql.SQL("(e.target_on, e.id) > (%(after_day)s::date, %(after_id)s::uuid)")
AT_SITES = sql.SQL("e.site_id = any (%(sites)s::uuid[])")

# A plan that was made for any days would look up visits that these days leave out; sent together with the statement.
PLANNED_FOR_THESE_DAYS = "set local plan_cache_mode = force_custom_plan"

SEEN = "select exists (select from participant where id = %(participant_id)s) as seen"

DETECT = """
    select cardinality(seen.people) as participants, found.*
    from (select array(select p.id from participant p where p.study_id = %(study_id)s) as people) seen
    cross join lateral note_schedule_deviations(seen.people) found"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the schedule: filters by name, sites where only some may be seen, and where the page starts.

    Without days, a status or `incomplete`, it is the work list, unless the `whole` is asked for: what is due, overdue, or
    opens within four weeks.
    """

    limit: int
    after: str | None = None
    sites: Sequence[str] | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False

    def conditions(self, lacking: sql.Composable) -> sql.Composable:
        """Give what a visit must meet; `lacking` is met by one that lacks what the protocol asks for."""
        given = {name: value for name, value in self.filters.items() if value is not None}
        found = [FILTERS[name] for name in given if name in FILTERS]
        if "status" in given:
            found.append(OF_STATUS[given["status"]])
        if "incomplete" in given:
            found.append(lacking if given["incomplete"] else sql.SQL("not ({})").format(lacking))
        if not self.whole and not NOT_THE_WORK_LIST & given.keys():
            found.append(WORK_LIST)
        if self.sites is not None:
            found.append(AT_SITES)
        if self.after is not None:
            found.append(AFTER)
        joined: sql.Composable = sql.SQL(" and ").join(found or [sql.SQL("true")])
        return joined

    def parameters(self) -> dict[str, Any]:
        """Give the values that the conditions name."""
        day, _, record_id = (self.after or "").partition("_")
        place = {"after_day": day or None, "after_id": record_id or None, "sites": list(self.sites or [])}
        today = datetime.now(UTC).date()
        around = {"before": today - MARGIN, "after": today + MARGIN, "ahead": LOOKING_AHEAD.days}
        return {**self.filters, **place, **around, "limit": self.limit}


def place(row: Mapping[str, Any]) -> str:
    """Give the place of a row in the schedule, from which the next page goes on."""
    return f"{row['target_on']}_{row['id']}"


def page(tx: Transaction, asked: Asked) -> list[Row]:
    """Give a page of the schedule in the order of target days."""
    absent = [(sql.Literal(form), _absent(tx, form)) for form in FORMS]
    cases = [sql.SQL("when {} then {}").format(form, condition) for form, condition in absent]
    asked_for = [sql.SQL("{} = any (e.required_forms) and {}").format(form, condition) for form, condition in absent]
    statement = sql.SQL(SCHEDULE).format(
        missing_forms=MISSING_FORMS.format(forms=sql.SQL(" ").join(cases)),
        missing_analytes=MISSING_ANALYTES,
        conditions=asked.conditions(LACKING.format(forms=sql.SQL(" or ").join(asked_for))),
    )
    tx.run(PLANNED_FOR_THESE_DAYS)
    return tx.every(statement, asked.parameters())


def _absent(tx: Transaction, form: str) -> sql.Composable:
    values = sql.SQL(", ").join(sql.Identifier("x", column) for column in values_of_form(tx, form))
    return ABSENT.format(form=sql.Identifier(form), values=values)


def of_participant(tx: Transaction, participant_id: str) -> list[Row]:
    """Give the whole schedule of a participant; NoSuchRecord when it is not among those that may be seen."""
    seen = tx.one(SEEN, {"participant_id": participant_id})
    if not seen or not seen["seen"]:
        raise NoSuchRecord
    return page(tx, Asked(MOST_EVENTS, filters={"participant_id": participant_id}, whole=True))


MOST_EVENTS = 1000


def detect_deviations(tx: Transaction, study_id: str) -> Row:
    """Note what departs from the schedule of a study as deviations, each once, and count what there is.

    Only participants that may be seen are looked at. Gives `participants`, `visit_out_of_window`, `visit_missed`.
    """
    found = tx.one(DETECT, {"study_id": study_id})
    if found is None:
        raise RuntimeError("the database gave no counts")
    events.note(tx, "detect_deviations", "schedule", {"study_id": study_id, **found})
    return found
