-- Queries about recorded data with their threads; forms that two people enter independently, and their reconciliation.

-- A query is about one field of one version of a record, for good; only where it stands changes.
create table data_query (
    id uuid not null default uuidv7() constraint data_query_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint data_query_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    record_kind text not null
        constraint data_query_record_kind_known check (record_kind = any (array['visit', 'participant', 'dose',
            'concomitant_medication', 'adverse_event', 'consent'])),
    record_id uuid not null,
    record_version integer not null constraint data_query_record_version_range check (record_version between 1 and 2147483647),
    field text not null constraint data_query_field_length check (length(field) between 1 and 200),
    text text not null constraint data_query_text_length check (length(text) between 1 and 2000),
    origin text not null
        constraint data_query_origin_known check (origin = any (array['monitor', 'bulk', 'soft_check'])),
    rule text constraint data_query_rule_length check (length(rule) between 1 and 60),
    batch_id uuid,
    status text not null default 'open'
        constraint data_query_status_known check (status = any (array['open', 'answered', 'closed'])),
    status_at timestamptz not null default clock_timestamp(),
    messages integer not null default 0,
    opened_by text not null,
    opened_by_role text not null,
    opened_by_id uuid constraint data_query_opener_fkey references account,
    constraint data_query_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint data_query_soft_check_has_rule check ((origin = 'soft_check') = (rule is not null)),
    constraint data_query_bulk_has_batch check ((origin = 'bulk') = (batch_id is not null))
);
create index data_query_participant on data_query (participant_id, site_id);
create index data_query_study on data_query (study_id, id);
create index data_query_site on data_query (site_id, id);
create index data_query_status on data_query (study_id, status, id);
create index data_query_record on data_query (record_id, field);
create index data_query_batch on data_query (batch_id) where batch_id is not null;
create index data_query_opener on data_query (opened_by_id);
call audit.watch('data_query');

create function data_query_keeps_its_subject() returns trigger
    language plpgsql
as $$
begin
    if (new.study_id, new.site_id, new.participant_id, new.record_kind, new.record_id, new.record_version, new.field, new.text,
        new.origin, new.rule, new.batch_id, new.opened_by_id)
       is distinct from
       (old.study_id, old.site_id, old.participant_id, old.record_kind, old.record_id, old.record_version, old.field, old.text,
        old.origin, old.rule, old.batch_id, old.opened_by_id) then
        raise exception using errcode = 'check_violation', constraint = 'data_query_keeps_its_subject', table = 'data_query',
            message = 'a query stays about the version of the record that it was opened on';
    end if;
    return new;
end
$$;
create trigger data_query_keeps_its_subject before update on data_query
    for each row execute function data_query_keeps_its_subject();

-- What was said about a query after it was opened, and the state that it led to.
create table data_query_message (
    id uuid not null default uuidv7() constraint data_query_message_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint data_query_message_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    data_query_id uuid not null constraint data_query_message_query_fkey references data_query,
    act text not null
        constraint data_query_message_act_known check (act = any (array['answer', 'close', 'withdraw', 'reopen', 'comment'])),
    status text not null
        constraint data_query_message_status_known check (status = any (array['open', 'answered', 'closed'])),
    text text constraint data_query_message_text_length check (length(text) between 1 and 2000),
    answered_version integer
        constraint data_query_message_answered_version_range check (answered_version between 1 and 2147483647),
    by_name text not null,
    by_role text not null,
    by_id uuid constraint data_query_message_account_fkey references account,
    constraint data_query_message_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint data_query_message_says_something check (act = 'close' or text is not null or answered_version is not null),
    constraint data_query_message_never_edited check (version = 1)
);
create index data_query_message_query on data_query_message (data_query_id, id);
create index data_query_message_participant on data_query_message (participant_id, site_id);
create index data_query_message_study on data_query_message (study_id, id);
create index data_query_message_account on data_query_message (by_id);
call audit.watch('data_query_message');

-- One of the two independent entries of a form of a visit. The constraints are the last word under concurrency: two
-- entries, of two people. A form that was removed from the visit after it was written is entered again, as its next pair.
create table form_entry (
    id uuid not null default uuidv7() constraint form_entry_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint form_entry_study_fkey references study,
    protocol_version_id uuid constraint form_entry_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    visit_id uuid not null constraint form_entry_visit_fkey references visit,
    form text not null
        constraint form_entry_form_known check (form = any (array['vital_signs', 'disease_activity', 'muscle_strength',
            'skin_disease', 'functioning', 'organ_involvement', 'damage'])),
    pair_number smallint not null default 1 constraint form_entry_pair_number_range check (pair_number between 1 and 1000),
    entry_number smallint not null constraint form_entry_entry_number_range check (entry_number between 1 and 2),
    "values" jsonb not null,
    confirmations jsonb not null default '[]',
    state text not null constraint form_entry_state_known check (state = any (array['first', 'both_equal', 'differs'])),
    entered_by text not null,
    entered_by_role text not null,
    entered_by_id uuid not null constraint form_entry_account_fkey references account,
    constraint form_entry_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint form_entry_number_once unique (visit_id, form, pair_number, entry_number),
    constraint form_entry_second_person unique (visit_id, form, pair_number, entered_by_id),
    constraint form_entry_first_is_alone check ((entry_number = 1) = (state = 'first')),
    constraint form_entry_never_edited check (version = 1)
);
create index form_entry_participant on form_entry (participant_id, site_id);
create index form_entry_study on form_entry (study_id, id);
create index form_entry_account on form_entry (entered_by_id);
create index form_entry_protocol_version on form_entry (protocol_version_id);
create trigger made_under_protocol before insert on form_entry for each row execute function made_under_protocol();
call audit.watch('form_entry');

-- What a third person decided where two entries differ, and the version of the visit that it made.
create table form_reconciliation (
    id uuid not null default uuidv7() constraint form_reconciliation_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint form_reconciliation_study_fkey references study,
    protocol_version_id uuid constraint form_reconciliation_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    visit_id uuid not null constraint form_reconciliation_visit_fkey references visit,
    form text not null
        constraint form_reconciliation_form_known check (form = any (array['vital_signs', 'disease_activity', 'muscle_strength',
            'skin_disease', 'functioning', 'organ_involvement', 'damage'])),
    pair_number smallint not null default 1
        constraint form_reconciliation_pair_number_range check (pair_number between 1 and 1000),
    choices jsonb not null,
    "values" jsonb not null,
    reason text not null constraint form_reconciliation_reason_length check (length(reason) between 1 and 500),
    confirmations jsonb not null default '[]',
    visit_version integer not null,
    reconciled_by text not null,
    reconciled_by_role text not null,
    reconciled_by_id uuid not null constraint form_reconciliation_account_fkey references account,
    constraint form_reconciliation_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint form_reconciliation_once unique (visit_id, form, pair_number),
    constraint form_reconciliation_never_edited check (version = 1)
);
create index form_reconciliation_participant on form_reconciliation (participant_id, site_id);
create index form_reconciliation_study on form_reconciliation (study_id, id);
create index form_reconciliation_account on form_reconciliation (reconciled_by_id);
create index form_reconciliation_protocol_version on form_reconciliation (protocol_version_id);
create trigger made_under_protocol before insert on form_reconciliation for each row execute function made_under_protocol();
call audit.watch('form_reconciliation');

create function form_reconciliation_by_third() returns trigger
    language plpgsql
as $$
begin
    if (select count(*) <> 2 or bool_or(e.entered_by_id = new.reconciled_by_id) from form_entry e
        where e.visit_id = new.visit_id and e.form = new.form and e.pair_number = new.pair_number) then
        raise exception using errcode = 'check_violation', constraint = 'form_reconciliation_by_third',
            table = 'form_reconciliation', message = 'two entries are reconciled by a person who made neither';
    end if;
    return new;
end
$$;
create trigger form_reconciliation_by_third before insert on form_reconciliation
    for each row execute function form_reconciliation_by_third();
