-- Participants and what belongs to them: consents, doses, concomitant medications, adverse events.

create table participant (
    id uuid not null default uuidv7() constraint participant_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint participant_study_fkey references study,
    site_id uuid not null constraint participant_site_fkey references site,
    code text not null constraint participant_code_length check (length(code) between 1 and 20),
    birth_year smallint not null constraint participant_birth_year_range check (birth_year between 1990 and 2100),
    birth_month smallint not null constraint participant_birth_month_range check (birth_month between 1 and 12),
    sex_at_birth text not null
        constraint participant_sex_at_birth_known check (sex_at_birth = any (array['female', 'male', 'intersex', 'unknown'])),
    ancestry text[] not null default '{}'
        constraint participant_ancestry_known check (ancestry <@ array['african', 'american_indigenous', 'east_asian',
            'european', 'latin_american', 'middle_eastern_north_african', 'pacific', 'south_asian', 'mixed', 'other',
            'unknown']),
    symptom_onset text constraint participant_symptom_onset_form check (is_partial_date(symptom_onset)),
    diagnosed_on text constraint participant_diagnosed_on_form check (is_partial_date(diagnosed_on)),
    disease_course text
        constraint participant_disease_course_known check (disease_course = any (array['monocyclic', 'polycyclic',
            'chronic', 'undetermined', 'unknown'])),
    autoantibodies jsonb not null default '[]',
    indications text[] not null default '{}'
        constraint participant_indications_known check (indications <@ array['refractory_skin', 'refractory_muscle',
            'unable_to_wean_steroids', 'intolerance', 'calcinosis', 'ild', 'gastrointestinal', 'other']),
    prior_treatments text[] not null default '{}'
        constraint participant_prior_treatments_form check (array_to_string(prior_treatments, ',') ~ '^([a-z][a-z0-9_]{1,39}(,|$))*$'),
    access_barriers text[] not null default '{}'
        constraint participant_access_barriers_known check (access_barriers <@ array['lack_of_data', 'insurance',
            'cost', 'supply', 'other']),
    constraint participant_code_form check (code ~ '^[A-Z0-9][A-Z0-9-]{2,19}$'),
    constraint participant_code_once unique (study_id, site_id, code),
    constraint participant_site_kept unique (id, site_id)
);
create index participant_study on participant (study_id, id);
create index participant_site on participant (site_id);
create index participant_changed on participant (study_id, changed_at);

create table consent (
    id uuid not null default uuidv7() constraint consent_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint consent_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    document_version text not null
        constraint consent_document_version_length check (length(document_version) between 1 and 40),
    kind text not null constraint consent_kind_known check (kind = any (array['consent', 'assent'])),
    given_by text not null
        constraint consent_given_by_known check (given_by = any (array['participant', 'parent', 'guardian', 'representative'])),
    given_on date not null constraint consent_given_on_range check (given_on between '1990-01-01' and '2100-12-31'),
    withdrawn_on date constraint consent_withdrawn_on_range check (withdrawn_on between '1990-01-01' and '2100-12-31'),
    entered_in_error boolean not null default false,
    constraint consent_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint consent_withdrawal_follows check (withdrawn_on >= given_on)
);
create index consent_participant on consent (participant_id, site_id);
create index consent_study on consent (study_id, id);
create index consent_site on consent (site_id);
create index consent_changed on consent (study_id, changed_at);

-- Two intervals of JAK inhibitors of one participant never overlap: the database refuses them.
create table dose (
    id uuid not null default uuidv7() constraint dose_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint dose_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    drug text not null
        constraint dose_drug_known check (drug = any (array['tofacitinib', 'baricitinib', 'ruxolitinib',
            'upadacitinib', 'filgotinib', 'peficitinib', 'deucravacitinib', 'ritlecitinib', 'abrocitinib',
            'delgocitinib', 'fedratinib', 'pacritinib', 'momelotinib', 'itacitinib', 'brepocitinib'])),
    atc text constraint dose_atc_length check (length(atc) between 1 and 8),
    formulation text not null
        constraint dose_formulation_known check (formulation = any (array['tablet', 'extended_release_tablet',
            'oral_solution', 'capsule', 'cream'])),
    mg_per_intake numeric(7,3) not null constraint dose_mg_per_intake_range check (mg_per_intake between 0.01 and 1000),
    intakes_per_day numeric(4,2) not null
        constraint dose_intakes_per_day_range check (intakes_per_day between 0.1 and 12),
    weight_used numeric(5,2) constraint dose_weight_used_range check (weight_used between 1 and 250),
    egfr_used numeric(4,1) constraint dose_egfr_used_range check (egfr_used between 1 and 400),
    started_on date not null constraint dose_started_on_range check (started_on between '1990-01-01' and '2100-12-31'),
    ended_on date constraint dose_ended_on_range check (ended_on between '1990-01-01' and '2100-12-31'),
    reason_for_start text
        constraint dose_reason_for_start_known check (reason_for_start = any (array['started', 'efficacy',
            'adverse_event', 'weight_band', 'access', 'infection_hold', 'procedure_hold', 'remission_taper', 'switch',
            'restarted', 'participant_choice', 'other', 'unknown'])),
    reason_for_end text
        constraint dose_reason_for_end_known check (reason_for_end = any (array['started', 'efficacy',
            'adverse_event', 'weight_band', 'access', 'infection_hold', 'procedure_hold', 'remission_taper', 'switch',
            'restarted', 'participant_choice', 'other', 'unknown'])),
    adherence text
        constraint dose_adherence_known check (adherence = any (array['full', 'mostly', 'partly', 'none', 'unknown'])),
    mg_per_day numeric generated always as (mg_per_intake * intakes_per_day) stored,
    mg_per_kg_per_day numeric generated always as (round(mg_per_intake * intakes_per_day / weight_used, 6)) stored,
    confirmations jsonb not null default '[]',
    entered_in_error boolean not null default false,
    constraint dose_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint dose_end_follows_start check (ended_on >= started_on),
    constraint dose_no_overlap exclude using gist (
        participant_id with =, daterange(started_on, ended_on, '[]') with &&) where (not entered_in_error)
);
create index dose_participant on dose (participant_id, site_id);
create index dose_study on dose (study_id, id);
create index dose_site on dose (site_id);
create index dose_changed on dose (study_id, changed_at);

create table concomitant_medication (
    id uuid not null default uuidv7() constraint concomitant_medication_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint concomitant_medication_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    medication text not null
        constraint concomitant_medication_medication_form check (medication ~ '^[A-Za-z][A-Za-z0-9_]{1,39}$'),
    dose numeric(11,4) constraint concomitant_medication_dose_range check (dose between 0 and 1000000),
    dose_unit text
        constraint concomitant_medication_dose_unit_known check (dose_unit = any (array['mg', 'g', 'mg/kg', 'g/kg',
            'mg/m2', 'ug', '[IU]', '{application}', '{dose}'])),
    frequency text
        constraint concomitant_medication_frequency_known check (frequency = any (array['once', 'daily',
            'twice_daily', 'three_times_daily', 'alternate_days', 'weekly', 'twice_weekly', 'every_two_weeks',
            'every_four_weeks', 'every_six_months', 'as_needed', 'other'])),
    route text
        constraint concomitant_medication_route_known check (route = any (array['oral', 'subcutaneous', 'intravenous',
            'intramuscular', 'intralesional', 'intra_articular', 'intradermal', 'nasal', 'ophthalmic', 'rectal',
            'topical', 'extracorporeal', 'other'])),
    indication text constraint concomitant_medication_indication_length check (length(indication) between 1 and 200),
    started_on text constraint concomitant_medication_started_on_form check (is_partial_date(started_on)),
    ended_on text constraint concomitant_medication_ended_on_form check (is_partial_date(ended_on)),
    entered_in_error boolean not null default false,
    constraint concomitant_medication_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id)
);
create index concomitant_medication_participant on concomitant_medication (participant_id, site_id);
create index concomitant_medication_study on concomitant_medication (study_id, id);
create index concomitant_medication_site on concomitant_medication (site_id);
create index concomitant_medication_changed on concomitant_medication (study_id, changed_at);

create table adverse_event (
    id uuid not null default uuidv7() constraint adverse_event_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint adverse_event_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    term text not null constraint adverse_event_term_length check (length(term) between 1 and 200),
    ctcae_term text constraint adverse_event_ctcae_term_length check (length(ctcae_term) between 1 and 120),
    ctcae_version text constraint adverse_event_ctcae_version_known check (ctcae_version = any (array['5.0', '6.0'])),
    grade smallint not null constraint adverse_event_grade_range check (grade between 1 and 5),
    special_interest text
        constraint adverse_event_special_interest_form check (special_interest ~ '^[A-Za-z][A-Za-z0-9_]{1,39}$'),
    started_on text not null constraint adverse_event_started_on_form check (is_partial_date(started_on)),
    ended_on text constraint adverse_event_ended_on_form check (is_partial_date(ended_on)),
    serious boolean not null,
    seriousness_criteria text[] not null default '{}'
        constraint adverse_event_seriousness_criteria_known check (seriousness_criteria <@ array['death',
            'life_threatening', 'hospitalisation', 'disability', 'congenital_anomaly', 'important_medical_event']),
    causality jsonb not null default '[]',
    expectedness text
        constraint adverse_event_expectedness_known check (expectedness = any (array['expected', 'unexpected', 'unknown'])),
    outcome text not null
        constraint adverse_event_outcome_known check (outcome = any (array['recovered', 'recovering', 'not_recovered',
            'recovered_with_sequelae', 'fatal', 'unknown'])),
    entered_in_error boolean not null default false,
    constraint adverse_event_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint adverse_event_serious_has_criterion check (serious = (cardinality(seriousness_criteria) > 0)),
    constraint adverse_event_death_everywhere check (
        (grade = 5) = (outcome = 'fatal') and (grade = 5) = ('death' = any (seriousness_criteria)))
);
create index adverse_event_participant on adverse_event (participant_id, site_id);
create index adverse_event_study on adverse_event (study_id, id);
create index adverse_event_site on adverse_event (site_id);
create index adverse_event_changed on adverse_event (study_id, changed_at);
