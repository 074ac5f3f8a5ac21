-- Extracts as orders with states, worked on by the worker.

-- Those of before were written in their request, and are complete.
alter table extract
    alter column account_id drop not null,
    alter column software drop not null,
    alter column files drop not null,
    add column ordered_by text constraint extract_ordered_by_length check (length(ordered_by) between 1 and 200),
    add column state text not null default 'complete'
        constraint extract_state_known check (state = any (array['queued', 'writing', 'complete', 'refused', 'failed',
            'cancelled', 'expired'])),
    add column recipient text not null default 'unknown'
        constraint extract_recipient_length check (length(recipient) between 1 and 80),
    add column profile_version text not null default '1'
        constraint extract_profile_version_length check (length(profile_version) between 1 and 20),
    add column formats text[] not null default '{csv}',
    add column kinds text[] not null default '{}', -- names of files, in their order
    add column key_version smallint not null default 1
        constraint extract_key_version_range check (key_version between 1 and 9999),
    add column role text not null default 'unknown' constraint extract_role_length check (length(role) between 1 and 300),
    add column unblinded boolean not null default false, -- whether every role by which it was ordered knows the treatment
    add column rows jsonb,
    add column risk jsonb,
    add column participants integer constraint extract_participants_range check (participants between 0 and 2147483647),
    add column participants_sha256 text
        constraint extract_participants_sha256_form check (participants_sha256 ~ '^[0-9a-f]{64}$'),
    add column finished_at timestamptz,
    add column expires_at timestamptz,
    add column failure jsonb,
    add constraint extract_of_account_or_command check ((account_id is null) <> (ordered_by is null)),
    add constraint extract_files_when_written check (
        (state = any (array['complete', 'expired'])) = (files is not null and software is not null)),
    add constraint extract_failure_when_refused check ((state = any (array['refused', 'failed'])) = (failure is not null));
alter table extract
    alter column state drop default,
    alter column recipient drop default,
    alter column profile_version drop default,
    alter column formats drop default,
    alter column kinds drop default,
    alter column key_version drop default,
    alter column role drop default,
    alter column unblinded drop default;
create index extract_moment on extract (study_id, cut_at);
create index extract_unfinished on extract (id) where state = any (array['queued', 'writing']);
create index extract_expires on extract (expires_at) where state = 'complete';

-- What was ordered stays as it was ordered, and what has ended stays so, except that files expire.
create function extract_stays_as_ordered() returns trigger
    language plpgsql
as $$
begin
    if (new.study_id, new.account_id, new.ordered_by, new.purpose, new.sites, new.cut_at, new.cut, new.profile,
        new.profile_version, new.recipient, new.uses, new.formats, new.kinds, new.key_version, new.role, new.unblinded)
       is distinct from
       (old.study_id, old.account_id, old.ordered_by, old.purpose, old.sites, old.cut_at, old.cut, old.profile,
        old.profile_version, old.recipient, old.uses, old.formats, old.kinds, old.key_version, old.role, old.unblinded) then
        raise exception using errcode = 'check_violation', constraint = 'extract_as_ordered', table = 'extract',
            message = 'an order is never edited';
    end if;
    if old.state <> all (array['queued', 'writing']) and not (old.state = 'complete' and new.state = 'expired') then
        raise exception using errcode = 'check_violation', constraint = 'extract_ended', table = 'extract',
            message = 'what has ended does not change';
    end if;
    return new;
end
$$;
create trigger extract_stays_as_ordered before update on extract
    for each row execute function extract_stays_as_ordered();

-- How far the writing is, and whether it is to end: it changes each second, and is no record.
create table extract_progress (
    extract_id uuid not null constraint extract_progress_pkey primary key
        constraint extract_progress_extract_fkey references extract,
    step text not null default 'waiting' constraint extract_progress_step_length check (length(step) between 1 and 80),
    done integer not null default 0 constraint extract_progress_done_range check (done between 0 and 2147483647),
    total integer not null default 0 constraint extract_progress_total_range check (total between 0 and 2147483647),
    cancel_asked boolean not null default false,
    begun smallint not null default 0 -- how often somebody began, and ended by no end of the work
        constraint extract_progress_begun_range check (begun between 0 and 1000),
    changed_at timestamptz not null default clock_timestamp()
);
create trigger refuse_delete before delete on extract_progress for each statement execute function audit.refuse();
create trigger refuse_truncate before truncate on extract_progress for each statement execute function audit.refuse();
grant select, insert, update on extract_progress to registry_service;

-- Who was in which extract; the record of the extract has their number and the SHA-256 over their ids.
create table extract_participant (
    extract_id uuid not null constraint extract_participant_extract_fkey references extract,
    participant_id uuid not null,
    site_id uuid not null,
    constraint extract_participant_pkey primary key (extract_id, participant_id),
    constraint extract_participant_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id)
);
create index extract_participant_participant on extract_participant (participant_id, site_id);
create trigger refuse_update before update on extract_participant for each statement execute function audit.refuse();
create trigger refuse_delete before delete on extract_participant for each statement execute function audit.refuse();
create trigger refuse_truncate before truncate on extract_participant for each statement execute function audit.refuse();
alter table extract_participant enable row level security;
create policy by_site on extract_participant to registry_service
    using ((select sees_every_site()) or site_id = any ((select visible_sites())::uuid[]));
grant select, insert on extract_participant to registry_service;

-- How a study was released, or is about to be, and to whom: also where the caller may not see the extract.
create function releases_of(study uuid, profiles text[])
    returns table (moment timestamptz, recipient text, profile text, uses text[], sites uuid[])
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select distinct e.cut_at, e.recipient, e.profile, e.uses, e.sites from extract e
    where e.study_id = releases_of.study and e.profile = any (releases_of.profiles)
      and e.state = any (array['queued', 'writing', 'complete', 'expired']);
end;
revoke execute on function releases_of(uuid, text[]) from public;
grant execute on function releases_of(uuid, text[]) to registry_service;

-- Tell the worker, with the commit, that there is something to write.
create function call_writer(ordered uuid) returns void
    language plpgsql set search_path = procrastinate, pg_temp
as $$
begin
    perform procrastinate_defer_jobs_v1(array[row(
        'extracts', 'write_extract', 0, 'extract:' || ordered, 'extract:' || ordered,
        jsonb_build_object('extract_id', ordered), null)::procrastinate_job_to_defer_v1]);
end
$$;
revoke execute on function call_writer(uuid) from public;
grant execute on function call_writer(uuid) to registry_service;
