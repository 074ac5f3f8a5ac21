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

-- What counts of a participant fits together: nothing begins after the death, a death has one day, a pregnancy is possible.
-- The participant is held, so that of two writes at once the second sees the first. The latest day a death may have had is
-- that of its date as far as it is known, or the day on which it was told.
create function adverse_event_fits_the_others() returns trigger
    language plpgsql
as $$
declare
    child participant;
    zone text;
    other record;
    death_from constant date := first_day_of(coalesce(new.died_on, new.ended_on));
    death_to date;
begin
    if new.entered_in_error then
        return null;
    end if;
    select p.* into child from participant p where p.id = new.participant_id for no key update;
    if 'pregnancy' = any (new.special_situations) and child.sex_at_birth = 'male' then
        raise exception using errcode = 'check_violation', constraint = 'adverse_event_pregnancy_possible',
            table = 'adverse_event', message = 'the participant cannot be pregnant';
    end if;
    select s.time_zone into zone from site s where s.id = new.site_id;
    death_to := least(last_day_of(coalesce(new.died_on, new.ended_on)), (new.changed_at at time zone zone)::date);
    for other in
        select first_day_of(e.started_on) as begins, e.outcome = 'fatal' as fatal,
               first_day_of(coalesce(e.died_on, e.ended_on)) as death_from,
               least(last_day_of(coalesce(e.died_on, e.ended_on)), (e.changed_at at time zone zone)::date) as death_to
        from adverse_event e
        where e.participant_id = new.participant_id and e.id <> new.id and not e.entered_in_error
    loop
        if other.fatal and first_day_of(new.started_on) > other.death_to then
            raise exception using errcode = 'check_violation', constraint = 'adverse_event_not_after_death',
                table = 'adverse_event', message = 'it begins after the death of the participant';
        elsif new.outcome = 'fatal' and other.begins > death_to then
            raise exception using errcode = 'check_violation', constraint = 'adverse_event_death_comes_last',
                table = 'adverse_event', message = 'another event begins after this death';
        elsif new.outcome = 'fatal' and other.fatal and (death_from > other.death_to or other.death_from > death_to) then
            raise exception using errcode = 'check_violation', constraint = 'adverse_event_one_death',
                table = 'adverse_event', message = 'another fatal event tells another day of death';
        end if;
    end loop;
    return null;
end
$$;
create trigger adverse_event_fits_the_others after insert or update on adverse_event
    for each row execute function adverse_event_fits_the_others();

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

-- A document that an assessment refers to is of its study and of the drug that is assessed.
create function sponsor_assessment_refers_to_its_study() returns trigger
    language plpgsql
as $$
begin
    if exists (select from jsonb_to_recordset(new.drugs) as d(drug text, reference_safety_information_id uuid)
               where d.reference_safety_information_id is not null
                 and not exists (select from reference_safety_information r
                                 where r.id = d.reference_safety_information_id and r.study_id = new.study_id
                                   and r.drug = d.drug)) then
        raise exception using errcode = 'foreign_key_violation', constraint = 'sponsor_assessment_reference_its_own',
            table = 'sponsor_assessment', message = 'a document is of another study or drug';
    end if;
    return null;
end
$$;
create trigger sponsor_assessment_refers_to_its_study after insert or update on sponsor_assessment
    for each row execute function sponsor_assessment_refers_to_its_study();

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
