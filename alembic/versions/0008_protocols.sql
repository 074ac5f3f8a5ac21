-- Protocol versions and where they are in force; every record knows the version that it was made under.

-- What every table of records has: the audit's triggers, no delete, the service's rights, and row security by site.
create procedure audit.watch(record_table regclass)
    language plpgsql
as $$
begin
    execute format('create trigger audit_insert after insert on %s referencing new table as written
                    for each statement execute function audit.on_insert()', record_table);
    execute format('create trigger audit_update after update on %s referencing old table as replaced new table as written
                    for each statement execute function audit.on_update()', record_table);
    execute format('create trigger refuse_delete before delete on %s for each statement execute function audit.refuse()', record_table);
    execute format('create trigger refuse_truncate before truncate on %s for each statement execute function audit.refuse()', record_table);
    execute format('grant select, insert, update on %s to registry_service', record_table);
    if exists (select from pg_attribute where attrelid = record_table and attname = 'participant_id' and not attisdropped) then
        execute format('alter table %s enable row level security', record_table);
        execute format('create policy by_site on %s to registry_service
                        using ((select sees_every_site()) or site_id = any ((select visible_sites())::uuid[]))', record_table);
    end if;
end
$$;
revoke execute on procedure audit.watch(regclass) from public;

-- A definition of a study, whole and never edited: an amendment of the protocol is the next version.
create table protocol_version (
    id uuid not null default uuidv7() constraint protocol_version_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint protocol_version_study_fkey references study,
    number text not null constraint protocol_version_number_length check (length(number) between 1 and 40),
    summary text not null constraint protocol_version_summary_length check (length(summary) between 1 and 2000),
    arms jsonb not null default '[]',
    schedule jsonb not null default '[]',
    eligibility jsonb not null default '[]',
    stratification jsonb not null default '[]',
    randomisation jsonb,
    blinding jsonb,
    consent_documents jsonb not null default '[]',
    assent_from_age smallint constraint protocol_version_assent_from_age_range check (assent_from_age between 0 and 25),
    double_entry_forms text[] not null default '{}'
        constraint protocol_version_double_entry_forms_known check (double_entry_forms <@ array['vital_signs',
            'disease_activity', 'muscle_strength', 'skin_disease', 'functioning', 'organ_involvement', 'damage']),
    constraint protocol_version_number_once unique (study_id, number),
    constraint protocol_version_never_edited check (version = 1)
);
call audit.watch('protocol_version');

-- From which day a version is in force at a site; at every site where none is named.
create table protocol_activation (
    id uuid not null default uuidv7() constraint protocol_activation_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint protocol_activation_study_fkey references study,
    protocol_version_id uuid not null constraint protocol_activation_protocol_version_fkey references protocol_version,
    site_id uuid constraint protocol_activation_site_fkey references site,
    effective_from date not null
        constraint protocol_activation_effective_from_range check (effective_from between '1990-01-01' and '2100-12-31'),
    entered_in_error boolean not null default false
);
create unique index protocol_activation_once on protocol_activation (protocol_version_id, site_id) nulls not distinct
    where not entered_in_error;
create index protocol_activation_study on protocol_activation (study_id, id);
create index protocol_activation_protocol_version on protocol_activation (protocol_version_id);
create index protocol_activation_site on protocol_activation (site_id);
call audit.watch('protocol_activation');

-- What happened to a study's definition is seen by whoever may see any site, as what happened to studies and sites.
alter policy by_site on audit.event
    using ((select sees_every_site()) or site_id = any ((select visible_sites())::uuid[])
           or (kind = any (array['study', 'site', 'protocol_version', 'protocol_activation'])
               and (select said('sites')) is not null));

-- The version in force at a site on a day; null where a study has none yet.
create function protocol_version_in_force(study uuid, site uuid, day date) returns uuid
    language sql stable
    return (select a.protocol_version_id from protocol_activation a
            where a.study_id = study and (a.site_id = site or a.site_id is null) and not a.entered_in_error
              and a.effective_from <= day
            order by a.effective_from desc, a.id desc limit 1);

-- A record is made under the version in force at its site: on the day that the first of its columns named here tells, today
-- without one. Where that day is corrected, so is the version.
create function made_under_protocol() returns trigger
    language plpgsql
as $$
declare
    told text;
    told_before text;
begin
    for place in 0 .. tg_nargs - 1 loop
        told := coalesce(told, to_jsonb(new) ->> tg_argv[place]);
        if tg_op = 'UPDATE' then
            told_before := coalesce(told_before, to_jsonb(old) ->> tg_argv[place]);
        end if;
    end loop;
    if tg_op = 'UPDATE' and told is not distinct from told_before then
        return new;
    end if;
    new.protocol_version_id := protocol_version_in_force(
        new.study_id, new.site_id,
        coalesce(told::date, (now() at time zone (select s.time_zone from site s where s.id = new.site_id))::date));
    return new;
end
$$;

do $$
declare
    one text;
    day text;
begin
    for one, day in values ('participant', null), ('consent', 'given_on'), ('visit', 'visited_on'), ('dose', null),
                           ('concomitant_medication', null), ('adverse_event', null) loop
        execute format('alter table %I add protocol_version_id uuid constraint %I references protocol_version',
                       one, one || '_protocol_version_fkey');
        execute format('create index %I on %I (protocol_version_id)', one || '_protocol_version', one);
        execute format('create trigger made_under_protocol before insert%s on %I for each row
                        execute function made_under_protocol(%s)',
                       coalesce(' or update of ' || day, ''), one, coalesce(quote_literal(day), ''));
    end loop;
end
$$;

-- Roles of a blinded trial, who know the treatment: the pharmacist and the unblinded statistician.
alter table access_grant drop constraint access_grant_role_known;
alter table access_grant add constraint access_grant_role_known
    check (role = any (array['coordinator', 'investigator', 'monitor', 'data_manager', 'safety_officer', 'statistician',
                             'partner', 'auditor', 'administrator', 'pharmacist', 'unblinded_statistician']));

-- The events that a schedule may plan: screening, weeks, an early end, follow-up.
alter table visit drop constraint visit_event_known;
alter table visit add constraint visit_event_known check (event = any (array[
            'screening', 'week_0', 'week_2', 'week_4', 'week_6', 'week_8', 'week_10', 'week_12', 'week_16',
            'week_20', 'week_24', 'week_28', 'week_32', 'week_36', 'week_40', 'week_44', 'week_48', 'week_52',
            'week_56', 'week_60', 'week_64', 'week_68', 'week_72', 'week_76', 'week_80', 'week_84', 'week_88',
            'week_92', 'week_96', 'week_100', 'week_104', 'week_108', 'week_120', 'week_132', 'week_144', 'week_156',
            'week_168', 'week_180', 'week_192', 'week_204', 'week_216', 'week_228', 'week_240', 'week_252',
            'week_264', 'week_276', 'week_288', 'week_300', 'week_312', 'early_termination', 'follow_up',
            'unscheduled']));

-- As before, but for how long a reader of the past waits: `registry.patience`, where it is set, ten seconds otherwise.
create or replace function audit.settled() returns timestamptz
    language plpgsql security definer set search_path = audit, public, pg_temp
as $$
declare
    moment constant timestamptz := clock_timestamp();
    patience constant interval := coalesce(nullif(current_setting('registry.patience', true), ''), '10 s')::interval;
    stamping text[] := audit.stamping();
begin
    while stamping && audit.stamping() loop
        if clock_timestamp() > moment + patience then
            raise exception using errcode = 'lock_not_available', message = 'a long write is being committed';
        end if;
        perform pg_sleep(0.002);
    end loop;
    return moment;
end
$$;
