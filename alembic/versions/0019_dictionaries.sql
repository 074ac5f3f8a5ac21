-- Dictionaries of terms, which one a study codes with, and the codes of its adverse events and concomitant medications.

-- A version of a dictionary, whole and never edited. What it holds is known by the SHA-256 of its terms.
create table dictionary (
    id uuid not null default uuidv7() constraint dictionary_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    name text not null constraint dictionary_name_form check (name ~ '^[A-Za-z][A-Za-z0-9 ._-]{0,39}$'),
    edition text not null constraint dictionary_edition_form check (edition ~ '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,19}$'),
    kind text not null
        constraint dictionary_kind_known check (kind = any (array['adverse_event', 'concomitant_medication'])),
    terms integer not null constraint dictionary_terms_range check (terms between 1 and 10000000),
    content_sha256 text not null constraint dictionary_content_sha256_form check (content_sha256 ~ '^[0-9a-f]{64}$'),
    constraint dictionary_edition_once unique (name, edition),
    constraint dictionary_of_kind unique (id, kind),
    constraint dictionary_never_edited check (version = 1)
);
call audit.watch('dictionary');

-- Words are compared without regard to case and to how they are spaced; accents count.
create function coding_text(words text) returns text
    language sql immutable parallel safe strict
    return lower(btrim(regexp_replace(words, '\s+', ' ', 'g')));

-- Its terms, with the hierarchy along their primary path. They are no records: the dictionary's own record tells what they are.
create table dictionary_term (
    id uuid not null default uuidv7() constraint dictionary_term_pkey primary key,
    dictionary_id uuid not null constraint dictionary_term_dictionary_fkey references dictionary,
    code text not null constraint dictionary_term_code_length check (length(code) between 1 and 120),
    term text not null constraint dictionary_term_term_length check (length(term) between 1 and 250),
    preferred_code text constraint dictionary_term_preferred_code_length check (length(preferred_code) between 1 and 120),
    preferred_term text constraint dictionary_term_preferred_term_length check (length(preferred_term) between 1 and 250),
    high_level_code text constraint dictionary_term_high_level_code_length check (length(high_level_code) between 1 and 120),
    high_level_term text constraint dictionary_term_high_level_term_length check (length(high_level_term) between 1 and 250),
    high_level_group_code text
        constraint dictionary_term_high_level_group_code_length check (length(high_level_group_code) between 1 and 120),
    high_level_group_term text
        constraint dictionary_term_high_level_group_term_length check (length(high_level_group_term) between 1 and 250),
    system_organ_class_code text
        constraint dictionary_term_system_organ_class_code_length check (length(system_organ_class_code) between 1 and 120),
    system_organ_class text
        constraint dictionary_term_system_organ_class_length check (length(system_organ_class) between 1 and 250),
    current boolean not null default true,
    constraint dictionary_term_code_once unique (dictionary_id, code),
    constraint dictionary_term_in_dictionary unique (id, dictionary_id)
);
create index dictionary_term_text on dictionary_term (dictionary_id, coding_text(term));
create index dictionary_term_words on dictionary_term using gin (lower(term) gin_trgm_ops);
grant select, insert on dictionary_term to registry_service;
create trigger refuse_update before update on dictionary_term for each statement execute function audit.refuse();
create trigger refuse_delete before delete on dictionary_term for each statement execute function audit.refuse();
create trigger refuse_truncate before truncate on dictionary_term for each statement execute function audit.refuse();

create function dictionary_terms_come_with_it() returns trigger
    language plpgsql
as $$
begin
    if exists (select from written w join dictionary d on d.id = w.dictionary_id where d.recorded_at < now()) then
        raise exception using errcode = 'check_violation', constraint = 'dictionary_term_comes_with_dictionary',
            table = 'dictionary_term', message = 'terms are loaded together with their dictionary';
    end if;
    return null;
end
$$;
create trigger dictionary_terms_come_with_it after insert on dictionary_term referencing new table as written
    for each statement execute function dictionary_terms_come_with_it();

-- Which version a study codes with, and which one it used before; the newest of a kind counts.
create table study_dictionary (
    id uuid not null default uuidv7() constraint study_dictionary_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint study_dictionary_study_fkey references study,
    kind text not null
        constraint study_dictionary_kind_known check (kind = any (array['adverse_event', 'concomitant_medication'])),
    dictionary_id uuid not null,
    previous_dictionary_id uuid,
    constraint study_dictionary_dictionary_fkey foreign key (dictionary_id, kind) references dictionary (id, kind),
    constraint study_dictionary_previous_fkey foreign key (previous_dictionary_id, kind) references dictionary (id, kind),
    constraint study_dictionary_changes check (dictionary_id <> previous_dictionary_id),
    constraint study_dictionary_never_edited check (version = 1)
);
create index study_dictionary_newest on study_dictionary (study_id, kind, id desc);
create index study_dictionary_dictionary on study_dictionary (dictionary_id);
create index study_dictionary_previous on study_dictionary (previous_dictionary_id);
call audit.watch('study_dictionary');

-- What happened to dictionaries is seen by whoever may see any site, as what happened to studies.
do $$
begin
    execute format('alter policy by_site on audit.event using ((%s) or (kind = any (array[%L, %L])
                    and (select said(%L)) is not null))',
                   (select pg_get_expr(p.polqual, p.polrelid) from pg_policy p where p.polrelid = 'audit.event'::regclass),
                   'dictionary', 'study_dictionary', 'sites');
end
$$;

-- The code of one record in one version of a dictionary; a record has one in each version that its study used.
create table coding (
    id uuid not null default uuidv7() constraint coding_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint coding_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    record_kind text not null
        constraint coding_record_kind_known check (record_kind = any (array['adverse_event', 'concomitant_medication'])),
    record_id uuid not null,
    verbatim text not null constraint coding_verbatim_length check (length(verbatim) between 1 and 200),
    dictionary_id uuid not null,
    dictionary_term_id uuid,
    status text not null
        constraint coding_status_known check (status = any (array['to_code', 'coded_automatically', 'coded', 'not_needed'])),
    constraint coding_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint coding_dictionary_fkey foreign key (dictionary_id, record_kind) references dictionary (id, kind),
    constraint coding_term_fkey foreign key (dictionary_term_id, dictionary_id) references dictionary_term (id, dictionary_id),
    constraint coding_once unique (record_id, dictionary_id),
    constraint coding_coded_has_term check (
        (status = any (array['coded_automatically', 'coded'])) = (dictionary_term_id is not null))
);
create index coding_participant on coding (participant_id, site_id);
create index coding_study on coding (study_id, id);
create index coding_status on coding (study_id, status, id);
create index coding_dictionary on coding (dictionary_id);
create index coding_term on coding (dictionary_term_id, dictionary_id);
create index coding_site on coding (site_id);
create index coding_changed on coding (study_id, changed_at);
call audit.watch('coding');

-- The words of a medication by its code: most are the code itself, written out.
create function medication_words(medication text) returns text
    language sql immutable parallel safe strict
    return case medication when 'ivig' then 'Immunoglobulin, intravenous'
                           when 'scig' then 'Immunoglobulin, subcutaneous'
                           when 'co_trimoxazole' then 'Co-trimoxazole'
                           when 'other_vaccine' then 'Vaccine that is not live'
                           when 'other' then 'Other treatment'
                           else upper(left(medication, 1)) || replace(substr(medication, 2), '_', ' ') end;

-- Give records the codes that their words have in the dictionary of their study. What was coded stays while the words stay. A
-- record without a code in this version takes over that of the version before, where that is one of the same dictionary, the
-- code is still current and, unless a person chose it, its term still reads as the record; words that are one current term of
-- the dictionary, and no other, are coded automatically; the rest is for a person.
create function keep_codings(record_kind text, ids uuid[]) returns void
    language plpgsql
as $$
#variable_conflict use_column
begin
    insert into coding (study_id, site_id, participant_id, record_kind, record_id, verbatim, dictionary_id, dictionary_term_id, status)
    with told as (
        select e.id, e.study_id, e.site_id, e.participant_id, e.term as words, e.entered_in_error
        from adverse_event e where keep_codings.record_kind = 'adverse_event' and e.id = any (keep_codings.ids)
        union all
        select m.id, m.study_id, m.site_id, m.participant_id, medication_words(m.medication), m.entered_in_error
        from concomitant_medication m
        where keep_codings.record_kind = 'concomitant_medication' and m.id = any (keep_codings.ids)
    ), wanting as (
        select t.*, used.dictionary_id, used.previous_dictionary_id
        from told t
        cross join lateral (
            select s.dictionary_id, s.previous_dictionary_id from study_dictionary s
            where s.study_id = t.study_id and s.kind = keep_codings.record_kind order by s.id desc limit 1) used
        left join coding c on c.record_id = t.id and c.dictionary_id = used.dictionary_id
        where case when t.entered_in_error then c.status <> 'not_needed'
                   else c.id is null or c.status = 'not_needed' or coding_text(c.verbatim) <> coding_text(t.words) end
    )
    select w.study_id, w.site_id, w.participant_id, keep_codings.record_kind, w.id, w.words, w.dictionary_id,
           coalesce(carried.id, alike.id),
           case when w.entered_in_error then 'not_needed'
                when carried.id is not null then carried.status
                when alike.id is not null then 'coded_automatically'
                else 'to_code' end
    from wanting w
    left join lateral (
        select now.id, before.status
        from coding before
        join dictionary older on older.id = before.dictionary_id
        join dictionary newer on newer.id = w.dictionary_id and newer.name = older.name
        join dictionary_term known on known.id = before.dictionary_term_id
        join dictionary_term now on now.dictionary_id = w.dictionary_id and now.code = known.code and now.current
        where before.record_id = w.id and before.dictionary_id = w.previous_dictionary_id
          and coding_text(before.verbatim) = coding_text(w.words)
          and (before.status = 'coded' or coding_text(now.term) = coding_text(w.words))) carried on not w.entered_in_error
    left join lateral (
        select (array_agg(t.id))[1] as id from dictionary_term t
        where t.dictionary_id = w.dictionary_id and coding_text(t.term) = coding_text(w.words)
        having count(*) = 1 and bool_and(t.current)) alike on not w.entered_in_error
    on conflict on constraint coding_once do update
    set verbatim = excluded.verbatim, dictionary_term_id = excluded.dictionary_term_id, status = excluded.status,
        version = coding.version + 1, changed_at = clock_timestamp();
end
$$;

-- Records wait here for a study that is changing its dictionary, and it for them: none is left without a code.
create function coding_lock(study uuid) returns bigint
    language sql immutable parallel safe
    return hashtextextended(study::text, 7238150643);

create function records_are_coded() returns trigger
    language plpgsql
as $$
begin
    perform pg_advisory_xact_lock_shared(coding_lock(s.study_id)) from (select distinct study_id from written) s;
    if exists (select from written w join study_dictionary s on s.study_id = w.study_id and s.kind = tg_table_name) then
        perform keep_codings(tg_table_name, array(select id from written));
    end if;
    return null;
end
$$;

do $$
declare
    one text;
begin
    foreach one in array array['adverse_event', 'concomitant_medication'] loop
        execute format('create trigger coded_on_insert after insert on %I referencing new table as written
                        for each statement execute function records_are_coded()', one);
        execute format('create trigger coded_on_update after update on %I referencing new table as written
                        for each statement execute function records_are_coded()', one);
    end loop;
end
$$;

-- A study's version holds at all its sites, whoever chose it: what waits in the version before is closed, and every record of
-- the kind gets its code in the new one.
create function study_is_recoded() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(coding_lock(new.study_id));
    update coding c set status = 'not_needed', version = c.version + 1, changed_at = clock_timestamp()
    where c.study_id = new.study_id and c.record_kind = new.kind and c.dictionary_id <> new.dictionary_id and c.status = 'to_code';
    if new.kind = 'adverse_event' then
        perform keep_codings(new.kind, array(select e.id from adverse_event e where e.study_id = new.study_id));
    else
        perform keep_codings(new.kind, array(select m.id from concomitant_medication m where m.study_id = new.study_id));
    end if;
    return null;
end
$$;
create trigger study_is_recoded after insert on study_dictionary for each row execute function study_is_recoded();
