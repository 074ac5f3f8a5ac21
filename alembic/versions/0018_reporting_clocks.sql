-- Reporting clocks: when a serious event is to be told, to whom it was told, and which clocks ran out.

-- What was sent, to whom, when, under which reference; a mistake is followed by another submission, never edited.
create table safety_submission (
    id uuid not null default uuidv7() constraint safety_submission_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint safety_submission_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    adverse_event_id uuid not null constraint safety_submission_event_fkey references adverse_event,
    clock_ids uuid[] not null default '{}',
    recipient text not null
        constraint safety_submission_recipient_known check (recipient = any (array['sponsor', 'authority',
            'ethics_committee', 'investigators', 'other'])),
    recipient_name text not null
        constraint safety_submission_recipient_name_length check (length(recipient_name) between 1 and 200),
    submitted_at timestamptz not null,
    reference text not null constraint safety_submission_reference_length check (length(reference) between 1 and 100),
    comment text constraint safety_submission_comment_length check (length(comment) between 1 and 2000),
    constraint safety_submission_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint safety_submission_of_event unique (id, adverse_event_id),
    constraint safety_submission_not_in_the_future check (submitted_at <= recorded_at),
    constraint safety_submission_never_edited check (version = 1)
);
create index safety_submission_event on safety_submission (adverse_event_id);

-- A clock is told apart from the others of its event by its kind and the versions that started it, 0 where nobody had
-- assessed the event. It ends by a submission, or because the event is no longer of the class that is reported.
create table reporting_clock (
    id uuid not null default uuidv7() constraint reporting_clock_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint reporting_clock_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    adverse_event_id uuid not null constraint reporting_clock_event_fkey references adverse_event,
    kind text not null
        constraint reporting_clock_kind_known check (kind = any (array['site_to_sponsor', 'fatal_or_life_threatening',
            'serious_unexpected', 'fatal_follow_up'])),
    event_version integer not null constraint reporting_clock_event_version_range check (event_version between 1 and 2147483647),
    assessment_version integer not null
        constraint reporting_clock_assessment_version_range check (assessment_version between 0 and 2147483647),
    started_at timestamptz not null,
    due_at timestamptz not null,
    provisional boolean not null default false,
    status text not null
        constraint reporting_clock_status_known check (status = any (array['running', 'submitted', 'not_required'])),
    overdue_at timestamptz,
    safety_submission_id uuid,
    submitted_at timestamptz,
    constraint reporting_clock_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint reporting_clock_submission_fkey foreign key (safety_submission_id, adverse_event_id)
        references safety_submission (id, adverse_event_id),
    constraint reporting_clock_once unique (adverse_event_id, kind, event_version, assessment_version),
    constraint reporting_clock_due_after_start check (due_at > started_at),
    constraint reporting_clock_overdue_after_due check (overdue_at > due_at),
    constraint reporting_clock_stopped_by_submission check (
        (status = 'submitted') = (safety_submission_id is not null)
        and (status = 'submitted') = (submitted_at is not null)),
    constraint reporting_clock_submitted_after_start check (submitted_at >= started_at)
);
create index reporting_clock_submission on reporting_clock (safety_submission_id);
create index reporting_clock_due on reporting_clock (study_id, due_at, id);
create index reporting_clock_running on reporting_clock (due_at, id) where status = 'running';

do $$
declare
    one text;
begin
    foreach one in array array['safety_submission', 'reporting_clock'] loop
        execute format('create index %I on %I (participant_id, site_id)', one || '_participant', one);
        execute format('create index %I on %I (study_id, id)', one || '_study', one);
        execute format('create index %I on %I (site_id)', one || '_site', one);
        execute format('call audit.watch(%L)', one);
    end loop;
end
$$;

-- What was submitted, or was no longer required, is history: only a running clock changes.
create function reporting_clock_stands() returns trigger
    language plpgsql
as $$
begin
    raise exception using errcode = 'check_violation', constraint = 'reporting_clock_running_only', table = 'reporting_clock',
        message = 'only a running clock changes';
end
$$;
create trigger reporting_clock_stands before update on reporting_clock
    for each row when (old.status <> 'running') execute function reporting_clock_stands();

-- That a clock ran out is never taken back: it is not due later from then on, and what was noted stays.
create function reporting_clock_stays_overdue() returns trigger
    language plpgsql
as $$
begin
    raise exception using errcode = 'check_violation', constraint = 'reporting_clock_overdue_stays', table = 'reporting_clock',
        message = 'a clock that ran out is not due later';
end
$$;
create trigger reporting_clock_stays_overdue before update on reporting_clock
    for each row when ((old.overdue_at is not null and new.overdue_at is distinct from old.overdue_at)
                       or (new.due_at > old.due_at and (old.due_at < now() or old.overdue_at is not null)))
    execute function reporting_clock_stays_overdue();

-- A submission and the clock that it stops tell the same moment.
create function reporting_clock_tells_its_submission() returns trigger
    language plpgsql
as $$
begin
    if not exists (select from safety_submission s
                   where s.id = new.safety_submission_id and s.submitted_at = new.submitted_at and new.id = any (s.clock_ids)) then
        raise exception using errcode = 'check_violation', constraint = 'reporting_clock_as_submitted', table = 'reporting_clock',
            message = 'the submission does not name the clock, or has another moment';
    end if;
    return null;
end
$$;
create trigger reporting_clock_tells_its_submission after insert or update on reporting_clock
    for each row when (new.status = 'submitted') execute function reporting_clock_tells_its_submission();
