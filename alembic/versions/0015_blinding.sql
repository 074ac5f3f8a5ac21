-- Blinding: who sees treatment, what the pharmacist gives, what the site sees taken, and the breaking of a code.

-- Whether this transaction acts by roles that know the treatment, as the service has said it from the roles.
create function sees_treatment() returns boolean
    language sql stable parallel safe
    return coalesce(said('unblinded') = 'yes', false);

-- The kinds of record, and of event in the audit, that tell of treatment, or from which it can be calculated.
create function tells_treatment(kind text) returns boolean
    language sql immutable parallel safe
    return kind = any (array['randomisation_scheme', 'randomisation_slot', 'study_product_dose']);

-- Treatment is a secret where any version of the protocol is double-blind.
create function treatment_is_open(study uuid) returns boolean
    language sql stable
    return not exists (select from protocol_version v where v.study_id = study and v.blinding ->> 'masking' = 'double_blind');

-- Its study product, day by day, as the pharmacist knows it: kit, product and dose.
create table study_product_dose (
    id uuid not null default uuidv7() constraint study_product_dose_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint study_product_dose_study_fkey references study,
    protocol_version_id uuid constraint study_product_dose_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    kit text not null constraint study_product_dose_kit_length check (length(kit) between 1 and 40),
    product text not null
        constraint study_product_dose_product_known check (product = any (array['tofacitinib', 'baricitinib',
            'ruxolitinib', 'upadacitinib', 'filgotinib', 'peficitinib', 'deucravacitinib', 'ritlecitinib',
            'abrocitinib', 'delgocitinib', 'fedratinib', 'pacritinib', 'momelotinib', 'itacitinib', 'brepocitinib',
            'placebo'])),
    formulation text not null
        constraint study_product_dose_formulation_known check (formulation = any (array['tablet',
            'extended_release_tablet', 'oral_solution', 'capsule', 'cream'])),
    mg_per_intake numeric(7,3) not null constraint study_product_dose_mg_per_intake_range check (mg_per_intake between 0 and 1000),
    intakes_per_day numeric(4,2) not null
        constraint study_product_dose_intakes_per_day_range check (intakes_per_day between 0.1 and 12),
    other_product_reason text
        constraint study_product_dose_other_product_reason_length check (length(other_product_reason) between 1 and 500),
    units_dispensed integer constraint study_product_dose_units_dispensed_range check (units_dispensed between 0 and 10000),
    units_returned integer constraint study_product_dose_units_returned_range check (units_returned between 0 and 10000),
    started_on date not null
        constraint study_product_dose_started_on_range check (started_on between '1990-01-01' and '2100-12-31'),
    ended_on date constraint study_product_dose_ended_on_range check (ended_on between '1990-01-01' and '2100-12-31'),
    entered_in_error boolean not null default false,
    constraint study_product_dose_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint study_product_dose_placebo_has_none check ((product = 'placebo') = (mg_per_intake = 0)),
    constraint study_product_dose_returned_of_dispensed check (units_returned <= units_dispensed),
    constraint study_product_dose_end_follows_start check (ended_on >= started_on),
    constraint study_product_dose_no_overlap exclude using gist (
        participant_id with =, daterange(started_on, ended_on, '[]') with &&) where (not entered_in_error),
    constraint study_product_dose_kit_of_one exclude using gist (
        study_id with =, kit with =, participant_id with <>) where (not entered_in_error)
);

-- The same as the site sees it: that study product was taken, and how well. It tells nothing of what it was.
create table study_product_intake (
    id uuid not null default uuidv7() constraint study_product_intake_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint study_product_intake_study_fkey references study,
    protocol_version_id uuid constraint study_product_intake_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    started_on date not null
        constraint study_product_intake_started_on_range check (started_on between '1990-01-01' and '2100-12-31'),
    ended_on date constraint study_product_intake_ended_on_range check (ended_on between '1990-01-01' and '2100-12-31'),
    adherence text not null
        constraint study_product_intake_adherence_known check (adherence = any (array['full', 'mostly', 'partly', 'none', 'unknown'])),
    reason_for_end text
        constraint study_product_intake_reason_for_end_known check (reason_for_end = any (array['started', 'efficacy',
            'adverse_event', 'weight_band', 'access', 'infection_hold', 'procedure_hold', 'remission_taper', 'switch',
            'restarted', 'participant_choice', 'other', 'unknown'])),
    entered_in_error boolean not null default false,
    constraint study_product_intake_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint study_product_intake_end_follows_start check (ended_on >= started_on),
    constraint study_product_intake_no_overlap exclude using gist (
        participant_id with =, daterange(started_on, ended_on, '[]') with &&) where (not entered_in_error)
);

-- The opening of one participant's treatment; the treatment itself never stands here.
create table code_break (
    id uuid not null default uuidv7() constraint code_break_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint code_break_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    category text not null
        constraint code_break_category_known check (category = any (array['medical_emergency', 'overdose',
            'accidental_intake', 'pregnancy', 'safety_report', 'further_treatment', 'other'])),
    reason text not null constraint code_break_reason_length check (length(reason) between 1 and 500),
    emergency boolean not null default false,
    status text not null constraint code_break_status_known check (status = any (array['requested', 'opened', 'declined'])),
    requested_by uuid not null constraint code_break_requester_fkey references account,
    decided_by uuid constraint code_break_decider_fkey references account,
    opened_at timestamptz,
    acknowledged boolean not null default false,
    acknowledged_by uuid constraint code_break_acknowledger_fkey references account,
    acknowledged_at timestamptz,
    constraint code_break_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint code_break_emergency_category check (
        not emergency or category = any (array['medical_emergency', 'overdose', 'accidental_intake'])),
    constraint code_break_opened_has_moment check ((status = 'opened') = (opened_at is not null)),
    constraint code_break_opened_by_two check (status <> 'opened' or emergency or decided_by is not null),
    constraint code_break_second_person check (status <> 'opened' or decided_by <> requested_by),
    constraint code_break_acknowledged_by_somebody check (
        acknowledged = (acknowledged_by is not null) and acknowledged = (acknowledged_at is not null))
);
create unique index code_break_requested_once on code_break (participant_id) where status = 'requested';
create index code_break_requested_by on code_break (requested_by);
create index code_break_decided_by on code_break (decided_by);
create index code_break_acknowledged_by on code_break (acknowledged_by);

do $$
declare
    one text;
begin
    foreach one in array array['study_product_dose', 'study_product_intake', 'code_break'] loop
        execute format('create index %I on %I (participant_id, site_id)', one || '_participant', one);
        execute format('create index %I on %I (study_id, id)', one || '_study', one);
        execute format('create index %I on %I (site_id)', one || '_site', one);
        execute format('create index %I on %I (study_id, changed_at)', one || '_changed', one);
        execute format('call audit.watch(%L)', one);
    end loop;
    foreach one in array array['study_product_dose', 'study_product_intake'] loop
        execute format('create index %I on %I (protocol_version_id)', one || '_protocol_version', one);
        execute format('create trigger made_under_protocol before insert on %I for each row
                        execute function made_under_protocol()', one);
    end loop;
end
$$;

-- --- who sees it ---------------------------------------------------------------------------------------------------

-- What a policy asks already, and one thing more.
create procedure audit.ask_besides(record_table regclass, condition text)
    language plpgsql
as $$
begin
    execute format('alter policy by_site on %s using ((%s) and (%s))', record_table,
                   (select pg_get_expr(p.polqual, p.polrelid) from pg_policy p where p.polrelid = record_table), condition);
end
$$;
revoke execute on procedure audit.ask_besides(regclass, text) from public;

call audit.ask_besides('study_product_dose', '(select sees_treatment())');
call audit.ask_besides('audit.event', 'not tells_treatment(kind) or (select sees_treatment())');
-- In an open study the treatment of who is allocated is no secret; what comes next on the list always is.
do $$
begin
    if to_regclass('randomisation_slot') is not null then
        call audit.ask_besides('randomisation_slot',
            '(select sees_treatment()) or (participant_id is not null and treatment_is_open(study_id))');
    end if;
end
$$;

alter table randomisation_scheme enable row level security;
create policy unblinded on randomisation_scheme to registry_service using ((select sees_treatment()));

-- The day, at the site, on which a participant was allocated.
create function allocated_on(participant uuid) returns date
    language plpgsql stable
as $$
begin
    return (select (a.allocated_at at time zone s.time_zone)::date from allocation a join site s on s.id = a.site_id
            where a.participant_id = participant);
end
$$;

-- The treatment of an allocated participant, for the two ways below that lead to it.
create function allocated_treatment(participant uuid) returns jsonb
    language plpgsql stable
as $$
begin
    return (select jsonb_strip_nulls(jsonb_build_object(
                'participant_id', a.participant_id, 'number', a.number, 'allocated_at', a.allocated_at, 'kit', s.kit,
                'arm', s.arm, 'arm_name', arm.said ->> 'name', 'product', arm.said ->> 'product'))
            from allocation a
            join randomisation_slot s on s.participant_id = a.participant_id
            join randomisation_list l on l.id = s.list_id
            join protocol_version v on v.id = l.protocol_version_id
            left join lateral jsonb_array_elements(v.arms) arm(said) on arm.said ->> 'code' = s.arm
            where a.participant_id = participant);
end
$$;

-- The treatment of a participant: for who may know it, each time with an event. By a code break it is opened for the two
-- people of that break only; without one, for who is unblinded, and for everyone where treatment is no secret.
create function treatment_of(participant uuid, by_code_break uuid) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    place record;
begin
    select p.study_id, p.site_id into place from participant p
    where p.id = participant and (sees_every_site() or p.site_id = any (visible_sites()));
    if place.study_id is null or not (
        sees_treatment()
        or (by_code_break is null and treatment_is_open(place.study_id))
        or exists (select from code_break b
                   where b.id = by_code_break and b.participant_id = participant and b.status = 'opened'
                     and said('actor_id')::uuid in (b.requested_by, b.decided_by))) then
        return null;
    end if;
    if not treatment_is_open(place.study_id) then
        perform audit.keep('access', 'treatment_access', jsonb_build_object(
            'participant_id', participant, 'site_id', place.site_id, 'code_break', by_code_break), null);
    end if;
    return allocated_treatment(participant);
end
$$;

-- Keep that somebody looked at records that tell of treatment: by which route, at whose and at which. It tells no treatment.
create function note_treatment_access(route text, participant uuid, record uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform audit.keep('access', 'treatment_access', jsonb_strip_nulls(jsonb_build_object(
        'route', route, 'record', record, 'participant_id', p.id, 'site_id', p.site_id)), null)
    from (select) one
    left join participant p on p.id = participant and (sees_every_site() or p.site_id = any (visible_sites()));
end
$$;
revoke execute on function treatment_of(uuid, uuid), note_treatment_access(text, uuid, uuid) from public;
grant execute on function treatment_of(uuid, uuid), note_treatment_access(text, uuid, uuid) to registry_service;

-- --- what keeps the blind ------------------------------------------------------------------------------------------

-- Study product is recorded apart only where it is blinded, and of nobody who is not allocated yet.
create function study_product_is_blinded() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    allocated constant date := allocated_on(new.participant_id);
begin
    if allocated is null or treatment_is_open(new.study_id) then
        raise exception using errcode = 'check_violation', constraint = 'study_product_blinded', table = tg_table_name,
            message = 'the participant has no blinded treatment';
    elsif new.started_on < allocated and not new.entered_in_error then
        raise exception using errcode = 'check_violation', constraint = 'study_product_after_allocation', table = tg_table_name,
            message = 'study product is taken from the day of allocation on';
    end if;
    return new;
end
$$;
create trigger study_product_is_blinded before insert or update on study_product_dose
    for each row execute function study_product_is_blinded();
create trigger study_product_is_blinded before insert or update on study_product_intake
    for each row execute function study_product_is_blinded();

-- A kit is of one participant: not that of another's slot, nor of a slot that is still to be given. Another product than that
-- of the arm was given by mistake or for a reason, and is recorded with words. Asked after the policy has let the row in.
create function study_product_is_of_the_participant() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if exists (select from randomisation_slot s
               where s.study_id = new.study_id and s.kit = new.kit and s.participant_id is distinct from new.participant_id) then
        raise exception using errcode = 'check_violation', constraint = 'study_product_dose_kit_of_one', table = 'study_product_dose',
            message = 'the kit is that of another slot';
    elsif new.other_product_reason is null
          and new.product is distinct from allocated_treatment(new.participant_id) ->> 'product' then
        raise exception using errcode = 'check_violation', constraint = 'study_product_dose_of_arm', table = 'study_product_dose',
            message = 'the arm has another product';
    end if;
    return null;
end
$$;
create trigger study_product_is_of_the_participant after insert or update on study_product_dose
    for each row when (not new.entered_in_error) execute function study_product_is_of_the_participant();

-- From allocation until the code is opened, no dose says that a participant takes a product of the blinded study. What is
-- refused depends on the study's products, never on the participant's arm.
create function dose_keeps_the_blind() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    opened date;
begin
    if new.entered_in_error or treatment_is_open(new.study_id) or not exists (
        select from protocol_version v where v.study_id = new.study_id and v.blinding -> 'products' ? new.drug) then
        return new;
    end if;
    perform from participant p where p.id = new.participant_id for no key update; -- an allocation may be on its way
    select min((b.opened_at at time zone s.time_zone)::date) into opened
    from code_break b join site s on s.id = b.site_id where b.participant_id = new.participant_id;
    if daterange(new.started_on, new.ended_on, '[]') && daterange(allocated_on(new.participant_id), opened)
       and allocated_on(new.participant_id) is not null then
        raise exception using errcode = 'check_violation', constraint = 'dose_blinded_product', table = 'dose',
            message = 'the product is given blinded';
    end if;
    return new;
end
$$;
create trigger dose_keeps_the_blind before insert or update on dose for each row execute function dose_keeps_the_blind();

create function code_break_has_something_to_open() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if allocated_on(new.participant_id) is null or treatment_is_open(new.study_id) then
        raise exception using errcode = 'check_violation', constraint = 'code_break_of_blinded', table = 'code_break',
            message = 'the participant has no blinded treatment';
    end if;
    return new;
end
$$;
create trigger code_break_has_something_to_open before insert on code_break
    for each row execute function code_break_has_something_to_open();

-- A code opened in an emergency is a deviation that somebody must judge.
create function code_break_is_a_deviation() returns trigger
    language plpgsql
as $$
begin
    if new.emergency then
        perform note_deviation(new.participant_id, 'unblinding', today_at(new.site_id), null, null);
    end if;
    return null;
end
$$;
create trigger code_break_is_a_deviation after insert on code_break for each row execute function code_break_is_a_deviation();

-- --- duties kept apart ---------------------------------------------------------------------------------------------

-- Who administers enters no data, who knows the treatment has no other part in the study, and who audits has none in it.
create function duty_of(role text) returns text
    language sql immutable parallel safe
    return case when role = any (array['pharmacist', 'unblinded_statistician']) then 'treatment'
                when role = 'administrator' then 'administration'
                when role = 'auditor' then 'oversight' else 'study' end;

do $$
begin
    if exists (select from access_grant g where g.revoked_at is null
               group by g.account_id having count(distinct duty_of(g.role)) > 1) then
        raise exception using
            message = 'an account holds the role of administrator or auditor beside another: end one of them, then upgrade',
            hint = 'select account_id from access_grant where revoked_at is null group by account_id
                    having count(distinct case when role in (''administrator'', ''auditor'') then role else ''study'' end) > 1';
    end if;
end
$$;
alter table access_grant add constraint access_grant_duties_apart
    exclude using gist (account_id with =, duty_of(role) with <>) where (revoked_at is null);
-- Lists, and with them the treatment of who is allocated, belong to a study and not to a site.
alter table access_grant add constraint access_grant_statistician_everywhere
    check (role <> 'unblinded_statistician' or site_id is null);

-- What somebody has known is not unlearnt when a role ends: who was ever unblinded is never given a blinded role again.
-- Who was blinded may become unblinded, once its other roles have ended.
create function once_unblinded_stays_so() returns trigger
    language plpgsql
as $$
begin
    if exists (select from access_grant g where g.account_id = new.account_id and duty_of(g.role) = 'treatment') then
        raise exception using errcode = 'check_violation', constraint = 'access_grant_once_unblinded', table = 'access_grant',
            message = 'the account has known the treatment';
    end if;
    return new;
end
$$;
create trigger access_grant_once_unblinded before insert or update on access_grant for each row
    when (new.revoked_at is null and duty_of(new.role) in ('study', 'oversight')) execute function once_unblinded_stays_so();

-- Locks hold the study product still as well (0014).
call hold_under_locks('study_product_dose');
call hold_under_locks('study_product_intake');
