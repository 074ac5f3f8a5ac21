-- eligibility, enrolment and protocol deviations.

-- Where a participant stands in the study; one row each, made with the participant and amended from state to state.
create table enrolment (
    id uuid not null default uuidv7() constraint enrolment_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint enrolment_study_fkey references study,
    protocol_version_id uuid constraint enrolment_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    status text not null default 'screening'
        constraint enrolment_status_known check (status = any (array['screening', 'screen_failure', 'enrolled',
            'on_treatment', 'completed', 'withdrawn', 'lost_to_follow_up'])),
    status_on date not null
        constraint enrolment_status_on_range check (status_on between '1990-01-01' and '2100-12-31'),
    enrolled_on date,
    reason text
        constraint enrolment_reason_known check (reason = any (array['not_eligible', 'consent_not_given',
            'consent_withdrawn', 'participant_decision', 'physician_decision', 'adverse_event', 'lack_of_efficacy',
            'pregnancy', 'protocol_deviation', 'transferred', 'death', 'study_ended', 'other'])),
    comment text constraint enrolment_comment_length check (length(comment) between 1 and 1000),
    constraint enrolment_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint enrolment_once unique (participant_id),
    constraint enrolment_reason_given check (status <> all (array['screen_failure', 'withdrawn']) or reason is not null),
    constraint enrolment_enrolled_dated check (status = any (array['screening', 'screen_failure']) = (enrolled_on is null))
);
create index enrolment_study on enrolment (study_id, id);
create index enrolment_site on enrolment (site_id);
create index enrolment_changed on enrolment (study_id, changed_at);
create index enrolment_status on enrolment (study_id, status);
create index enrolment_protocol_version on enrolment (protocol_version_id);

-- What was found of each criterion of the protocol version in force, and what follows; a new one replaces it.
create table eligibility_assessment (
    id uuid not null default uuidv7() constraint eligibility_assessment_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint eligibility_assessment_study_fkey references study,
    protocol_version_id uuid constraint eligibility_assessment_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    assessed_on date not null
        constraint eligibility_assessment_assessed_on_range check (assessed_on between '1990-01-01' and '2100-12-31'),
    attestations jsonb not null default '[]',
    overrides jsonb not null default '[]',
    results jsonb not null default '[]',
    outcome text not null
        constraint eligibility_assessment_outcome_known check (outcome = any (array['eligible', 'not_eligible', 'undetermined'])),
    counts_as_eligible boolean not null,
    constraint eligibility_assessment_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint eligibility_assessment_never_edited check (version = 1),
    constraint eligibility_assessment_eligible_counts check (counts_as_eligible or outcome <> 'eligible')
);
create index eligibility_assessment_participant on eligibility_assessment (participant_id, site_id);
create index eligibility_assessment_study on eligibility_assessment (study_id, id);
create index eligibility_assessment_site on eligibility_assessment (site_id);
create index eligibility_assessment_protocol_version on eligibility_assessment (protocol_version_id);

-- A departure from the protocol, which somebody must classify.
create table protocol_deviation (
    id uuid not null default uuidv7() constraint protocol_deviation_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint protocol_deviation_study_fkey references study,
    protocol_version_id uuid constraint protocol_deviation_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    visit_id uuid,
    event text constraint protocol_deviation_event_form check (event ~ '^[a-z][a-z0-9_]{1,39}$'),
    occurred_on date not null
        constraint protocol_deviation_occurred_on_range check (occurred_on between '1990-01-01' and '2100-12-31'),
    category text not null
        constraint protocol_deviation_category_known check (category = any (array['eligibility_override',
            'visit_out_of_window', 'visit_missed', 'consent', 'dosing', 'procedure_missed', 'prohibited_medication',
            'randomisation', 'unblinding', 'other'])),
    description text constraint protocol_deviation_description_length check (length(description) between 1 and 2000),
    status text not null default 'to_classify'
        constraint protocol_deviation_status_known check (status = any (array['to_classify', 'classified', 'closed', 'dismissed'])),
    severity text
        constraint protocol_deviation_severity_known check (severity = any (array['minor', 'major', 'critical'])),
    action text
        constraint protocol_deviation_action_known check (action = any (array['none', 'documented', 'retraining',
            'procedure_repeated', 'treatment_changed', 'participant_withdrawn', 'reported_to_ethics', 'other'])),
    assessment text constraint protocol_deviation_assessment_length check (length(assessment) between 1 and 2000),
    origin text not null default 'registry'
        constraint protocol_deviation_origin_known check (origin = any (array['registry', 'site', 'monitor'])),
    constraint protocol_deviation_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint protocol_deviation_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id),
    constraint protocol_deviation_described check (origin = 'registry' or description is not null),
    constraint protocol_deviation_classified check (
        (status = any (array['classified', 'closed'])) = (severity is not null)
        and (status = any (array['classified', 'closed'])) = (action is not null)),
    constraint protocol_deviation_dismissed_in_words check (status <> 'dismissed' or assessment is not null)
);
create index protocol_deviation_participant on protocol_deviation (participant_id, site_id);
create index protocol_deviation_visit on protocol_deviation (visit_id, site_id);
create index protocol_deviation_study on protocol_deviation (study_id, id);
create index protocol_deviation_site on protocol_deviation (site_id);
create index protocol_deviation_changed on protocol_deviation (study_id, changed_at);
create index protocol_deviation_status on protocol_deviation (study_id, status);
create index protocol_deviation_protocol_version on protocol_deviation (protocol_version_id);

-- What the registry notes by itself it notes once: of an event, else of a visit, else of a day; of a visit that was out of its
-- window, once for the visit and its day. Overrides are each their own.
create unique index protocol_deviation_noted_once on protocol_deviation (
        participant_id, category,
        (case when category = 'visit_out_of_window' and visit_id is not null
              then visit_id::text || ' ' || (occurred_on - date '2000-01-01')::text
              else coalesce(nullif(event, 'unscheduled'), visit_id::text, (occurred_on - date '2000-01-01')::text) end))
    where origin = 'registry' and category <> 'eligibility_override';

create trigger made_under_protocol before insert or update on enrolment
    for each row execute function made_under_protocol('enrolled_on', 'status_on');
create trigger made_under_protocol before insert on eligibility_assessment
    for each row execute function made_under_protocol('assessed_on');
create trigger made_under_protocol before insert or update of occurred_on on protocol_deviation
    for each row execute function made_under_protocol('occurred_on');

call audit.watch('enrolment');
call audit.watch('eligibility_assessment');
call audit.watch('protocol_deviation');

-- Note a deviation that the registry finds by itself, once however often it is found; its id, or null where it was noted before.
create function note_deviation(participant uuid, category text, occurred_on date, event text, visit uuid) returns uuid
    language sql
as $$
    insert into protocol_deviation (study_id, site_id, participant_id, visit_id, event, occurred_on, category, origin)
    select p.study_id, p.site_id, p.id, note_deviation.visit, note_deviation.event, note_deviation.occurred_on,
           note_deviation.category, 'registry'
    from participant p where p.id = note_deviation.participant
    on conflict do nothing
    returning id
$$;

-- The day on which something happens now at a site.
create function today_at(site uuid) returns date
    language sql stable
    return (now() at time zone (select s.time_zone from site s where s.id = site))::date;

-- Every participant is screened from the day on which it is recorded; that day is assumed until somebody says another.
create function begin_screening() returns trigger
    language plpgsql
as $$
begin
    insert into enrolment (study_id, site_id, participant_id, status_on)
    select w.study_id, w.site_id, w.id, today_at(w.site_id) from written w;
    return null;
end
$$;
create trigger begin_screening after insert on participant referencing new table as written
    for each statement execute function begin_screening();

-- Those who were recorded before there were states: enrolled from the first visit or dose, on treatment where there is a dose.
do $$
begin
    perform set_config('registry.actor', 'The registry', true), set_config('registry.client', 'migration', true),
            set_config('registry.request_id', 'migration-0010', true),
            set_config('registry.change_set', uuidv7()::text, true);
    insert into enrolment (study_id, site_id, participant_id, status, status_on, enrolled_on)
    select p.study_id, p.site_id, p.id, case when d.first is null then 'enrolled' else 'on_treatment' end,
           coalesce(d.first, v.first, r.day), coalesce(least(d.first, v.first), r.day)
    from participant p
    join site s on s.id = p.site_id
    cross join lateral (select (p.recorded_at at time zone s.time_zone)::date as day) r
    cross join lateral (select min(x.started_on) as first from dose x
                        where x.participant_id = p.id and not x.entered_in_error) d
    cross join lateral (select min(x.visited_on) as first from visit x
                        where x.participant_id = p.id and not x.entered_in_error) v;
    perform set_config('registry.actor', '', true), set_config('registry.client', '', true),
            set_config('registry.request_id', '', true), set_config('registry.change_set', '', true);
end
$$;

-- An assessment is not made for a day before that of one which was made already under the same version: then the newest
-- and the last recorded are the same. Those of a participant come one by one.
create function assessment_comes_last() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform from participant p where p.id = new.participant_id for no key update;
    if exists (select from eligibility_assessment a
               where a.participant_id = new.participant_id and a.assessed_on > new.assessed_on
                 and a.protocol_version_id is not distinct from new.protocol_version_id) then
        raise exception using errcode = 'check_violation', constraint = 'eligibility_assessment_comes_last',
            table = 'eligibility_assessment', message = 'an assessment of a later day is there';
    end if;
    return null;
end
$$;
create trigger assessment_comes_last after insert on eligibility_assessment
    for each row execute function assessment_comes_last();

-- Whether what an assessment rests on is no more what is recorded: a record that decided a criterion has another version, or
-- a treatment that a criterion asks about began before its day and was recorded after it. Records of a later day do not count.
create function is_outdated(assessment eligibility_assessment, criteria jsonb) returns boolean
    language plpgsql stable
as $$
declare
    asked constant jsonb := jsonb_path_query_array(criteria, '$.**.measure');
begin
    return exists (
            select from jsonb_array_elements(assessment.results) r
            cross join jsonb_to_recordset(r -> 'inputs') as i(id uuid, version integer)
            where r ->> 'basis' = 'recorded' and not exists (
                select from participant k where k.id = i.id and k.version = i.version
                union all select from visit k where k.id = i.id and k.version = i.version
                union all select from dose k where k.id = i.id and k.version = i.version
                union all select from concomitant_medication k where k.id = i.id and k.version = i.version))
        or asked ? 'prior_jak_inhibitors' and exists (
            select from dose d
            where d.participant_id = assessment.participant_id and not d.entered_in_error
              and d.started_on < assessment.assessed_on and d.recorded_at > assessment.recorded_at)
        or asked ?| array['prior_treatments', 'days_since_live_vaccine'] and exists (
            select from concomitant_medication m
            where m.participant_id = assessment.participant_id and not m.entered_in_error
              and (asked ? 'prior_treatments' or m.medication = 'live_vaccine')
              and m.started_on collate "C" <= assessment.assessed_on::text and m.recorded_at > assessment.recorded_at);
end
$$;

-- Why a participant may not be enrolled on a day: the assessment up to that day that was recorded last, under the version in
-- force then, does not count, or it is outdated. Null where it counts, and where that version has no criteria.
create function eligibility_gap(participant uuid, day date) returns text
    language plpgsql stable
as $$
declare
    criteria jsonb;
    last eligibility_assessment;
begin
    select pv.eligibility into criteria
    from participant p join protocol_version pv on pv.id = protocol_version_in_force(p.study_id, p.site_id, day)
    where p.id = eligibility_gap.participant;
    if coalesce(jsonb_array_length(criteria), 0) = 0 then
        return null;
    end if;
    select a.* into last
    from participant p
    join eligibility_assessment a
        on a.participant_id = p.id and a.protocol_version_id = protocol_version_in_force(p.study_id, p.site_id, day)
    where p.id = eligibility_gap.participant and a.assessed_on <= day
    order by a.recorded_at desc, a.id desc limit 1;
    if last.counts_as_eligible is not true then
        return 'not_eligible';
    elsif is_outdated(last, criteria) then
        return 'assessment_outdated';
    end if;
    return null;
end
$$;

-- Whether the newest assessment up to a day counts, and what it rests on is still recorded so.
create function counts_as_eligible(participant uuid, day date) returns boolean
    language sql stable
    return eligibility_gap(participant, day) is null;

-- Enrolling needs a consent in force and eligibility, on its day; coming back into the study needs the consent.
create function enrolment_is_allowed() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    inside constant text[] := array['enrolled', 'on_treatment'];
    gap text;
begin
    if new.status = any (array['screening', 'screen_failure']) then
        new.enrolled_on := null;
    elsif old.enrolled_on is null or (old.enrolled_on = old.status_on and old.status = new.status and new.status = 'enrolled') then
        new.enrolled_on := new.status_on;
    end if;
    if new.status = any (inside) and (new.status, new.status_on) is distinct from (old.status, old.status_on) then
        perform from consent c where c.participant_id = new.participant_id for share;
        if not is_within_consent(new.participant_id, new.status_on) then
            raise exception using errcode = 'check_violation', constraint = 'enrolment_within_consent', table = 'enrolment',
                message = 'no consent is in force on the day of the enrolment';
        end if;
    end if;
    if new.enrolled_on is distinct from old.enrolled_on and new.enrolled_on is not null then
        gap := eligibility_gap(new.participant_id, new.enrolled_on);
    end if;
    if gap = 'assessment_outdated' then
        raise exception using errcode = 'check_violation', constraint = 'enrolment_assessment_outdated', table = 'enrolment',
            message = 'what the newest assessment rests on has been changed since';
    elsif gap is not null then
        raise exception using errcode = 'check_violation', constraint = 'enrolment_of_eligible', table = 'enrolment',
            message = 'the newest assessment under the protocol version in force does not count as eligible';
    end if;
    return new;
end
$$;
create trigger enrolment_is_allowed before update on enrolment for each row execute function enrolment_is_allowed();
