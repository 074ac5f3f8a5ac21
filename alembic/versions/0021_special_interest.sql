-- Events of special interest: what a study adds to the rule set, and the candidates that are put before a person.

-- A term in words, or a code of a dictionary that the installation loaded; nothing of a licensed dictionary is shipped.
create table special_interest_term (
    id uuid not null default uuidv7() constraint special_interest_term_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint special_interest_term_study_fkey references study,
    topic text not null
        constraint special_interest_term_topic_known check (topic = any (array[
            'herpes_zoster', 'herpes_simplex', 'serious_infection', 'opportunistic_infection', 'tuberculosis',
            'hepatitis_b_reactivation', 'bk_virus', 'ebv_cmv', 'thromboembolism', 'mace', 'malignancy',
            'gastrointestinal_perforation', 'cytopenia', 'lipids', 'transaminases', 'ck_rise', 'egfr_fall',
            'hypogammaglobulinaemia', 'growth_weight', 'acne', 'live_vaccine_exposure', 'pregnancy', 'overdose',
            'calcinosis_infection'])),
    term text constraint special_interest_term_term_length check (length(term) between 1 and 200),
    dictionary text constraint special_interest_term_dictionary_length check (length(dictionary) between 1 and 60),
    code text constraint special_interest_term_code_length check (length(code) between 1 and 40),
    retired boolean not null default false,
    constraint special_interest_term_words_or_code check ((term is null) <> (code is null)),
    constraint special_interest_term_code_of_dictionary check ((code is null) = (dictionary is null))
);
create unique index special_interest_term_once on special_interest_term (study_id, topic, lower(term), dictionary, code)
    nulls not distinct where not retired;
create index special_interest_term_study on special_interest_term (study_id, id);
create index special_interest_term_changed on special_interest_term (study_id, changed_at);
call audit.watch('special_interest_term');

-- Events wait here for words that the study is adding, and these for them: none is left unlooked at.
create function interest_lock(study uuid) returns bigint
    language sql immutable parallel safe
    return hashtextextended(study::text, 5520917344);

-- What may be an event of special interest, one row for each source, topic and way by which it was found.
create table special_interest_candidate (
    id uuid not null default uuidv7() constraint special_interest_candidate_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint special_interest_candidate_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    topic text not null
        constraint special_interest_candidate_topic_known check (topic = any (array[
            'herpes_zoster', 'herpes_simplex', 'serious_infection', 'opportunistic_infection', 'tuberculosis',
            'hepatitis_b_reactivation', 'bk_virus', 'ebv_cmv', 'thromboembolism', 'mace', 'malignancy',
            'gastrointestinal_perforation', 'cytopenia', 'lipids', 'transaminases', 'ck_rise', 'egfr_fall',
            'hypogammaglobulinaemia', 'growth_weight', 'acne', 'live_vaccine_exposure', 'pregnancy', 'overdose',
            'calcinosis_infection'])),
    found_by text not null
        constraint special_interest_candidate_found_by_known check (found_by = any (array['term', 'code', 'special_situation',
            'laboratory_grade', 'virus_result', 'medication'])),
    adverse_event_id uuid constraint special_interest_candidate_adverse_event_fkey references adverse_event,
    visit_id uuid constraint special_interest_candidate_visit_fkey references visit,
    concomitant_medication_id uuid constraint special_interest_candidate_medication_fkey references concomitant_medication,
    analyte text constraint special_interest_candidate_analyte_length check (length(analyte) between 1 and 40),
    rule_version text not null constraint special_interest_candidate_rule_version_length check (length(rule_version) between 1 and 10),
    status text not null
        constraint special_interest_candidate_status_known check (status = any (array['open', 'confirmed', 'dismissed', 'resolved'])),
    comment text constraint special_interest_candidate_comment_length check (length(comment) between 1 and 500),
    decided_by uuid constraint special_interest_candidate_decider_fkey references account,
    decided_at timestamptz,
    judged_version integer constraint special_interest_candidate_judged_version_range check (judged_version >= 1),
    constraint special_interest_candidate_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint special_interest_candidate_of_one_source check (num_nonnulls(adverse_event_id, visit_id, concomitant_medication_id) = 1),
    constraint special_interest_candidate_analyte_of_visit check ((visit_id is null) = (analyte is null)),
    constraint special_interest_candidate_judged_with_reason check (
        (status = any (array['confirmed', 'dismissed'])) = (decided_at is not null)
        and (decided_at is null) = (comment is null) and (decided_by is null or decided_at is not null)
        and (decided_at is null) = (judged_version is null)),
    constraint special_interest_candidate_once unique nulls not distinct
        (adverse_event_id, visit_id, concomitant_medication_id, analyte, topic, found_by)
);
create index special_interest_candidate_participant on special_interest_candidate (participant_id, site_id);
create index special_interest_candidate_site on special_interest_candidate (site_id);
create index special_interest_candidate_study on special_interest_candidate (study_id, id);
create index special_interest_candidate_open on special_interest_candidate (study_id, id) where status = 'open';
create index special_interest_candidate_changed on special_interest_candidate (study_id, changed_at);
create index special_interest_candidate_visit on special_interest_candidate (visit_id);
create index special_interest_candidate_medication on special_interest_candidate (concomitant_medication_id);
create index special_interest_candidate_decided_by on special_interest_candidate (decided_by);
call audit.watch('special_interest_candidate');

-- What of a source a judgement is about: of a result with its limits, of a medication, or of an event.
create function interest_said(image jsonb, analyte text) returns jsonb
    language sql immutable parallel safe
    return case
        when analyte is not null then (
            select jsonb_agg(r.said order by r.said)
            from (select jsonb_build_array(one -> 'value', one -> 'unit', one -> 'comparator', one -> 'finding', one -> 'lower_limit',
                                           one -> 'upper_limit') as said
                  from jsonb_array_elements(image -> 'laboratory_results') one
                  where one ->> 'analyte' = interest_said.analyte) r)
        when image ? 'medication' then jsonb_build_array(image -> 'medication', image -> 'started_on')
        else jsonb_build_array(image -> 'term', image -> 'ctcae_term', image -> 'grade', image -> 'serious',
                               coalesce(image -> 'seriousness_criteria', '[]'), coalesce(image -> 'special_situations', '[]'))
    end;
