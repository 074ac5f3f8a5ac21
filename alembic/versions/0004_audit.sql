-- The audit: what was written, by whom, when and why. Append-only; written by triggers, never by the service.

create table audit.event (
    id           bigint generated always as identity constraint event_pkey primary key,
    at           timestamptz not null default clock_timestamp(),
    change_set   uuid not null,
    request_id   text not null,
    actor_id     uuid,
    actor        text not null,
    organisation text not null,
    role         text not null,
    client       text not null,
    reason       text,
    action       text not null,
    kind         text not null,
    record_id    uuid,
    version      integer,
    site_id      uuid,
    participant_id uuid,
    before       jsonb,
    after        jsonb,
    constraint event_change_has_reason check (action <> 'amend' or reason is not null)
);
create index event_record on audit.event (record_id, id desc);
create index event_participant on audit.event (participant_id, id desc);
create index event_actor on audit.event (actor_id, id desc);
create index event_change_set on audit.event (change_set);
create index event_at on audit.event (at);
create index event_kind on audit.event (kind, id desc);

-- Writers stamp their events while they hold this lock, shared; a reader of the past waits for them once (audit.settled).
create function audit.stamping_lock() returns bigint language sql immutable parallel safe return 7238150642;

-- Wait until every event that is stamped by now is committed, so that the past can be read and stays as it was read.
-- It waits for the transactions that hold the lock now and for no later one, and keeps no writer waiting. The answer is the
-- moment up to which the past is settled.
create function audit.settled() returns timestamptz
    language plpgsql security definer set search_path = audit, public, pg_temp
as $$
declare
    moment constant timestamptz := clock_timestamp();
    patience constant interval := '10 s';
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

-- The transactions that are stamping events at this moment.
create function audit.stamping() returns text[]
    language sql volatile
    return (select coalesce(array_agg(l.virtualtransaction), '{}') from pg_locks l
            where l.locktype = 'advisory' and l.mode = 'ShareLock' and l.granted
              and l.database = (select d.oid from pg_database d where d.datname = current_database())
              and (l.classid::bigint << 32 | l.objid::bigint) = audit.stamping_lock()
              and l.pid <> pg_backend_pid());

create function audit.refuse() returns trigger
    language plpgsql
as $$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = format('%s on %I.%I is refused: records are kept, the audit is append-only', tg_op, tg_table_schema, tg_table_name);
end
$$;

-- Keep one event with the attributes that the service has said for this transaction.
create function audit.keep(action text, kind text, image jsonb, previous jsonb) returns void
    language plpgsql security definer set search_path = audit, public, pg_temp
as $$
begin
    if said('actor') is null or said('change_set') is null or said('request_id') is null then
        raise exception using errcode = 'insufficient_privilege', message = 'a write needs an actor: nothing was recorded';
    end if;
    perform pg_advisory_xact_lock_shared(audit.stamping_lock());
    insert into audit.event (change_set, request_id, actor_id, actor, organisation, role, client, reason, action, kind,
                             record_id, version, site_id, participant_id, before, after)
    values (said('change_set')::uuid, said('request_id'), nullif(said('actor_id'), '')::uuid, said('actor'),
            coalesce(said('organisation'), '-'), coalesce(said('role'), '-'), coalesce(said('client'), '-'), said('reason'),
            action, kind, (image ->> 'id')::uuid, (image ->> 'version')::integer, (image ->> 'site_id')::uuid,
            coalesce(image ->> 'participant_id', case when kind = 'participant' then image ->> 'id' end)::uuid,
            previous, image);
end
$$;

-- What must not stand in an image: the hash of a token.
create function audit.image(record jsonb) returns jsonb
    language sql immutable parallel safe
    return jsonb_strip_nulls(record - 'sha256');

create function audit.on_insert() returns trigger
    language plpgsql security definer set search_path = audit, public, pg_temp
as $$
begin
    if exists (select from written where version <> 1) then
        raise exception using errcode = 'integrity_constraint_violation', message = 'a record begins at version 1';
    end if;
    perform audit.keep('record', tg_table_name, audit.image(to_jsonb(n)), null) from written n;
    return null;
end
$$;

create function audit.on_update() returns trigger
    language plpgsql security definer set search_path = audit, public, pg_temp
as $$
begin
    if exists (select from written n left join replaced o on o.id = n.id
               where o.id is null or (n is distinct from o and n.version <> o.version + 1)) then
        raise exception using errcode = 'integrity_constraint_violation',
            message = 'a change makes the next version of the same record';
    end if;
    perform audit.keep('amend', tg_table_name, audit.image(to_jsonb(n)), audit.image(to_jsonb(o)))
    from written n join replaced o using (id)
    where n is distinct from o;
    return null;
end
$$;

-- The visit as a whole: its header, its forms and its laboratory results, as one image.
create function visit_image(visit_id uuid) returns jsonb
    language sql stable
    return jsonb_strip_nulls((select to_jsonb(v) from visit v where v.id = visit_id)
        || jsonb_build_object(
            'forms', jsonb_build_object(
                'vital_signs', (select form_image(to_jsonb(f)) from vital_signs f where f.visit_id = visit_image.visit_id and not f.voided),
                'disease_activity', (select form_image(to_jsonb(f)) from disease_activity f where f.visit_id = visit_image.visit_id and not f.voided),
                'muscle_strength', (select form_image(to_jsonb(f)) from muscle_strength f where f.visit_id = visit_image.visit_id and not f.voided),
                'skin_disease', (select form_image(to_jsonb(f)) from skin_disease f where f.visit_id = visit_image.visit_id and not f.voided),
                'functioning', (select form_image(to_jsonb(f)) from functioning f where f.visit_id = visit_image.visit_id and not f.voided),
                'organ_involvement', (select form_image(to_jsonb(f)) from organ_involvement f where f.visit_id = visit_image.visit_id and not f.voided),
                'damage', (select form_image(to_jsonb(f)) from damage f where f.visit_id = visit_image.visit_id and not f.voided)),
            'laboratory_results', coalesce(
                (select jsonb_agg(to_jsonb(r) - array['visit_id', 'site_id', 'voided', 'participant_id', 'study_id'] order by r.position)
                 from laboratory_result r where r.visit_id = visit_image.visit_id and not r.voided), '[]')));

-- Keep the visit's image at the end of the transaction, when its parts are all there: one transaction, one version.
create function audit.on_visit() returns trigger
    language plpgsql security definer set search_path = audit, public, pg_temp
as $$
declare
    present constant jsonb := visit_image(new.id);
    previous jsonb;
begin
    if tg_op = 'UPDATE' then
        select after into previous from audit.event where record_id = new.id order by id desc limit 1;
    end if;
    if (present ->> 'version')::integer <> coalesce((previous ->> 'version')::integer, 0) + 1
       or (tg_op = 'UPDATE' and new.version <> old.version + 1) then
        raise exception using errcode = 'integrity_constraint_violation',
            message = 'a change makes the next version of the same record';
    end if;
    perform audit.keep(case tg_op when 'INSERT' then 'record' else 'amend' end, 'visit', present, previous);
    return null;
end
$$;

-- Whether the image of a visit's present version is kept: then its parts are written no more.
create function audit.is_kept(visit_id uuid) returns boolean
    language sql stable
    return exists (select from visit v join audit.event e on e.record_id = v.id and e.version = v.version where v.id = visit_id);

-- A form or a result is written only together with its visit, in the same transaction and before the image is kept.
create function audit.on_part_of_visit() returns trigger
    language plpgsql security definer set search_path = audit, public, pg_temp
as $$
declare
    late boolean := exists (select from (select distinct visit_id from written) w where is_kept(visit_id));
begin
    if tg_op = 'UPDATE' then
        late := late or exists (select from (select distinct visit_id from replaced) r where is_kept(visit_id));
    end if;
    if late then
        raise exception using errcode = 'integrity_constraint_violation',
            message = 'a part of a visit is written only with a new version of the visit';
    end if;
    return null;
end
$$;

do $$
declare
    one text;
begin
    foreach one in array array['study', 'site', 'account', 'access_grant', 'api_token', 'extract', 'participant', 'consent',
                               'dose', 'concomitant_medication', 'adverse_event'] loop
        execute format('create trigger audit_insert after insert on %I referencing new table as written
                        for each statement execute function audit.on_insert()', one);
        execute format('create trigger audit_update after update on %I referencing old table as replaced new table as written
                        for each statement execute function audit.on_update()', one);
    end loop;
    foreach one in array array['vital_signs', 'disease_activity', 'muscle_strength', 'skin_disease', 'functioning',
                               'organ_involvement', 'damage', 'laboratory_result'] loop
        execute format('create trigger audit_insert after insert on %I referencing new table as written
                        for each statement execute function audit.on_part_of_visit()', one);
        execute format('create trigger audit_update after update on %I referencing old table as replaced new table as written
                        for each statement execute function audit.on_part_of_visit()', one);
    end loop;
    for one in select format('%I.%I', schemaname, tablename) from pg_tables
               where schemaname = 'public' and tablename not in ('alembic_version', 'request_key')
                  or schemaname = 'audit' loop
        execute format('create trigger refuse_delete before delete on %s for each statement execute function audit.refuse()', one);
        execute format('create trigger refuse_truncate before truncate on %s for each statement execute function audit.refuse()', one);
    end loop;
end
$$;
create constraint trigger audit_visit after insert or update on visit deferrable initially deferred
    for each row execute function audit.on_visit();
create trigger refuse_update before update on audit.event for each statement execute function audit.refuse();

-- Events without a record: a log-in refused, an extract downloaded, the audit exported.
-- It is no event of a record, whatever it is told: no record's past can be made up.
create function audit.note(action text, kind text, details jsonb) returns void
    language plpgsql security definer set search_path = audit, public, pg_temp
as $$
begin
    if action = any (array['record', 'amend']) or exists (select from pg_tables t where t.tablename = kind) then
        raise exception using errcode = 'insufficient_privilege', message = 'only triggers keep events of records';
    end if;
    details := details - array['version', 'site_id', 'participant_id'];
    if not exists (select from extract e where e.id::text = details ->> 'id') then
        details := details - 'id'; -- only an extract is named by such an event: its download
    end if;
    perform audit.keep(action, kind, details, null);
end
$$;
