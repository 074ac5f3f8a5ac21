-- The schedule: which visits are expected of whom and when, which were skipped, and what departs from it.

-- A visit that will not take place, by decision and not by neglect.
create table skipped_visit (
    id uuid not null default uuidv7() constraint skipped_visit_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint skipped_visit_study_fkey references study,
    protocol_version_id uuid constraint skipped_visit_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    event text not null
        constraint skipped_visit_event_known check (event = any (array[
            'screening', 'week_0', 'week_2', 'week_4', 'week_6', 'week_8', 'week_10', 'week_12', 'week_16',
            'week_20', 'week_24', 'week_28', 'week_32', 'week_36', 'week_40', 'week_44', 'week_48', 'week_52',
            'week_56', 'week_60', 'week_64', 'week_68', 'week_72', 'week_76', 'week_80', 'week_84', 'week_88',
            'week_92', 'week_96', 'week_100', 'week_104', 'week_108', 'week_120', 'week_132', 'week_144', 'week_156',
            'week_168', 'week_180', 'week_192', 'week_204', 'week_216', 'week_228', 'week_240', 'week_252',
            'week_264', 'week_276', 'week_288', 'week_300', 'week_312', 'early_termination', 'follow_up'])),
    reason text not null
        constraint skipped_visit_reason_known check (reason = any (array['family_request', 'illness', 'travel',
            'site_capacity', 'not_needed', 'other'])),
    comment text constraint skipped_visit_comment_length check (length(comment) between 1 and 1000),
    entered_in_error boolean not null default false,
    constraint skipped_visit_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint skipped_visit_other_in_words check (reason <> 'other' or comment is not null)
);
create unique index skipped_visit_once on skipped_visit (participant_id, event) where not entered_in_error;
create index skipped_visit_participant on skipped_visit (participant_id, site_id);
create index skipped_visit_study on skipped_visit (study_id, id);
create index skipped_visit_site on skipped_visit (site_id);
create index skipped_visit_changed on skipped_visit (study_id, changed_at);
create index skipped_visit_protocol_version on skipped_visit (protocol_version_id);
create trigger made_under_protocol before insert on skipped_visit for each row execute function made_under_protocol();
call audit.watch('skipped_visit');

-- What the protocol expects of a participant. No record: it follows from the protocol's versions and from records that are
-- audited, and reschedule() alone writes it, so that a list of thousands is one read of an index.
create table expected_visit (
    id uuid not null default uuidv7() constraint expected_visit_pkey primary key,
    study_id uuid not null constraint expected_visit_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    protocol_version_id uuid not null constraint expected_visit_protocol_version_fkey references protocol_version,
    event text not null,
    target_on date not null,
    opens_on date not null,
    closes_on date not null,
    next_opens_on date, -- when the window of the next expected visit opens; null for the last
    missed_from date not null, -- the first day on which it counts as missed
    required_forms text[] not null,
    required_analytes text[] not null,
    constraint expected_visit_once unique (participant_id, event),
    constraint expected_visit_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id)
);
create index expected_visit_site on expected_visit (site_id, target_on, id);
create index expected_visit_study on expected_visit (study_id, target_on, id);
create index expected_visit_protocol_version on expected_visit (protocol_version_id);
grant select on expected_visit to registry_service;
alter table expected_visit enable row level security;
create policy by_site on expected_visit to registry_service
    using ((select sees_every_site()) or site_id = any ((select visible_sites())::uuid[]));

-- The events that each protocol version plans, with repetitions as events of their own. An early end has no day to be due.
create view planned_event as
    select distinct on (v.id, named.event)
           v.id as protocol_version_id, named.event, x.anchor, x.target_day + n * coalesce(x.repeat_every, 0) as target_day,
           x.window_before, x.window_after, coalesce(x.required_forms, '{}') as required_forms,
           coalesce(x.required_analytes, '{}') as required_analytes
    from protocol_version v
    cross join lateral jsonb_to_recordset(v.schedule) as x(
        event text, anchor text, target_day integer, window_before integer, window_after integer,
        required_forms text[], required_analytes text[], repeat_every integer, repeat_until integer)
    cross join lateral generate_series(0, greatest(0, (x.repeat_until - x.target_day) / x.repeat_every)) n
    cross join lateral (
        select case n when 0 then x.event else 'week_' || (x.target_day + n * x.repeat_every) / 7 end as event) named
    where x.event <> 'early_termination'
    order by v.id, named.event, n;

-- What is to be expected of participants. A visit follows the version that was activated last among those whose own target
-- day lies in their time; it falls away where the version in force on that day does not plan it. A visit that took place
-- keeps the version that it was made under. None is expected after the day on which follow-up ended, be it by a withdrawal of
-- consent, without which nothing may be recorded. The baseline itself is held against the enrolment where that came first,
-- or it would move its own window. Before both, a screening is expected from the day of the consent on.
create function planned_visits(people uuid[])
    returns table (study_id uuid, site_id uuid, participant_id uuid, protocol_version_id uuid, event text, target_on date,
                   opens_on date, closes_on date, next_opens_on date, missed_from date, required_forms text[],
                   required_analytes text[])
    language plpgsql stable
as $$
#variable_conflict use_column
declare
    patience_with_the_last constant integer := 28; -- days after the last window until its visit counts as missed
begin
    return query
    with subject as (
        select p.id, p.study_id, p.site_id, coalesce(v.visited_on, n.enrolled_on) as baseline_on,
               least(v.visited_on, n.enrolled_on) as begun_on,
               case when n.status = 'screening' then c.given_on end as consented_on,
               (a.allocated_at at time zone s.time_zone)::date as randomised_on, -- allocations come with a later migration
               least(case when n.status = any (array['screen_failure', 'completed', 'withdrawn', 'lost_to_follow_up'])
                          then n.status_on end, follow_up_ended_on(p.id)) as ended_on
        from participant p
        join site s on s.id = p.site_id
        left join enrolment n on n.participant_id = p.id
        left join allocation a on a.participant_id = p.id
        left join visit v on v.participant_id = p.id and v.event = 'week_0' and v.status = 'complete' and not v.entered_in_error
        left join lateral (
            select min(x.given_on) as given_on from consent x
            where x.participant_id = p.id and x.kind = 'consent' and x.withdrawn_on is null and not x.entered_in_error) c on true
        where p.id = any (people)
    ), ruling as (
        select b.id as participant_id, a.protocol_version_id, a.effective_from,
               lead(a.effective_from) over turns as until, row_number() over turns as turn
        from subject b
        join protocol_activation a
            on a.study_id = b.study_id and (a.site_id = b.site_id or a.site_id is null) and not a.entered_in_error
        window turns as (partition by b.id order by a.effective_from, a.id)
    ), offered as (
        select b.*, r.turn, r.until, l.event, l.protocol_version_id, t.target_on,
               t.target_on - l.window_before as opens_on, t.target_on + l.window_after as closes_on,
               l.required_forms, l.required_analytes, done.id as done,
               done.protocol_version_id is not distinct from l.protocol_version_id as made_under
        from subject b
        join ruling r on r.participant_id = b.id
        join planned_event l on l.protocol_version_id = r.protocol_version_id
        cross join lateral (
            select case when l.anchor <> 'baseline' then b.randomised_on + l.target_day
                        when l.event = 'screening' and b.baseline_on is null then b.consented_on
                        else case l.event when 'week_0' then b.begun_on else b.baseline_on end + l.target_day
                   end as target_on) t
        left join visit done
            on done.participant_id = b.id and done.event = l.event and done.status = 'complete' and not done.entered_in_error
        where t.target_on >= r.effective_from or done.protocol_version_id = l.protocol_version_id and t.target_on is not null
    ), chosen as (
        select distinct on (o.id, o.event) o.* from offered o order by o.id, o.event, o.made_under desc, o.turn desc
    ), kept as (
        select c.* from chosen c
        where (c.ended_on is null or c.target_on <= c.ended_on or c.done is not null)
          and (c.made_under or c.until is null or c.target_on < c.until or exists (
                select from ruling r join planned_event l on l.protocol_version_id = r.protocol_version_id
                where r.participant_id = c.id and l.event = c.event
                  and r.effective_from <= c.target_on and (r.until is null or c.target_on < r.until)))
    ), followed as (
        select k.*, lead(k.opens_on) over (partition by k.id order by k.target_on, k.event collate "C") as next_opens_on from kept k
    )
    select f.study_id, f.site_id, f.id, f.protocol_version_id, f.event, f.target_on, f.opens_on, f.closes_on, f.next_opens_on,
           greatest(f.closes_on + 1, coalesce(f.next_opens_on, f.closes_on + 1 + patience_with_the_last)),
           f.required_forms, f.required_analytes
    from followed f;
end
$$;

-- Bring what is expected of participants up to date. Each participant is held meanwhile: two that bring the same one up to
-- date do so one after the other, and the second sees what the first one wrote.
create function reschedule(people uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform from participant p where p.id = any (people) order by p.id for no key update;
    with planned as materialized (
        select * from planned_visits(people)
    ), gone as (
        delete from expected_visit e
        where e.participant_id = any (people)
          and not exists (select from planned n where n.participant_id = e.participant_id and n.event = e.event)
    )
    insert into expected_visit as e (study_id, site_id, participant_id, protocol_version_id, event, target_on, opens_on, closes_on,
                                     next_opens_on, missed_from, required_forms, required_analytes)
    select n.* from planned n
    on conflict on constraint expected_visit_once do update
    set protocol_version_id = excluded.protocol_version_id, target_on = excluded.target_on, opens_on = excluded.opens_on,
        closes_on = excluded.closes_on, next_opens_on = excluded.next_opens_on, missed_from = excluded.missed_from,
        required_forms = excluded.required_forms, required_analytes = excluded.required_analytes
    where (e.protocol_version_id, e.target_on, e.opens_on, e.closes_on, e.next_opens_on, e.missed_from)
          is distinct from (excluded.protocol_version_id, excluded.target_on, excluded.opens_on, excluded.closes_on,
                            excluded.next_opens_on, excluded.missed_from);
end
$$;

create function reschedule(participant uuid) returns void
    language sql security definer set search_path = public, pg_temp
begin atomic
    select reschedule(array[participant]);
end;

-- How a visit stands on a day at its site; `visited_on` is that of a complete visit.
create function schedule_status(opens_on date, closes_on date, missed_from date, visited_on date, skipped boolean, today date)
    returns text
    language sql immutable parallel safe
    return case
        when visited_on between opens_on and closes_on then 'done'
        when visited_on is not null then 'done_out_of_window'
        when skipped then 'skipped'
        when today < opens_on then 'upcoming'
        when today <= closes_on then 'due'
        when today < missed_from then 'overdue'
        else 'missed' end;

-- Which visits of participants are out of their windows and which are missed. A screening that nothing follows is no visit of
-- the schedule yet: enrolment will give it its window.
create function schedule_departures(people uuid[])
    returns table (participant_id uuid, event text, visit_id uuid, category text, occurred_on date)
    language sql stable
as $$
    select e.participant_id, e.event, v.id, case t.status when 'missed' then 'visit_missed' else 'visit_out_of_window' end,
           coalesce(v.visited_on, e.closes_on + 1)
    from expected_visit e
    join site s on s.id = e.site_id
    left join visit v
        on v.participant_id = e.participant_id and v.event = e.event and v.status = 'complete' and not v.entered_in_error
    left join skipped_visit k on k.participant_id = e.participant_id and k.event = e.event and not k.entered_in_error
    cross join lateral (
        select schedule_status(e.opens_on, e.closes_on, e.missed_from, v.visited_on, k.id is not null,
                               (now() at time zone s.time_zone)::date) as status) t
    where e.participant_id = any (people) and t.status = any (array['missed', 'done_out_of_window'])
      and (e.event <> 'screening' or e.next_opens_on is not null)
$$;

-- Note each visit that took place out of its window, once for the visit and its day.
create function note_visits_out_of_window(people uuid[]) returns void
    language sql
as $$
    select note_deviation(d.participant_id, d.category, d.occurred_on, d.event, d.visit_id)
    from schedule_departures(people) d
    where d.category = 'visit_out_of_window' and not exists (
        select from protocol_deviation n
        where n.participant_id = d.participant_id and n.category = d.category and n.visit_id = d.visit_id
          and n.occurred_on = d.occurred_on and n.origin = 'registry')
$$;

-- Whether the registry noted a deviation and nobody has amended it.
create function is_untouched(deviation protocol_deviation) returns boolean
    language sql stable
    return deviation.origin = 'registry' and not exists (
        select from audit.event e
        where e.record_id = deviation.id and e.action = 'amend'
          and e.reason <> all (array['The visit is recorded', 'The visit is missed again']));

-- What was noted as missed is dismissed once the visit is recorded, and taken up again where the visit is missed after all,
-- as when what was recorded was entered in error; but for what somebody has touched. The audit tells who recorded what.
create function judge_missed_visits(people uuid[]) returns void
    language plpgsql
as $$
declare
    reason constant text := said('reason');
begin
    perform set_config('registry.reason', 'The visit is recorded', true);
    update protocol_deviation n
    set status = 'dismissed', assessment = 'The visit is recorded.', version = n.version + 1, changed_at = clock_timestamp()
    where n.participant_id = any (people) and n.category = 'visit_missed' and n.status = 'to_classify' and is_untouched(n)
      and exists (select from visit v where v.participant_id = n.participant_id and v.event = n.event
                                        and v.status = 'complete' and not v.entered_in_error);
    perform set_config('registry.reason', 'The visit is missed again', true);
    update protocol_deviation n
    set status = 'to_classify', assessment = null, version = n.version + 1, changed_at = clock_timestamp()
    where n.participant_id = any (people) and n.category = 'visit_missed' and n.status = 'dismissed' and is_untouched(n)
      and exists (select from schedule_departures(array[n.participant_id]) d
                  where d.event = n.event and d.category = n.category);
    perform set_config('registry.reason', coalesce(reason, ''), true);
end
$$;

-- Note each visit out of its window and each missed visit of participants, once however often they are looked at; those of
-- sites that the transaction may not see are left alone. The answer counts what there is now, noted by now or before.
create function note_schedule_deviations(people uuid[], out visit_out_of_window bigint, out visit_missed bigint)
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    seen constant uuid[] := array(select p.id from participant p
                                  where p.id = any (people) and (sees_every_site() or p.site_id = any (visible_sites())));
begin
    perform note_visits_out_of_window(seen);
    perform note_deviation(d.participant_id, d.category, d.occurred_on, d.event, d.visit_id)
    from schedule_departures(seen) d
    where d.category = 'visit_missed' and not exists (
        select from protocol_deviation n
        where n.participant_id = d.participant_id and n.category = d.category and n.event = d.event and n.origin = 'registry');
    perform judge_missed_visits(seen);
    select count(*) filter (where d.category = 'visit_out_of_window'), count(*) filter (where d.category = 'visit_missed')
    into visit_out_of_window, visit_missed
    from schedule_departures(seen) d;
end
$$;

-- Whoever belongs to a participant and moves its schedule calls this: consent, enrolment, withdrawal, allocation.
create function reschedule_of_new() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if exists (select from protocol_activation a where a.study_id = new.study_id) then
        perform reschedule(array[new.participant_id]);
    end if;
    return null;
end
$$;
create trigger reschedule_enrolled after insert on enrolment for each row
    when (new.status <> 'screening') execute function reschedule_of_new();
-- That treatment begins or ends between moves nothing: only the enrolment and the end of follow-up do.
create trigger reschedule_amended after update of status, status_on, enrolled_on on enrolment for each row
    when (new.enrolled_on is distinct from old.enrolled_on
          or not (new.status = any (array['enrolled', 'on_treatment']) and old.status = any (array['enrolled', 'on_treatment'])))
    execute function reschedule_of_new();

create trigger reschedule_new after insert on withdrawal for each row
    when (new.kind <> 'treatment') execute function reschedule_of_new();
create trigger reschedule_amended after update on withdrawal for each row execute function reschedule_of_new();
create trigger reschedule_new after insert on consent for each row
    when (new.kind = 'consent') execute function reschedule_of_new();
create trigger reschedule_amended after update of given_on, withdrawn_on, entered_in_error on consent for each row
    when ((new.given_on, new.withdrawn_on, new.entered_in_error)
          is distinct from (old.given_on, old.withdrawn_on, old.entered_in_error))
    execute function reschedule_of_new();

-- A version that comes into force somewhere, or does not after all, moves what is still to come there.
create function reschedule_of_protocol() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform reschedule(array(select p.id from participant p
                             where p.study_id = new.study_id and (new.site_id is null or p.site_id = new.site_id)));
    return null;
end
$$;
create trigger reschedule_of_protocol after insert or update on protocol_activation for each row
    execute function reschedule_of_protocol();

-- A baseline moves the schedule; a visit made under another version than was planned keeps its own; and any visit is the
-- occasion to note what its participant did out of its window. What was missed is not noted here: visits that are entered
-- late come one after the other. That a visit was recorded takes back that it was missed.
create function schedule_follows_visits() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    people uuid[] := array(select distinct w.participant_id from written w
                           where exists (select from protocol_activation a where a.study_id = w.study_id));
    moved uuid[] := people;
begin
    if cardinality(people) = 0 then
        return null;
    end if;
    if tg_op = 'INSERT' then
        moved := array(select distinct w.participant_id from written w
                       where w.participant_id = any (people) and w.status = 'complete' and w.event <> 'unscheduled'
                         and (w.event = 'week_0' or not exists (
                             select from expected_visit e
                             where e.participant_id = w.participant_id and e.event = w.event
                               and e.protocol_version_id = w.protocol_version_id)));
    end if;
    if cardinality(moved) > 0 then
        perform reschedule(moved);
    end if;
    perform note_visits_out_of_window(people);
    if exists (select from protocol_deviation n where n.participant_id = any (people) and n.category = 'visit_missed') then
        perform judge_missed_visits(people);
    end if;
    return null;
end
$$;
create trigger schedule_follows_new after insert on visit referencing new table as written
    for each statement execute function schedule_follows_visits();
create trigger schedule_follows_amended after update on visit referencing new table as written
    for each statement execute function schedule_follows_visits();

-- Only an expected visit that was not recorded can be skipped.
create function skipped_visit_can_be() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if new.entered_in_error then
        return null;
    end if;
    if exists (select from visit v where v.participant_id = new.participant_id and v.event = new.event and not v.entered_in_error) then
        raise exception using errcode = 'check_violation', constraint = 'skipped_visit_not_recorded', table = 'skipped_visit',
            message = 'the visit was recorded';
    end if;
    if not exists (select from expected_visit e where e.participant_id = new.participant_id and e.event = new.event) then
        raise exception using errcode = 'check_violation', constraint = 'skipped_visit_expected', table = 'skipped_visit',
            message = 'the visit is not expected';
    end if;
    return null;
end
$$;
create trigger skipped_visit_can_be after insert or update of event, entered_in_error on skipped_visit
    for each row execute function skipped_visit_can_be();

revoke execute on function reschedule(uuid), reschedule(uuid[]), note_schedule_deviations(uuid[]),
    judge_missed_visits(uuid[]) from public;
grant execute on function note_schedule_deviations(uuid[]) to registry_service;
