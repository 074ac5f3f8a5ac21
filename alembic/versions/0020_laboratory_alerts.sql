-- Laboratory alerts: what a rule asks of a person about results or growth at a visit. They are acknowledged, never deleted.

create table laboratory_alert (
    id uuid not null default uuidv7() constraint laboratory_alert_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint laboratory_alert_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    visit_id uuid not null,
    kind text not null
        constraint laboratory_alert_kind_known check (kind = any (array['hold', 'grade', 'shift', 'enzyme_signal', 'renal',
            'virus', 'growth', 'trend'])),
    analyte text constraint laboratory_alert_analyte_length check (length(analyte) between 1 and 20),
    result_number integer constraint laboratory_alert_result_number_range check (result_number between 1 and 1000),
    rule text not null constraint laboratory_alert_rule_length check (length(rule) between 1 and 60),
    rule_version text not null constraint laboratory_alert_rule_version_length check (length(rule_version) between 1 and 20),
    grade smallint constraint laboratory_alert_grade_range check (grade between 0 and 4),
    measured numeric,
    unit text constraint laboratory_alert_unit_length check (length(unit) between 1 and 30),
    urgency smallint not null constraint laboratory_alert_urgency_range check (urgency between 1 and 3),
    status text not null
        constraint laboratory_alert_status_known check (status = any (array['open', 'acknowledged', 'resolved'])),
    acknowledged_by uuid constraint laboratory_alert_acknowledger_fkey references account,
    acknowledged_at timestamptz,
    comment text constraint laboratory_alert_comment_length check (length(comment) between 1 and 500),
    constraint laboratory_alert_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint laboratory_alert_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id),
    constraint laboratory_alert_acknowledged_at_a_moment check ((status = 'acknowledged') = (acknowledged_at is not null)),
    constraint laboratory_alert_acknowledged_with_words check ((acknowledged_at is null) = (comment is null)),
    constraint laboratory_alert_of_result_names_analyte check (kind = 'growth' or analyte is not null)
);
-- What is asked of one thing at one visit waits once; what was acknowledged or ended is not in its way.
create unique index laboratory_alert_open_once on laboratory_alert (visit_id, kind, analyte) nulls not distinct
    where status = 'open';
create index laboratory_alert_visit on laboratory_alert (visit_id, site_id);
create index laboratory_alert_participant on laboratory_alert (participant_id, site_id);
create index laboratory_alert_study on laboratory_alert (study_id, status, urgency, id);
create index laboratory_alert_site on laboratory_alert (site_id);
create index laboratory_alert_changed on laboratory_alert (study_id, changed_at);
create index laboratory_alert_acknowledged_by on laboratory_alert (acknowledged_by);
call audit.watch('laboratory_alert');
