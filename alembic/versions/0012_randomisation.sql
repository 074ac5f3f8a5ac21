-- Randomisation: sealed lists and their slots, and who was allocated when; the treatment stands in the slot and nowhere else.

-- A list for the allocation of participants; its seal is the SHA-256 over its slots, made when it was recorded.
create table randomisation_list (
    id uuid not null default uuidv7() constraint randomisation_list_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint randomisation_list_study_fkey references study,
    protocol_version_id uuid not null constraint randomisation_list_protocol_version_fkey references protocol_version,
    method text not null
        constraint randomisation_list_method_known check (method = any (array['permuted_blocks', 'minimisation'])),
    origin text not null constraint randomisation_list_origin_known check (origin = any (array['generated', 'uploaded'])),
    strata jsonb not null,
    slots integer not null constraint randomisation_list_slots_range check (slots between 1 and 10000),
    seal text not null constraint randomisation_list_seal_form check (seal ~ '^[0-9a-f]{64}$'),
    status text not null default 'in_use'
        constraint randomisation_list_status_known check (status = any (array['in_use', 'retired']))
);
create index randomisation_list_study on randomisation_list (study_id, id);
create index randomisation_list_protocol_version on randomisation_list (protocol_version_id);
call audit.watch('randomisation_list');

-- How chance is used in a list: whoever knew it could calculate arms from the order of allocation, or foresee the next.
create table randomisation_scheme (
    id uuid not null default uuidv7() constraint randomisation_scheme_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint randomisation_scheme_study_fkey references study,
    list_id uuid not null constraint randomisation_scheme_list_fkey references randomisation_list,
    block_sizes jsonb not null default '[]',
    probability numeric(4,3) constraint randomisation_scheme_probability_range check (probability between 0.5 and 1),
    imbalance text
        constraint randomisation_scheme_imbalance_known check (imbalance = any (array['range', 'variance'])),
    constraint randomisation_scheme_once unique (list_id),
    constraint randomisation_scheme_of_minimisation check ((probability is null) = (imbalance is null)),
    constraint randomisation_scheme_never_edited check (version = 1)
);
create index randomisation_scheme_study on randomisation_scheme (study_id);
call audit.watch('randomisation_scheme');

-- What a slot gives, and to whom it was given. Of a list for minimisation the slots are a stock of kits, all in one stratum,
-- and `draw` is the number below 2^48 by which chance decided. Without the `salt` of the list, whoever sees its seal could try
-- every order of the arms until one gave it.
create table randomisation_slot (
    id uuid not null default uuidv7() constraint randomisation_slot_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint randomisation_slot_study_fkey references study,
    list_id uuid not null constraint randomisation_slot_list_fkey references randomisation_list,
    stratum text collate "C" not null constraint randomisation_slot_stratum_length check (length(stratum) between 1 and 700),
    position integer not null constraint randomisation_slot_position_range check (position between 1 and 10000),
    arm text not null constraint randomisation_slot_arm_length check (length(arm) between 1 and 40),
    kit text constraint randomisation_slot_kit_length check (length(kit) between 1 and 40),
    salt text not null constraint randomisation_slot_salt_form check (salt ~ '^[0-9a-f]{32}$'),
    site_id uuid,
    participant_id uuid,
    draw numeric,
    constraint randomisation_slot_once unique (list_id, stratum, position),
    constraint randomisation_slot_participant_once unique (participant_id),
    constraint randomisation_slot_kit_once unique (study_id, kit),
    constraint randomisation_slot_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id)
);
create index randomisation_slot_site on randomisation_slot (site_id);
call audit.watch('randomisation_slot');

-- That a participant was allocated, under which number and from which list; not to what.
create table allocation (
    id uuid not null default uuidv7() constraint allocation_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint allocation_study_fkey references study,
    protocol_version_id uuid not null constraint allocation_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    list_id uuid not null constraint allocation_list_fkey references randomisation_list,
    number text not null constraint allocation_number_form check (number ~ '^[1-9][0-9]{5}$'),
    method text not null
        constraint allocation_method_known check (method = any (array['permuted_blocks', 'minimisation'])),
    stratum text not null constraint allocation_stratum_length check (length(stratum) between 1 and 700),
    levels jsonb not null default '[]',
    allocated_at timestamptz not null default clock_timestamp(),
    constraint allocation_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint allocation_once unique (participant_id),
    constraint allocation_number_once unique (study_id, number),
    constraint allocation_never_edited check (version = 1)
);
create index allocation_site on allocation (site_id);
create index allocation_list on allocation (list_id);
create index allocation_protocol_version on allocation (protocol_version_id);
create index allocation_study on allocation (study_id, id);
create index allocation_changed on allocation (study_id, changed_at);
create trigger made_under_protocol before insert on allocation for each row execute function made_under_protocol();
create trigger reschedule_new after insert on allocation for each row execute function reschedule_of_new();
call audit.watch('allocation');

-- The seal: SHA-256 over one line a slot, ended by a line feed, of study, list, stratum, position, arm, kit and salt between
-- tabs, in the order of stratum (by code point) and position.
create function seal_of(list uuid) returns text
    language sql stable
    return (select encode(sha256(convert_to((
                select string_agg(l.study_id || e'\t' || l.id || e'\t' || s.stratum || e'\t' || s.position || e'\t' || s.arm || e'\t'
                                  || coalesce(s.kit, '') || e'\t' || s.salt || e'\n', '' order by s.stratum, s.position)
                from randomisation_slot s where s.list_id = l.id), 'UTF8')), 'hex')
            from randomisation_list l where l.id = list);

-- What two protocol versions must have in common for one list to serve both: arms, factors, and how they are used.
create function randomised_as(protocol_version_id uuid) returns jsonb
    language sql stable
    return (select jsonb_build_array(
                (select jsonb_agg(a - 'name' order by place) from jsonb_array_elements(v.arms) with ordinality x(a, place)),
                (select jsonb_agg(jsonb_build_array(f -> 'code', jsonb_path_query_array(f, '$.levels[*].code')) order by place)
                 from jsonb_array_elements(v.stratification) with ordinality x(f, place)),
                v.randomisation - 'baseline_event')
            from protocol_version v where v.id = randomised_as.protocol_version_id);

-- A stratum stands in one list in use. All slots of a list come in one statement, which must make its seal.
create function list_is_the_only_one() returns trigger
    language plpgsql
as $$
begin
    perform from study s where s.id = new.study_id for no key update;
    if exists (select from randomisation_list l
               where l.study_id = new.study_id and l.status = 'in_use'
                 and randomised_as(l.protocol_version_id) = randomised_as(new.protocol_version_id)
                 and jsonb_path_query_array(l.strata, '$[*].stratum') ?| array(
                     select s ->> 'stratum' from jsonb_array_elements(new.strata) s)) then
        raise exception using errcode = 'unique_violation', constraint = 'randomisation_list_stratum_once',
            table = 'randomisation_list', message = 'a list in use has this stratum already';
    end if;
    return new;
end
$$;
create trigger randomisation_list_stratum_once before insert on randomisation_list
    for each row execute function list_is_the_only_one();

create function list_is_only_retired() returns trigger
    language plpgsql
as $$
declare
    kept constant text[] := array['version', 'changed_at', 'status'];
begin
    if to_jsonb(new) - kept <> to_jsonb(old) - kept or (old.status = 'retired' and new.status <> 'retired') then
        raise exception using errcode = 'check_violation', constraint = 'randomisation_list_only_retired',
            table = 'randomisation_list', message = 'a list is sealed: it is retired, and nothing else of it changes';
    end if;
    return new;
end
$$;
create trigger randomisation_list_only_retired before update on randomisation_list
    for each row execute function list_is_only_retired();

create function slots_make_the_seal() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if exists (select from (select distinct w.list_id, w.study_id from written w) w
               join randomisation_list l on l.id = w.list_id
               where l.seal is distinct from seal_of(l.id) or l.study_id <> w.study_id
                  or l.slots <> (select count(*) from randomisation_slot s where s.list_id = l.id)) then
        raise exception using errcode = 'check_violation', constraint = 'randomisation_slot_sealed',
            table = 'randomisation_slot', message = 'these slots are not those that were sealed';
    end if;
    return null;
end
$$;
create trigger randomisation_slot_makes_seal after insert on randomisation_slot referencing new table as written
    for each statement execute function slots_make_the_seal();

create function slot_stays_sealed() returns trigger
    language plpgsql
as $$
begin
    if old.participant_id is not null
       or (new.study_id, new.list_id, new.stratum, new.position, new.arm) <> (old.study_id, old.list_id, old.stratum, old.position, old.arm)
       or (new.kit, new.salt) is distinct from (old.kit, old.salt) then
        raise exception using errcode = 'check_violation', constraint = 'randomisation_slot_sealed',
            table = 'randomisation_slot', message = 'a slot is given once, and nothing else of it changes';
    end if;
    return new;
end
$$;
create trigger randomisation_slot_sealed before update on randomisation_slot for each row execute function slot_stays_sealed();

create function allocation_has_slot() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if not exists (select from randomisation_slot s where s.participant_id = new.participant_id and s.list_id = new.list_id) then
        raise exception using errcode = 'check_violation', constraint = 'allocation_has_slot', table = 'allocation',
            message = 'a participant is allocated by taking a slot';
    end if;
    return new;
end
$$;
create trigger allocation_has_slot before insert on allocation for each row execute function allocation_has_slot();

-- Why a participant cannot be allocated today, every reason; none where it can.
create function allocation_obstacles(participant uuid) returns text[]
    language sql stable
    return (
        select array_remove(array[
                   case when v.randomisation is null then 'not_randomised' end,
                   case when e.status is distinct from 'enrolled' then 'not_enrolled' end,
                   case when not counts_as_eligible(p.id, t.day) then 'not_eligible' end,
                   consent_gap(p.id, t.day),
                   case when exists (select from withdrawal w
                                     where w.participant_id = p.id and w.kind = any (array['treatment', 'follow_up'])
                                       and not w.entered_in_error and w.withdrawn_on <= t.day) then 'withdrawn' end,
                   case when v.randomisation is not null and not exists (
                       select from visit b where b.participant_id = p.id and b.event = v.randomisation ->> 'baseline_event'
                                             and b.status = 'complete' and not b.entered_in_error)
                       then 'no_baseline' end,
                   case when exists (
                       select from dose d
                       join protocol_version w on w.study_id = p.study_id and w.blinding ->> 'masking' = 'double_blind'
                                              and w.blinding -> 'products' ? d.drug
                       where d.participant_id = p.id and not d.entered_in_error and coalesce(d.ended_on >= t.day, true))
                       then 'takes_blinded_product' end], null)
        from participant p
        cross join lateral (select today_at(p.site_id) as day) t
        left join protocol_version v on v.id = protocol_version_in_force(p.study_id, p.site_id, t.day)
        left join enrolment e on e.participant_id = p.id
        where p.id = participant);

-- The arm by minimisation (Pocock and Simon 1975): for each arm, the imbalance over the margins of the new participant's
-- levels if it were given that arm; the arms of least imbalance share the probability, the others the rest, by their ratio.
-- Counts are divided by the ratio exactly: 232792560 is the least common multiple of 1 to 20. `draw` is below 2^48.
create function minimised_arm(study uuid, plan uuid, scheme randomisation_scheme, levels jsonb, draw numeric) returns text
    language sql stable
    return (
        with arm as (
            select a ->> 'code' as code, (a ->> 'ratio')::numeric as ratio, place
            from protocol_version v cross join jsonb_array_elements(v.arms) with ordinality x(a, place)
            where v.id = plan),
        margin as (
            select x.place as factor, jsonb_build_array(x.l - 'basis') as pattern
            from jsonb_array_elements(levels) with ordinality x(l, place)
            union all select 0, '[]' where levels = '[]'),
        given as (
            select s.arm, a.levels from randomisation_slot s join allocation a on a.participant_id = s.participant_id
            where s.study_id = study and a.method = 'minimisation'),
        counted as (
            select m.factor, b.code, b.ratio, count(g.arm) as number
            from margin m cross join arm b left join given g on g.arm = b.code and g.levels @> m.pattern
            group by m.factor, b.code, b.ratio),
        tried as (
            select c.code, n.factor, (n.number + (n.code = c.code)::integer) * (232792560 / n.ratio) as share
            from arm c cross join counted n),
        weighed as (
            select code, factor, case (scheme).imbalance when 'range' then max(share) - min(share)
                                 else count(*) * sum(share * share) - sum(share) * sum(share) end as imbalance
            from tried group by code, factor),
        ranked as (
            select code, sum(imbalance) = min(sum(imbalance)) over () as best from weighed group by code),
        reach as (
            select r.code, r.best, sum(a.ratio) over (partition by r.best order by a.place) as upto,
                   sum(a.ratio) over (partition by r.best) as whole,
                   case when bool_and(r.best) over () then 281474976710656
                        else 281474976710656 * (scheme).probability end as bound
            from ranked r join arm a on a.code = r.code)
        select code from reach
        where case when best then draw < bound and draw * whole < bound * upto
                   else draw >= bound and (draw - bound) * whole < (281474976710656 - bound) * upto end
        order by upto limit 1);

-- A number below 2^48 from the server's cryptographic generator: the first twelve digits of a UUID are random.
create function chance_below_2_48() returns bigint
    language sql volatile
    return ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint;

-- Take the slot for a participant: of its stratum the lowest that is free, or one of the arm that minimisation gives.
-- Whoever allocates in the same stratum (with minimisation, in the same study) waits from here until the end of the transaction.
create function take_slot(list randomisation_list, child participant, plan uuid, wanted text, levels jsonb) returns void
    language plpgsql
as $$
declare
    minimised constant boolean := list.method = 'minimisation';
    drawn bigint;
    chosen text;
begin
    perform pg_advisory_xact_lock(hashtext(case when minimised then list.study_id else list.id end::text), hashtext(wanted));
    if list.seal is distinct from seal_of(list.id) then
        raise exception using errcode = 'check_violation', constraint = 'randomisation_list_seal_holds',
            table = 'randomisation_list', message = 'the list is not as it was sealed';
    end if;
    if minimised and not exists (
            select from protocol_version v cross join jsonb_array_elements(v.arms) a
            where v.id = plan and not exists (
                select from randomisation_slot s
                where s.list_id = list.id and s.participant_id is null and s.arm = a ->> 'code')) then
        drawn := chance_below_2_48();
        select minimised_arm(list.study_id, plan, x, levels, drawn) into chosen
        from randomisation_scheme x where x.list_id = list.id;
    end if;
    update randomisation_slot s
    set participant_id = child.id, site_id = child.site_id, draw = drawn,
        version = s.version + 1, changed_at = clock_timestamp()
    where s.id = (select f.id from randomisation_slot f
                  where f.list_id = list.id and f.stratum = wanted and f.participant_id is null
                    and (not minimised or f.arm = chosen)
                  order by f.position limit 1);
    if not found then
        raise exception using errcode = 'check_violation', constraint = 'randomisation_list_exhausted',
            table = 'randomisation_list', message = 'no slot is left';
    end if;
end
$$;

-- Keep what an allocation asks of a participant as it is until the end of the transaction. Whoever amends a record and holds
-- the participant by it takes these locks in the same order; what is new of the participant waits for the participant.
create function hold_for_allocation(participant uuid) returns void
    language plpgsql
as $$
begin
    perform from enrolment e where e.participant_id = participant for share;
    perform from consent c where c.participant_id = participant for share; -- a withdrawal waits for the participant
    perform from visit v where v.participant_id = participant for share;
    perform from participant p where p.id = participant for no key update;
end
$$;

create function hold_participant() returns trigger
    language plpgsql
as $$
begin
    perform from participant p where p.id = new.participant_id for no key update;
    return new;
end
$$;
create trigger waits_for_allocation before insert on eligibility_assessment for each row execute function hold_participant();

-- Allocate a participant who may be seen, and give the record of it, which has no treatment; null where there is none to see.
-- The rules are asked under locks on what they ask, so that they hold when the transaction ends.
create function allocate(participant_id uuid, stratum text, levels jsonb) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    child participant;
    list randomisation_list;
    plan uuid;
    image jsonb;
    reason constant text := said('reason');
begin
    select p.* into child from participant p
    where p.id = allocate.participant_id and (sees_every_site() or p.site_id = any (visible_sites()));
    if not found then
        return null;
    end if;
    perform hold_for_allocation(child.id);
    if exists (select from allocation a where a.participant_id = child.id) then
        raise exception using errcode = 'unique_violation', constraint = 'allocation_once', table = 'allocation',
            message = 'the participant is allocated';
    end if;
    if allocation_obstacles(child.id) <> '{}' then
        raise exception using errcode = 'check_violation', constraint = 'allocation_of_ready', table = 'allocation',
            message = 'the participant cannot be allocated now';
    end if;
    plan := protocol_version_in_force(child.study_id, child.site_id, today_at(child.site_id));
    select l.* into list from randomisation_list l
    where l.study_id = child.study_id and l.status = 'in_use'
      and randomised_as(l.protocol_version_id) = randomised_as(plan)
      and jsonb_path_query_array(l.strata, '$[*].stratum') ?
          case l.method when 'minimisation' then 'all' else allocate.stratum end
    order by l.id limit 1 for share of l;
    if not found then
        raise exception using errcode = 'check_violation', constraint = 'allocation_has_list', table = 'allocation',
            message = 'no list in use has this stratum';
    end if;
    perform set_config('registry.reason', 'Allocation', true); -- of the slot, which is amended by it
    perform take_slot(list, child, plan, case list.method when 'minimisation' then 'all' else allocate.stratum end, levels);
    while image is null loop
        insert into allocation as a (study_id, site_id, participant_id, list_id, number, method, stratum, levels)
        values (child.study_id, child.site_id, child.id, list.id, (100000 + chance_below_2_48() % 900000)::text, list.method,
                allocate.stratum, allocate.levels)
        on conflict on constraint allocation_number_once do nothing
        returning audit.image(to_jsonb(a.*)) into image;
    end loop;
    perform set_config('registry.reason', coalesce(reason, ''), true);
    return image;
end
$$;

-- Whether lists are as they were sealed, by their slots and by the event of their making; and whether slots were given in the
-- order of the list (of minimisation: of the stock of each arm), one to every participant who is allocated: of its stratum,
-- and the one that the audit says.
create function randomisation_seals(study uuid)
    returns table (list_id uuid, study_id uuid, status text, seal text, slots integer, allocated integer, sealed boolean, in_order boolean)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select l.id, l.study_id, l.status, l.seal, l.slots, coalesce(o.allocated, 0)::integer,
           coalesce(l.seal = seal_of(l.id)
                    and l.seal = (select e.after ->> 'seal' from audit.event e where e.record_id = l.id and e.action = 'record')
                    and (select audit.image(to_jsonb(x)) = e.after from randomisation_scheme x
                         join audit.event e on e.record_id = x.id and e.action = 'record' where x.list_id = l.id), false),
           coalesce(o.in_order, true) and coalesce(o.allocated, 0) = (select count(*) from allocation a where a.list_id = l.id)
    from randomisation_list l
    left join lateral (
        select count(*) as allocated, bool_and(by_list = by_time and as_given) as in_order
        from (select a.id as allocation, s.by_list,
                     (l.method = 'minimisation' or s.stratum = a.stratum)
                     and (s.participant_id::text, s.arm) = (s.given ->> 'participant_id', s.given ->> 'arm') as as_given,
                     row_number() over (partition by s.pile order by a.allocated_at, a.id) as by_time
              from (select r.participant_id, r.stratum, r.arm, x.pile,
                           (select e.after from audit.event e where e.record_id = r.id order by e.id desc limit 1) as given,
                           row_number() over (partition by x.pile order by r.position) as by_list
                    from randomisation_slot r
                    cross join lateral (select case l.method when 'minimisation' then r.arm else r.stratum end as pile) x
                    where r.list_id = l.id) s
              join allocation a on a.participant_id = s.participant_id and a.list_id = l.id) s) o on true
    where randomisation_seals.study is null or l.study_id = randomisation_seals.study
    order by l.id;
end;

revoke execute on function allocate(uuid, text, jsonb), randomisation_seals(uuid) from public;
grant execute on function allocate(uuid, text, jsonb), randomisation_seals(uuid) to registry_service;
revoke execute on function take_slot(randomisation_list, participant, uuid, text, jsonb), seal_of(uuid),
    minimised_arm(uuid, uuid, randomisation_scheme, jsonb, numeric) from public;

-- That the baseline by which a participant was allocated counts no more is a deviation that somebody must judge.
create function baseline_of_allocated_stands() returns trigger
    language plpgsql
as $$
begin
    if exists (select from allocation a join protocol_version v on v.id = a.protocol_version_id
               where a.participant_id = old.participant_id and v.randomisation ->> 'baseline_event' = old.event) then
        perform note_deviation(old.participant_id, 'randomisation', today_at(old.site_id), old.event, old.id);
    end if;
    return null;
end
$$;
create trigger baseline_of_allocated_stands after update on visit for each row
    when (old.status = 'complete' and not old.entered_in_error
          and (new.entered_in_error or new.status <> 'complete' or new.event <> old.event))
    execute function baseline_of_allocated_stands();
