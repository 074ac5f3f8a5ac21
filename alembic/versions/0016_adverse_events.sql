-- The life of an adverse event, the reference safety information of a study, and the sponsor's own assessment.

-- The first and the last day that a date known to the year, the month or the day may mean.
create function first_day_of(partial text) returns date
    language sql immutable parallel safe
    return (case length(partial) when 4 then partial || '-01-01' when 7 then partial || '-01' else partial end)::date;

create function last_day_of(partial text) returns date
    language sql immutable parallel safe
    return case length(partial)
        when 4 then (partial || '-12-31')::date
        when 7 then ((partial || '-01')::date + interval '1 month - 1 day')::date
        else partial::date end;

alter table adverse_event
    add column severity_changes jsonb not null default '[]',
    add column died_on text constraint adverse_event_died_on_form check (is_partial_date(died_on)),
    add column special_situations text[] not null default '{}'
        constraint adverse_event_special_situations_known check (special_situations <@ array['pregnancy', 'overdose',
            'medication_error']),
    add column site_aware_at timestamptz,
    add column narrative text constraint adverse_event_narrative_length check (length(narrative) between 1 and 20000),
    add column visit_ids uuid[] not null default '{}',
    add column concomitant_medication_ids uuid[] not null default '{}',
    add column laboratory_results jsonb not null default '[]',
    add column confirmations jsonb not null default '[]',
    add constraint adverse_event_died_of_it check (died_on is null or outcome = 'fatal'),
    add constraint adverse_event_death_follows_start check (last_day_of(died_on) >= first_day_of(started_on));

-- The days on which a participant died, as far as they are known: a fatal event died between its two days, and participation
-- that ended by death ended on the day of death or after it. The latest day a death may have had is that of its date as far as
-- it is known, or the day on which it was told.
create function deaths_of(participant uuid, besides uuid default null) returns table (earliest date, latest date)
    language sql stable
as $$
    select first_day_of(coalesce(e.died_on, e.ended_on)),
           least(last_day_of(coalesce(e.died_on, e.ended_on)), (e.changed_at at time zone s.time_zone)::date)
    from adverse_event e join site s on s.id = e.site_id
    where e.participant_id = participant and e.outcome = 'fatal' and not e.entered_in_error and e.id is distinct from besides
    union all
    select null, n.status_on from enrolment n
    where n.participant_id = participant and n.status in ('withdrawn', 'screen_failure') and n.reason = 'death'
$$;

-- The first day that the last thing told of an event may mean; where a fatal one ended is its death.
create function last_told_of(event adverse_event) returns date
    language sql immutable
    return greatest(first_day_of(event.started_on), case when event.outcome <> 'fatal' then first_day_of(event.ended_on) end,
                    (select max(first_day_of(change.said ->> 'changed_on'))
                     from jsonb_array_elements(event.severity_changes) change(said)));

-- Whether something that counts of a participant is told of a day after its death, besides one event.
create function goes_on_after(death date, participant uuid, besides uuid default null) returns boolean
    language sql stable
    return exists (select from adverse_event e
                   where e.participant_id = participant and not e.entered_in_error and e.id is distinct from besides
                     and last_told_of(e) > death)
        or exists (select from visit v
                   where v.participant_id = participant and not v.entered_in_error and v.visited_on > death);

-- What counts of a participant fits together: nothing is told of days after the death, a death has one day, a pregnancy is
-- possible. The participant is held, so that of two writes at once the second sees the first; a death waits for visits too.
create function adverse_event_fits_the_others() returns trigger
    language plpgsql
as $$
declare
    person record;
    zone text;
    death record;
    own_earliest constant date := first_day_of(coalesce(new.died_on, new.ended_on));
    own_latest date;
    broken text;
begin
    if new.entered_in_error then
        return null;
    elsif new.outcome = 'fatal' then
        perform from participant p where p.id = new.participant_id for update;
    end if;
    select p.sex_at_birth, make_date(p.birth_year, p.birth_month, 1) as born_from into person
    from participant p where p.id = new.participant_id for no key update;
    if last_day_of(new.started_on) < person.born_from then
        raise exception using errcode = 'check_violation', constraint = 'adverse_event_not_before_birth',
            table = 'adverse_event', message = 'the event begins before the participant was born';
    elsif 'pregnancy' = any (new.special_situations) and person.sex_at_birth = 'male' then
        raise exception using errcode = 'check_violation', constraint = 'adverse_event_pregnancy_possible',
            table = 'adverse_event', message = 'the participant cannot be pregnant';
    end if;
    select s.time_zone into zone from site s where s.id = new.site_id;
    own_latest := least(last_day_of(coalesce(new.died_on, new.ended_on)), (new.changed_at at time zone zone)::date);
    for death in select d.earliest, d.latest from deaths_of(new.participant_id, new.id) d loop
        broken := coalesce(broken, case
            when first_day_of(new.started_on) > death.latest then 'adverse_event_not_after_death'
            when new.outcome = 'fatal' and (own_earliest > death.latest or death.earliest > own_latest)
                then 'adverse_event_one_death'
            when new.outcome <> 'fatal' and first_day_of(new.ended_on) > death.latest then 'adverse_event_ends_before_death'
            when last_told_of(new) > death.latest then 'adverse_event_course_before_death' end);
    end loop;
    if broken is null and new.outcome = 'fatal' and goes_on_after(own_latest, new.participant_id, new.id) then
        broken := 'adverse_event_death_comes_last';
    end if;
    if broken is not null then
        raise exception using errcode = 'check_violation', constraint = broken, table = 'adverse_event',
            message = 'it does not fit the death of the participant';
    end if;
    return null;
end
$$;
create trigger adverse_event_fits_the_others after insert or update on adverse_event
    for each row execute function adverse_event_fits_the_others();

create function visits_come_before_death() returns trigger
    language plpgsql
as $$
begin
    if exists (select from written w cross join lateral deaths_of(w.participant_id) death
               where not w.entered_in_error and w.visited_on > death.latest) then
        raise exception using errcode = 'check_violation', constraint = 'visit_not_after_death', table = 'visit',
            message = 'the visit is after the death of the participant';
    end if;
    return null;
end
$$;
create trigger visits_come_before_death_new after insert on visit referencing new table as written
    for each statement execute function visits_come_before_death();
create trigger visits_come_before_death_amended after update on visit referencing new table as written
    for each statement execute function visits_come_before_death();

create function enrolment_ends_by_death_last() returns trigger
    language plpgsql
as $$
begin
    perform from participant p where p.id = new.participant_id for update;
    if goes_on_after(new.status_on, new.participant_id)
       or exists (select from deaths_of(new.participant_id) death where death.earliest > new.status_on) then
        raise exception using errcode = 'check_violation', constraint = 'enrolment_death_comes_last', table = 'enrolment',
            message = 'something is told of a day after this death';
    end if;
    return null;
end
$$;
create trigger enrolment_ends_by_death_last after insert or update on enrolment for each row
    when (new.status in ('withdrawn', 'screen_failure') and new.reason = 'death') execute function enrolment_ends_by_death_last();

create function participant_may_be_pregnant() returns trigger
    language plpgsql
as $$
begin
    if exists (select from adverse_event e where e.participant_id = new.id and not e.entered_in_error
                                             and 'pregnancy' = any (e.special_situations)) then
        raise exception using errcode = 'check_violation', constraint = 'participant_pregnancy_possible',
            table = 'participant', message = 'a pregnancy of the participant is recorded';
    end if;
    return null;
end
$$;
create trigger participant_may_be_pregnant after update on participant for each row
    when (new.sex_at_birth = 'male' and old.sex_at_birth is distinct from 'male') execute function participant_may_be_pregnant();

-- What an event is linked with is the same participant's, and counts when it is linked.
create function adverse_event_links_its_own() returns trigger
    language plpgsql
as $$
declare
    known_visits constant uuid[] := case tg_op when 'UPDATE' then old.visit_ids else '{}' end;
    known_medications constant uuid[] := case tg_op when 'UPDATE' then old.concomitant_medication_ids else '{}' end;
    known_results constant jsonb := case tg_op when 'UPDATE' then old.laboratory_results else '[]' end;
begin
    if exists (select from unnest(new.visit_ids) linked(id)
               where linked.id <> all (known_visits)
                 and not exists (select from visit v where v.id = linked.id and v.participant_id = new.participant_id
                                                       and not v.entered_in_error)) then
        raise exception using errcode = 'foreign_key_violation', constraint = 'adverse_event_visits_its_own',
            table = 'adverse_event', message = 'a visit is not the participant''s';
    elsif exists (select from unnest(new.concomitant_medication_ids) linked(id)
                  where linked.id <> all (known_medications)
                    and not exists (select from concomitant_medication m
                                    where m.id = linked.id and m.participant_id = new.participant_id
                                      and not m.entered_in_error)) then
        raise exception using errcode = 'foreign_key_violation', constraint = 'adverse_event_medications_its_own',
            table = 'adverse_event', message = 'a medication is not the participant''s';
    elsif exists (select from jsonb_array_elements(new.laboratory_results) linked(result)
                  where not known_results @> jsonb_build_array(linked.result)
                    and not exists (select from laboratory_result r join visit v on v.id = r.visit_id
                                    where r.visit_id = (linked.result ->> 'visit_id')::uuid
                                      and r.analyte = linked.result ->> 'analyte' and not r.voided
                                      and v.participant_id = new.participant_id and not v.entered_in_error)) then
        raise exception using errcode = 'foreign_key_violation', constraint = 'adverse_event_results_its_own',
            table = 'adverse_event', message = 'a result is not the participant''s';
    end if;
    return null;
end
$$;
create trigger adverse_event_links_its_own after insert or update on adverse_event
    for each row execute function adverse_event_links_its_own();

-- What is expected of a drug, by document; a new edition is a new document, and none is ever edited.
create table reference_safety_information (
    id uuid not null default uuidv7() constraint reference_safety_information_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint reference_safety_information_study_fkey references study,
    drug text not null constraint reference_safety_information_drug_form check (drug ~ '^[a-z][a-z0-9_]{1,39}$'),
    document text not null constraint reference_safety_information_document_length check (length(document) between 1 and 200),
    effective_from date not null
        constraint reference_safety_information_effective_from_range check (effective_from between '1990-01-01' and '2100-12-31'),
    terms jsonb not null default '[]',
    constraint reference_safety_information_once unique (study_id, drug, effective_from),
    constraint reference_safety_information_never_edited check (version = 1)
);
create index reference_safety_information_page on reference_safety_information (study_id, id);
call audit.watch('reference_safety_information');

-- The sponsor's assessment of an event, beside the investigator's and in place of nothing of it.
create table sponsor_assessment (
    id uuid not null default uuidv7() constraint sponsor_assessment_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint sponsor_assessment_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    adverse_event_id uuid not null constraint sponsor_assessment_adverse_event_fkey references adverse_event,
    sponsor_aware_at timestamptz not null,
    seriousness_criteria text[] not null default '{}'
        constraint sponsor_assessment_seriousness_criteria_known check (seriousness_criteria <@ array['death',
            'life_threatening', 'hospitalisation', 'disability', 'congenital_anomaly', 'important_medical_event']),
    drugs jsonb not null default '[]',
    comment text constraint sponsor_assessment_comment_length check (length(comment) between 1 and 2000),
    constraint sponsor_assessment_once unique (adverse_event_id),
    constraint sponsor_assessment_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint sponsor_assessment_aware_before_recorded check (sponsor_aware_at <= changed_at + interval '5 minutes')
);
create index sponsor_assessment_participant on sponsor_assessment (participant_id, site_id);
create index sponsor_assessment_study on sponsor_assessment (study_id, id);
create index sponsor_assessment_site on sponsor_assessment (site_id);
create index sponsor_assessment_changed on sponsor_assessment (study_id, changed_at);
call audit.watch('sponsor_assessment');

-- A document that an assessment refers to is of its study and of the drug that is assessed, and was in force at the onset;
-- what is expected is so by a document.
create function sponsor_assessment_refers_to_its_study() returns trigger
    language plpgsql
as $$
declare
    latest_onset constant date := (select last_day_of(e.started_on) from adverse_event e where e.id = new.adverse_event_id);
    broken text;
begin
    select min(case when d.document is null and d.expectedness = 'expected' then 'sponsor_assessment_expected_by_document'
                    when d.document is not null and r.id is null then 'sponsor_assessment_reference_its_own'
                    when r.effective_from > latest_onset then 'sponsor_assessment_reference_in_force' end) into broken
    from (select one ->> 'drug', one ->> 'expectedness', (one ->> 'reference_safety_information_id')::uuid
          from jsonb_array_elements(new.drugs) one) as d(drug, expectedness, document)
    left join reference_safety_information r on r.id = d.document and r.study_id = new.study_id and r.drug = d.drug;
    if broken is not null then
        raise exception using errcode = 'foreign_key_violation', constraint = broken, table = 'sponsor_assessment',
            message = 'a document is missing, of another study or drug, or was not in force at the onset';
    end if;
    return null;
end
$$;
create trigger sponsor_assessment_refers_to_its_study after insert or update on sponsor_assessment
    for each row execute function sponsor_assessment_refers_to_its_study();

-- Of an allocated participant of a blinded study no causality names a product of the study, from the day of allocation on and
-- after a code break as well: what is written there is read by those who stay blinded. What is refused depends on the study's
-- products, never on the participant's arm. The trigger says in which column the drugs are.
create function suspects_keep_the_blind() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    event_id constant uuid := case tg_table_name when 'adverse_event' then new.id
                              else (to_jsonb(new) ->> 'adverse_event_id')::uuid end;
    named constant text[] := array(select one ->> 'drug' from jsonb_array_elements(to_jsonb(new) -> tg_argv[0]) one);
begin
    if treatment_is_open(new.study_id) or not exists (
        select from protocol_version v where v.study_id = new.study_id and v.blinding -> 'products' ?| named) then
        return null;
    end if;
    perform from participant p where p.id = new.participant_id for no key update; -- an allocation may be on its way
    if exists (select from adverse_event e
               where e.id = event_id and last_day_of(e.started_on) >= allocated_on(new.participant_id)) then
        raise exception using errcode = 'check_violation', constraint = case tg_table_name
                when 'adverse_event' then 'adverse_event_keeps_the_blind' else 'sponsor_assessment_keeps_the_blind' end,
            table = tg_table_name, message = 'the product is given blinded';
    end if;
    return null;
end
$$;
create trigger suspects_keep_the_blind after insert or update on adverse_event
    for each row execute function suspects_keep_the_blind('causality');
create trigger suspects_keep_the_blind after insert or update on sponsor_assessment
    for each row execute function suspects_keep_the_blind('drugs');

-- --- what an extract tells of it -----------------------------------------------------------------------------------

create or replace view deidentified.adverse_event with (security_barrier) as
select x.study_code, x.participant_id, x.adverse_event_number,
       e.ctcae_version, e.grade, e.special_interest,
       deidentified.partial_study_day(e.started_on, x.day_1) as started_day,
       deidentified.precision_of(e.started_on) as started_precision,
       deidentified.partial_study_day(e.ended_on, x.day_1) as ended_day,
       deidentified.precision_of(e.ended_on) as ended_precision, e.serious::integer,
       ('death' = any (e.seriousness_criteria))::integer as seriousness_criteria_death,
       ('life_threatening' = any (e.seriousness_criteria))::integer as seriousness_criteria_life_threatening,
       ('hospitalisation' = any (e.seriousness_criteria))::integer as seriousness_criteria_hospitalisation,
       ('disability' = any (e.seriousness_criteria))::integer as seriousness_criteria_disability,
       ('congenital_anomaly' = any (e.seriousness_criteria))::integer as seriousness_criteria_congenital_anomaly,
       ('important_medical_event' = any (e.seriousness_criteria))::integer as seriousness_criteria_important_medical_event,
       e.expectedness, e.outcome,
       deidentified.partial_study_day(e.died_on, x.day_1) as died_day,
       deidentified.precision_of(e.died_on) as died_precision,
       ('pregnancy' = any (e.special_situations))::integer as special_situations_pregnancy,
       ('overdose' = any (e.special_situations))::integer as special_situations_overdose,
       ('medication_error' = any (e.special_situations))::integer as special_situations_medication_error
from deidentified.numbered_adverse_event x
join adverse_event e on e.id = x.adverse_event_id;

create or replace view deidentified.drug_causality with (security_barrier) as
select x.study_code, x.participant_id, x.adverse_event_number, c.drug, c.causality, c.action_taken, c.dechallenge, c.rechallenge
from deidentified.numbered_adverse_event x
join adverse_event e on e.id = x.adverse_event_id
cross join lateral jsonb_to_recordset(e.causality) as c(
    drug text, causality text, action_taken text, dechallenge text, rechallenge text);

create view deidentified.severity_change with (security_barrier) as
select x.study_code, x.participant_id, x.adverse_event_number, c.severity_change_number::integer,
       (c.said ->> 'grade')::smallint as grade,
       deidentified.partial_study_day(c.said ->> 'changed_on', x.day_1) as changed_day,
       deidentified.precision_of(c.said ->> 'changed_on') as changed_precision
from deidentified.numbered_adverse_event x
join adverse_event e on e.id = x.adverse_event_id
cross join lateral jsonb_array_elements(e.severity_changes) with ordinality as c(said, severity_change_number);

grant select on deidentified.severity_change to registry_extract;
