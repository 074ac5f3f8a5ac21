-- Source verification, signature with a password of its own, lock and data cut.

-- What must not stand in an image: the hash of a token, and what a signing password is checked by.
create or replace function audit.image(record jsonb) returns jsonb
    language sql immutable parallel safe
    return jsonb_strip_nulls(record - array['sha256', 'scrypt']);

-- --- roles by site ---------------------------------------------------------------------------------------------------

-- By which roles somebody acts at a site, as the service has said it; the same everywhere where it has not said it by site.
create function role_at(site uuid) returns text
    language sql stable parallel safe
    return coalesce(said('site_roles')::jsonb ->> site::text, said('site_roles')::jsonb ->> '*', said('role'));

-- Keep one event as before, with the roles that are held at the site of its record.
create or replace function audit.keep(action text, kind text, image jsonb, previous jsonb) returns void
    language plpgsql security definer set search_path = audit, public, pg_temp
as $$
declare
    site constant uuid := image ->> 'site_id';
begin
    if said('actor') is null or said('change_set') is null or said('request_id') is null then
        raise exception using errcode = 'insufficient_privilege', message = 'a write needs an actor: nothing was recorded';
    end if;
    perform pg_advisory_xact_lock_shared(audit.stamping_lock());
    insert into audit.event (change_set, request_id, actor_id, actor, organisation, role, client, reason, action, kind,
                             record_id, version, site_id, participant_id, before, after)
    values (said('change_set')::uuid, said('request_id'), nullif(said('actor_id'), '')::uuid, said('actor'),
            coalesce(said('organisation'), '-'), coalesce(case when site is null then said('role') else role_at(site) end, '-'),
            coalesce(said('client'), '-'), said('reason'),
            action, kind, (image ->> 'id')::uuid, (image ->> 'version')::integer, site,
            coalesce(image ->> 'participant_id', case when kind = 'participant' then image ->> 'id' end)::uuid,
            previous, image);
end
$$;

-- --- source verification -------------------------------------------------------------------------------------------

create table source_verification (
    id uuid not null default uuidv7() constraint source_verification_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint source_verification_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    visit_id uuid not null,
    visit_version integer not null
        constraint source_verification_visit_version_range check (visit_version between 1 and 2147483647),
    forms text[] not null
        constraint source_verification_forms_known check (forms <@ array['header', 'vital_signs', 'disease_activity',
            'muscle_strength', 'skin_disease', 'functioning', 'organ_involvement', 'damage', 'laboratory_results']),
    account_id uuid not null constraint source_verification_account_fkey references account,
    verified_by text not null constraint source_verification_verified_by_length check (length(verified_by) between 1 and 120),
    state text not null default 'standing'
        constraint source_verification_state_known check (state = any (array['standing', 'withdrawn'])),
    constraint source_verification_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint source_verification_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id)
);
create index source_verification_participant on source_verification (participant_id, site_id);
create index source_verification_visit on source_verification (visit_id, site_id);
create index source_verification_study on source_verification (study_id, id);
create index source_verification_site on source_verification (site_id);
create index source_verification_account on source_verification (account_id);
call audit.watch('source_verification');

-- The parts of a visit that are verified one by one.
create function visit_parts() returns text[]
    language sql immutable parallel safe
    return array['header', 'vital_signs', 'disease_activity', 'muscle_strength', 'skin_disease', 'functioning',
                 'organ_involvement', 'damage', 'laboratory_results'];

-- A part of the image of a visit; null where it was not filled in.
create function part_of_visit(image jsonb, part text) returns jsonb
    language sql immutable parallel safe
    return case part
        when 'header' then image - array['forms', 'laboratory_results', 'version', 'changed_at']
        when 'laboratory_results' then nullif(image -> 'laboratory_results', '[]')
        else image -> 'forms' -> part end;

-- The image of one version of a record, as the audit keeps it.
create function image_of_version(of_kind text, record uuid, of_version integer) returns jsonb
    language sql stable
    return (select e.after from audit.event e
            where e.record_id = record and e.kind = of_kind and e.version = of_version order by e.id desc limit 1);

-- --- the signing password --------------------------------------------------------------------------------------------

-- The second component of a signature; kept as scrypt only, removed by setting it to null.
create table signing_password (
    id uuid not null default uuidv7() constraint signing_password_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    account_id uuid not null constraint signing_password_account_fkey references account,
    scrypt text constraint signing_password_scrypt_length check (length(scrypt) between 20 and 400),
    is_set boolean generated always as (scrypt is not null) stored,
    refusals smallint not null default 0 constraint signing_password_refusals_range check (refusals between 0 and 32000),
    paused_until timestamptz,
    constraint signing_password_once unique (account_id)
);
call audit.watch('signing_password');

-- --- signatures ------------------------------------------------------------------------------------------------------

create table signature (
    id uuid not null default uuidv7() constraint signature_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint signature_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    kind text not null constraint signature_kind_known check (kind = any (array['visit', 'participant'])),
    record_id uuid not null,
    record_version integer not null constraint signature_record_version_range check (record_version between 1 and 2147483647),
    meaning text not null constraint signature_meaning_known check (meaning = any (array['review', 'approval', 'responsibility'])),
    statement text not null constraint signature_statement_length check (length(statement) between 1 and 300),
    account_id uuid not null constraint signature_account_fkey references account,
    printed_name text not null constraint signature_printed_name_length check (length(printed_name) between 1 and 120),
    signed_at timestamptz not null,
    records jsonb not null,
    records_sha256 text not null constraint signature_records_sha256_form check (records_sha256 ~ '^[0-9a-f]{64}$'),
    content_sha256 text not null constraint signature_content_sha256_form check (content_sha256 ~ '^[0-9a-f]{64}$'),
    constraint signature_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint signature_never_edited check (version = 1)
);
create index signature_participant on signature (participant_id, site_id);
create index signature_record on signature (record_id, record_version);
create index signature_study on signature (study_id, id);
create index signature_site on signature (site_id);
create index signature_account on signature (account_id);
call audit.watch('signature');

-- What a participant's signature covers: clinical records, and none that tells of a blinded treatment.
create function signed_kinds() returns text[]
    language sql immutable parallel safe
    return array['adverse_event', 'concomitant_medication', 'consent', 'dose', 'eligibility_assessment', 'enrolment',
                 'participant', 'skipped_visit', 'study_product_intake', 'visit', 'withdrawal'];

-- The records with their versions that a signature of a visit or of a whole participant covers, now or at a past moment.
-- In plpgsql, as what follows: it keeps its plans, and a list asks for a page of signatures.
create function records_to_sign(of_kind text, record uuid, at timestamptz) returns jsonb
    language plpgsql stable
as $$
begin
    if of_kind = 'visit' and at is null then
        return (select jsonb_build_array(jsonb_build_object('kind', 'visit', 'id', v.id, 'version', v.version))
                from visit v where v.id = record);
    elsif of_kind = 'visit' then
        return (select jsonb_build_array(jsonb_build_object('kind', 'visit', 'id', e.record_id, 'version', e.version))
                from audit.event e where e.record_id = record and e.kind = 'visit' and e.at <= records_to_sign.at
                order by e.id desc limit 1);
    end if;
    return (
        select jsonb_agg(jsonb_build_object('kind', n.kind, 'id', n.record_id, 'version', n.version)
                         order by n.kind collate "C", n.record_id)
        from (select distinct on (e.record_id) e.kind, e.record_id, e.version
              from audit.event e
              where e.participant_id = record and e.kind = any (signed_kinds())
                and (records_to_sign.at is null or e.at <= records_to_sign.at)
              order by e.record_id, e.id desc) n);
end
$$;

-- SHA-256 of a list of records with their versions, by which a signer says what was read.
create function records_sha256(records jsonb) returns text
    language sql immutable parallel safe
    return encode(sha256(convert_to(records::text, 'UTF8')), 'hex');

-- What is signed: who, when, what for, and each record as the audit keeps the version that was signed.
create function signed_content(s signature) returns jsonb
    language plpgsql stable
as $$
begin
    return jsonb_build_object(
        'kind', s.kind, 'id', s.record_id, 'version', s.record_version, 'account', s.account_id,
        'signer', s.printed_name, 'meaning', s.meaning, 'statement', s.statement,
        'signed_at', (to_jsonb(s.signed_at at time zone 'UTC') #>> '{}') || 'Z',
        'records', (select jsonb_agg(one || jsonb_build_object('image', (
                        select e.after from audit.event e
                        where e.record_id = (one ->> 'id')::uuid and e.kind = one ->> 'kind'
                          and e.version = (one ->> 'version')::integer)) order by place)
                    from jsonb_array_elements(s.records) with ordinality as listed(one, place)));
end
$$;

-- SHA-256 over the canonical form: the text of the content as jsonb, in UTF-8. Members stand in the order of their names
-- (shorter first, then by bytes), with ': ' and ', ' between them, and every number as it was recorded.
create function signed_sha256(s signature) returns text
    language sql stable
    return encode(sha256(convert_to(signed_content(s)::text, 'UTF8')), 'hex');

-- The service says what is signed with which meaning; who, when, and over what is set here, while the record is held still.
create function seal_signature() returns trigger
    language plpgsql
as $$
declare
    present integer;
    drafts boolean;
    read_sha256 text;
begin
    if new.kind = 'visit' then
        perform from visit v where v.id = new.record_id for share;
        select v.version, v.status = 'draft' or v.entered_in_error into present, drafts from visit v where v.id = new.record_id;
    else
        perform from participant p where p.id = new.record_id for share;
        select p.version, exists (select from visit v where v.participant_id = p.id and v.status = 'draft' and not v.entered_in_error)
        into present, drafts from participant p where p.id = new.record_id;
    end if;
    if present is distinct from new.record_version then
        raise exception using errcode = 'check_violation', constraint = 'signature_of_present_version', table = 'signature',
            message = 'the record has another version by now';
    end if;
    if drafts then
        raise exception using errcode = 'check_violation', constraint = 'signature_of_complete_visits', table = 'signature',
            message = 'a draft and what was entered in error are not signed';
    end if;
    new.account_id := said('actor_id')::uuid;
    new.printed_name := (select a.name from account a where a.id = new.account_id);
    new.signed_at := clock_timestamp();
    new.records := records_to_sign(new.kind, new.record_id, null);
    read_sha256 := records_sha256(new.records);
    if new.records_sha256 is null and new.kind = 'visit' then
        new.records_sha256 := read_sha256;
    elsif new.records_sha256 is distinct from read_sha256 then
        raise exception using errcode = 'check_violation', constraint = 'signature_of_records_read', table = 'signature',
            message = 'a record has another version than the one that was read';
    end if;
    new.content_sha256 := signed_sha256(new);
    return new;
end
$$;
create trigger seal_signature before insert on signature for each row execute function seal_signature();

-- How a signature stands, now or at a past moment: valid while what it covers is as it was signed and its hash fits it,
-- otherwise invalidated, with the first version that it does not cover and since when.
create function standing_of(s signature, at timestamptz) returns jsonb
    language plpgsql stable
as $$
begin
    if s.records is distinct from records_to_sign(s.kind, s.record_id, standing_of.at) then
        return jsonb_build_object('status', 'invalidated') || coalesce((
            select jsonb_build_object('invalidated_at', e.at, 'invalidated_by',
                jsonb_build_object('kind', e.kind, 'id', e.record_id, 'version', e.version))
            from audit.event e
            where e.participant_id = s.participant_id and e.kind = any (signed_kinds())
              and (s.kind = 'participant' or e.record_id = s.record_id)
              and not exists (select from jsonb_array_elements(s.records) one
                              where one ->> 'id' = e.record_id::text and (one ->> 'version')::integer >= e.version)
            order by e.id limit 1), '{}');
    end if;
    return jsonb_build_object('status', case when s.content_sha256 = signed_sha256(s) then 'valid' else 'invalidated' end);
end
$$;

-- --- locks -----------------------------------------------------------------------------------------------------------

-- What of a study is frozen (the site changes nothing) or locked (nobody does): one row a study, site, participant or visit.
create table data_lock (
    id uuid not null default uuidv7() constraint data_lock_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint data_lock_study_fkey references study,
    site_id uuid constraint data_lock_site_fkey references site,
    participant_id uuid,
    scope text not null constraint data_lock_scope_known check (scope = any (array['study', 'site', 'participant', 'visit'])),
    record_id uuid not null,
    state text not null constraint data_lock_state_known check (state = any (array['open', 'frozen', 'locked'])),
    reason text not null constraint data_lock_reason_length check (length(reason) between 1 and 500),
    constraint data_lock_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint data_lock_once unique (study_id, record_id)
);
create index data_lock_participant on data_lock (participant_id, site_id);
create index data_lock_site on data_lock (site_id);
create index data_lock_page on data_lock (study_id, id);
call audit.watch('data_lock');
-- A lock of the whole study is seen at every site, and set by whoever sees every site.
alter policy by_site on data_lock
    using ((select sees_every_site()) or site_id is null or site_id = any ((select visible_sites())::uuid[]))
    with check ((select sees_every_site()) or site_id = any ((select visible_sites())::uuid[]));

-- The advisory locks that stand for the data of a study: writers share it, and who changes a lock has it alone.
create function data_of_studies() returns integer language sql immutable parallel safe return 1014;

-- A lock takes hold once those who are writing have ended: after it, nothing more is committed.
create function place_data_lock() returns trigger
    language plpgsql
as $$
begin
    perform pg_advisory_xact_lock(data_of_studies(), hashtext(new.study_id::text));
    new.site_id := null;
    new.participant_id := null;
    if new.scope = 'site' then
        new.site_id := (select s.id from site s where s.id = new.record_id);
    elsif new.scope = 'participant' then
        select p.site_id, p.id into new.site_id, new.participant_id
        from participant p where p.id = new.record_id and p.study_id = new.study_id;
    elsif new.scope = 'visit' then
        select v.site_id, v.participant_id into new.site_id, new.participant_id
        from visit v where v.id = new.record_id and v.study_id = new.study_id;
    end if;
    if new.scope = 'study' and new.record_id <> new.study_id or new.scope <> 'study' and new.site_id is null then
        raise exception using errcode = 'check_violation', constraint = 'data_lock_of_its_study', table = 'data_lock',
            message = 'there is no such record in the study';
    end if;
    return new;
end
$$;
create trigger place_data_lock before insert or update on data_lock for each row execute function place_data_lock();

-- Which of the locks on a record's study, site, participant or visit refuses to write it: one that is locked, and one that is
-- frozen unless a data manager of the site writes.
create function locks_that_refuse(study uuid, site uuid, records uuid[]) returns setof data_lock
    language sql stable
as $$
    select l.* from data_lock l
    where l.study_id = study and l.record_id = any (records || array[study, site])
      and (l.state = 'locked' or l.state = 'frozen' and not coalesce('data_manager' = any (string_to_array(role_at(site), ',')), false))
$$;

-- A write is refused where its study, site, participant or visit is locked, or frozen. Told 'locked', it is while it is locked.
create function refuse_locked() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    widest_first constant text[] := array['study', 'site', 'participant', 'visit'];
    frozen_too constant boolean := tg_nargs = 0;
    held record;
begin
    perform pg_advisory_xact_lock_shared(data_of_studies(), hashtext(w.study_id::text))
    from (select distinct study_id from written) w;
    if tg_table_name = 'participant' then
        select l.scope, l.state into held
        from written w cross join lateral locks_that_refuse(w.study_id, w.site_id, array[w.id]) l
        order by array_position(widest_first, l.scope) limit 1;
    elsif tg_table_name = 'visit' then
        select l.scope, l.state into held
        from written w cross join lateral locks_that_refuse(w.study_id, w.site_id, array[w.participant_id, w.id]) l
        order by array_position(widest_first, l.scope) limit 1;
    elsif tg_table_name = any (array['form_entry', 'form_reconciliation']) then
        select l.scope, l.state into held
        from written w cross join lateral locks_that_refuse(w.study_id, w.site_id, array[w.participant_id, w.visit_id]) l
        order by array_position(widest_first, l.scope) limit 1;
    else
        select l.scope, l.state into held
        from written w cross join lateral locks_that_refuse(w.study_id, w.site_id, array[w.participant_id]) l
        where frozen_too or l.state = 'locked'
        order by array_position(widest_first, l.scope) limit 1;
    end if;
    if held.scope is not null then
        raise exception using errcode = 'check_violation', constraint = 'record_locked', table = tg_table_name,
            column = held.scope, datatype = held.state, message = 'the record is ' || held.state;
    end if;
    return null;
end
$$;

-- A table whose writing locks refuse. What is not stopped: recording a person's withdrawal, and the workflow.
create procedure hold_under_locks(record_table regclass)
    language plpgsql
as $$
begin
    execute format('create trigger refuse_locked_insert after insert on %s referencing new table as written
                    for each statement execute function refuse_locked()', record_table);
    execute format('create trigger refuse_locked_update after update on %s referencing new table as written
                    for each statement execute function refuse_locked()', record_table);
end
$$;
revoke execute on procedure hold_under_locks(regclass) from public;
call hold_under_locks('participant');
call hold_under_locks('enrolment');
call hold_under_locks('eligibility_assessment');
call hold_under_locks('consent');
call hold_under_locks('visit');
call hold_under_locks('form_entry');
call hold_under_locks('form_reconciliation');
call hold_under_locks('skipped_visit');
call hold_under_locks('allocation');
call hold_under_locks('dose');
call hold_under_locks('concomitant_medication');
call hold_under_locks('adverse_event');

-- A person may always withdraw, and what was recorded of it is not undone. A deviation is noted whenever it is found, and judged
-- also while the data are frozen, for that is the time of cleaning.
create trigger refuse_locked_update after update on withdrawal referencing new table as written
    for each statement execute function refuse_locked();
create trigger refuse_locked_update after update on protocol_deviation referencing new table as written
    for each statement execute function refuse_locked('locked');

-- --- data cuts -------------------------------------------------------------------------------------------------------

-- A moment with a name, which extracts refer to.
create table data_cut (
    id uuid not null default uuidv7() constraint data_cut_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint data_cut_study_fkey references study,
    code text not null constraint data_cut_code_form check (code ~ '^[A-Z0-9][A-Z0-9-]{1,39}$'),
    name text not null constraint data_cut_name_length check (length(name) between 1 and 200),
    moment timestamptz not null,
    constraint data_cut_once unique (study_id, code),
    constraint data_cut_not_in_the_future check (moment <= recorded_at),
    constraint data_cut_never_edited check (version = 1)
);
create index data_cut_page on data_cut (study_id, id);
call audit.watch('data_cut');

-- An extract may refer to a cut of its study.
alter table extract add column cut text;
alter table extract add constraint extract_cut_fkey foreign key (study_id, cut) references data_cut (study_id, code);
create index extract_cut on extract (study_id, cut);

-- Whether anything of a study that an extract is made of was written after a moment: the study, its documents of consent, the
-- sites of its participants, and their records.
create function has_changed_since(study uuid, since timestamptz) returns boolean
    language sql stable
    return exists (select from audit.event e
                   where e.at > since
                     and (e.kind = 'study' and e.record_id = study
                          or e.kind = 'consent_document' and e.after ->> 'study_id' = study::text
                          or e.kind = 'site' and exists (select from participant p where p.site_id = e.record_id and p.study_id = study)
                          or e.kind = any (signed_kinds() || array['protocol_deviation'])
                             and e.participant_id is not null
                             and exists (select from participant p where p.id = e.participant_id and p.study_id = study)));
