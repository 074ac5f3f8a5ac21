-- The visit: its header, one wide table a form, and its laboratory results. Parts are never deleted: they are voided.

create function are_missing_reasons(reasons jsonb) returns boolean
    language sql immutable parallel safe
    return jsonb_typeof(reasons) = 'object'
        and not jsonb_path_exists(
            reasons, '$.* ? (!(@ == "not_done" || @ == "refused" || @ == "not_applicable" || @ == "unknown"))');

-- What of a part stands in the image of its visit.
create function form_image(form jsonb) returns jsonb
    language sql immutable parallel safe
    return form - array['visit_id', 'site_id', 'voided'];

create table visit (
    id uuid not null default uuidv7() constraint visit_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint visit_study_fkey references study,
    site_id uuid not null,
    participant_id uuid not null,
    event text not null
        constraint visit_event_known check (event = any (array['week_0', 'week_4', 'week_8', 'week_12', 'week_16',
            'week_20', 'week_24', 'week_28', 'week_36', 'week_52', 'week_76', 'week_104', 'unscheduled'])),
    visited_on date constraint visit_visited_on_range check (visited_on between '1990-01-01' and '2100-12-31'),
    mode text constraint visit_mode_known check (mode = any (array['in_person', 'remote'])),
    status text not null constraint visit_status_known check (status = any (array['draft', 'complete'])),
    confirmations jsonb not null default '[]',
    entered_in_error boolean not null default false,
    constraint visit_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint visit_complete_has_date check (status = 'draft' or (visited_on is not null and mode is not null)),
    constraint visit_not_in_the_future check (visited_on <= ((changed_at at time zone 'UTC') + interval '14 hours')::date),
    constraint visit_site_kept unique (id, site_id)
);
create index visit_participant on visit (participant_id, site_id);
create index visit_study on visit (study_id, id);
create index visit_site on visit (site_id);
create index visit_changed on visit (study_id, changed_at);
create unique index visit_once on visit (participant_id, event) where event <> 'unscheduled' and not entered_in_error;
create unique index visit_unscheduled_once on visit (participant_id, visited_on)
    where event = 'unscheduled' and not entered_in_error;
create index visit_participant_date on visit (participant_id, visited_on);

create table vital_signs (
    visit_id uuid not null constraint vital_signs_pkey primary key,
    site_id uuid not null,
    voided boolean not null default false,
    missing jsonb not null default '{}' constraint vital_signs_missing_known check (are_missing_reasons(missing)),
    height numeric(4,1) constraint vital_signs_height_range check (height between 30 and 230),
    height_position text
        constraint vital_signs_height_position_known check (height_position = any (array['standing', 'lying'])),
    weight numeric(5,2) constraint vital_signs_weight_range check (weight between 1 and 250),
    systolic_blood_pressure smallint
        constraint vital_signs_systolic_blood_pressure_range check (systolic_blood_pressure between 30 and 260),
    diastolic_blood_pressure smallint
        constraint vital_signs_diastolic_blood_pressure_range check (diastolic_blood_pressure between 10 and 180),
    heart_rate smallint constraint vital_signs_heart_rate_range check (heart_rate between 20 and 300),
    respiratory_rate smallint constraint vital_signs_respiratory_rate_range check (respiratory_rate between 5 and 120),
    temperature numeric(3,1) constraint vital_signs_temperature_range check (temperature between 30 and 44),
    oxygen_saturation smallint
        constraint vital_signs_oxygen_saturation_range check (oxygen_saturation between 30 and 100),
    constraint vital_signs_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id)
);

create table disease_activity (
    visit_id uuid not null constraint disease_activity_pkey primary key,
    site_id uuid not null,
    voided boolean not null default false,
    missing jsonb not null default '{}' constraint disease_activity_missing_known check (are_missing_reasons(missing)),
    physician_global_activity numeric(3,1)
        constraint disease_activity_physician_global_activity_range check (physician_global_activity between 0 and 10),
    physician_global_scale text
        constraint disease_activity_physician_global_scale_known check (physician_global_scale = any (array['vas', 'likert'])),
    patient_global_activity numeric(3,1)
        constraint disease_activity_patient_global_activity_range check (patient_global_activity between 0 and 10),
    patient_global_scale text
        constraint disease_activity_patient_global_scale_known check (patient_global_scale = any (array['vas', 'likert'])),
    patient_global_wording text
        constraint disease_activity_patient_global_wording_known check (patient_global_wording = any
            (array['disease_activity', 'overall_well_being'])),
    patient_global_rater text
        constraint disease_activity_patient_global_rater_known check (patient_global_rater = any (array['patient', 'parent'])),
    extramuscular_global_activity numeric(3,1)
        constraint disease_activity_extramuscular_global_activity_range check (extramuscular_global_activity between 0 and 10),
    pain numeric(3,1) constraint disease_activity_pain_range check (pain between 0 and 10),
    pain_rater text constraint disease_activity_pain_rater_known check (pain_rater = any (array['patient', 'parent'])),
    physician_global_damage numeric(3,1)
        constraint disease_activity_physician_global_damage_range check (physician_global_damage between 0 and 10),
    mdaat_constitutional numeric(3,1)
        constraint disease_activity_mdaat_constitutional_range check (mdaat_constitutional between 0 and 10),
    mdaat_cutaneous numeric(3,1)
        constraint disease_activity_mdaat_cutaneous_range check (mdaat_cutaneous between 0 and 10),
    mdaat_skeletal numeric(3,1)
        constraint disease_activity_mdaat_skeletal_range check (mdaat_skeletal between 0 and 10),
    mdaat_gastrointestinal numeric(3,1)
        constraint disease_activity_mdaat_gastrointestinal_range check (mdaat_gastrointestinal between 0 and 10),
    mdaat_pulmonary numeric(3,1)
        constraint disease_activity_mdaat_pulmonary_range check (mdaat_pulmonary between 0 and 10),
    mdaat_cardiovascular numeric(3,1)
        constraint disease_activity_mdaat_cardiovascular_range check (mdaat_cardiovascular between 0 and 10),
    mdaat_other numeric(3,1) constraint disease_activity_mdaat_other_range check (mdaat_other between 0 and 10),
    mdaat_muscle numeric(3,1) constraint disease_activity_mdaat_muscle_range check (mdaat_muscle between 0 and 10),
    constraint disease_activity_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id)
);

create table muscle_strength (
    visit_id uuid not null constraint muscle_strength_pkey primary key,
    site_id uuid not null,
    voided boolean not null default false,
    missing jsonb not null default '{}' constraint muscle_strength_missing_known check (are_missing_reasons(missing)),
    mmt8_maximum smallint constraint muscle_strength_mmt8_maximum_known check (mmt8_maximum = any (array[80, 150])),
    mmt8_side text constraint muscle_strength_mmt8_side_known check (mmt8_side = any (array['right', 'left'])),
    mmt8_total smallint constraint muscle_strength_mmt8_total_range check (mmt8_total between 0 and 150),
    cmas_maximum smallint constraint muscle_strength_cmas_maximum_known check (cmas_maximum = any (array[52, 49])),
    cmas_total smallint constraint muscle_strength_cmas_total_range check (cmas_total between 0 and 52),
    mmt8_neck_flexors smallint
        constraint muscle_strength_mmt8_neck_flexors_range check (mmt8_neck_flexors between 0 and 10),
    mmt8_deltoid_right smallint
        constraint muscle_strength_mmt8_deltoid_right_range check (mmt8_deltoid_right between 0 and 10),
    mmt8_biceps_right smallint
        constraint muscle_strength_mmt8_biceps_right_range check (mmt8_biceps_right between 0 and 10),
    mmt8_gluteus_maximus_right smallint
        constraint muscle_strength_mmt8_gluteus_maximus_right_range check (mmt8_gluteus_maximus_right between 0 and 10),
    mmt8_gluteus_medius_right smallint
        constraint muscle_strength_mmt8_gluteus_medius_right_range check (mmt8_gluteus_medius_right between 0 and 10),
    mmt8_quadriceps_right smallint
        constraint muscle_strength_mmt8_quadriceps_right_range check (mmt8_quadriceps_right between 0 and 10),
    mmt8_wrist_extensors_right smallint
        constraint muscle_strength_mmt8_wrist_extensors_right_range check (mmt8_wrist_extensors_right between 0 and 10),
    mmt8_ankle_dorsiflexors_right smallint
        constraint muscle_strength_mmt8_ankle_dorsiflexors_right_range check (mmt8_ankle_dorsiflexors_right between 0 and 10),
    mmt8_deltoid_left smallint
        constraint muscle_strength_mmt8_deltoid_left_range check (mmt8_deltoid_left between 0 and 10),
    mmt8_biceps_left smallint
        constraint muscle_strength_mmt8_biceps_left_range check (mmt8_biceps_left between 0 and 10),
    mmt8_gluteus_maximus_left smallint
        constraint muscle_strength_mmt8_gluteus_maximus_left_range check (mmt8_gluteus_maximus_left between 0 and 10),
    mmt8_gluteus_medius_left smallint
        constraint muscle_strength_mmt8_gluteus_medius_left_range check (mmt8_gluteus_medius_left between 0 and 10),
    mmt8_quadriceps_left smallint
        constraint muscle_strength_mmt8_quadriceps_left_range check (mmt8_quadriceps_left between 0 and 10),
    mmt8_wrist_extensors_left smallint
        constraint muscle_strength_mmt8_wrist_extensors_left_range check (mmt8_wrist_extensors_left between 0 and 10),
    mmt8_ankle_dorsiflexors_left smallint
        constraint muscle_strength_mmt8_ankle_dorsiflexors_left_range check (mmt8_ankle_dorsiflexors_left between 0 and 10),
    cmas_head_elevation smallint
        constraint muscle_strength_cmas_head_elevation_range check (cmas_head_elevation between 0 and 5),
    cmas_leg_raise smallint constraint muscle_strength_cmas_leg_raise_range check (cmas_leg_raise between 0 and 2),
    cmas_straight_leg_lift smallint
        constraint muscle_strength_cmas_straight_leg_lift_range check (cmas_straight_leg_lift between 0 and 5),
    cmas_supine_to_prone smallint
        constraint muscle_strength_cmas_supine_to_prone_range check (cmas_supine_to_prone between 0 and 3),
    cmas_sit_ups smallint constraint muscle_strength_cmas_sit_ups_range check (cmas_sit_ups between 0 and 6),
    cmas_supine_to_sit smallint
        constraint muscle_strength_cmas_supine_to_sit_range check (cmas_supine_to_sit between 0 and 3),
    cmas_arm_raise smallint constraint muscle_strength_cmas_arm_raise_range check (cmas_arm_raise between 0 and 3),
    cmas_arm_raise_duration smallint
        constraint muscle_strength_cmas_arm_raise_duration_range check (cmas_arm_raise_duration between 0 and 4),
    cmas_floor_sit smallint constraint muscle_strength_cmas_floor_sit_range check (cmas_floor_sit between 0 and 3),
    cmas_all_fours smallint constraint muscle_strength_cmas_all_fours_range check (cmas_all_fours between 0 and 4),
    cmas_floor_rise smallint constraint muscle_strength_cmas_floor_rise_range check (cmas_floor_rise between 0 and 4),
    cmas_chair_rise smallint constraint muscle_strength_cmas_chair_rise_range check (cmas_chair_rise between 0 and 4),
    cmas_stool_step smallint constraint muscle_strength_cmas_stool_step_range check (cmas_stool_step between 0 and 3),
    cmas_pick_up smallint constraint muscle_strength_cmas_pick_up_range check (cmas_pick_up between 0 and 3),
    constraint muscle_strength_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id)
);

create table skin_disease (
    visit_id uuid not null constraint skin_disease_pkey primary key,
    site_id uuid not null,
    voided boolean not null default false,
    missing jsonb not null default '{}' constraint skin_disease_missing_known check (are_missing_reasons(missing)),
    cdasi_activity_total smallint
        constraint skin_disease_cdasi_activity_total_range check (cdasi_activity_total between 0 and 100),
    cdasi_damage_total smallint
        constraint skin_disease_cdasi_damage_total_range check (cdasi_damage_total between 0 and 32),
    das_skin_total smallint constraint skin_disease_das_skin_total_range check (das_skin_total between 0 and 9),
    das_muscle_total smallint constraint skin_disease_das_muscle_total_range check (das_muscle_total between 0 and 11),
    das_total smallint constraint skin_disease_das_total_range check (das_total between 0 and 20),
    nailfold_density numeric(4,2)
        constraint skin_disease_nailfold_density_range check (nailfold_density between 0 and 30),
    nailfold_patterns text[]
        constraint skin_disease_nailfold_patterns_known check (nailfold_patterns <@ array['open', 'crossed',
            'tortuous', 'bushy', 'branched', 'undefined']),
    nailfold_haemorrhage boolean,
    cdasi_scalp_erythema smallint
        constraint skin_disease_cdasi_scalp_erythema_range check (cdasi_scalp_erythema between 0 and 3),
    cdasi_scalp_scale smallint
        constraint skin_disease_cdasi_scalp_scale_range check (cdasi_scalp_scale between 0 and 2),
    cdasi_scalp_erosion smallint
        constraint skin_disease_cdasi_scalp_erosion_range check (cdasi_scalp_erosion between 0 and 1),
    cdasi_malar_erythema smallint
        constraint skin_disease_cdasi_malar_erythema_range check (cdasi_malar_erythema between 0 and 3),
    cdasi_malar_scale smallint
        constraint skin_disease_cdasi_malar_scale_range check (cdasi_malar_scale between 0 and 2),
    cdasi_malar_erosion smallint
        constraint skin_disease_cdasi_malar_erosion_range check (cdasi_malar_erosion between 0 and 1),
    cdasi_periorbital_erythema smallint
        constraint skin_disease_cdasi_periorbital_erythema_range check (cdasi_periorbital_erythema between 0 and 3),
    cdasi_periorbital_scale smallint
        constraint skin_disease_cdasi_periorbital_scale_range check (cdasi_periorbital_scale between 0 and 2),
    cdasi_periorbital_erosion smallint
        constraint skin_disease_cdasi_periorbital_erosion_range check (cdasi_periorbital_erosion between 0 and 1),
    cdasi_face_rest_erythema smallint
        constraint skin_disease_cdasi_face_rest_erythema_range check (cdasi_face_rest_erythema between 0 and 3),
    cdasi_face_rest_scale smallint
        constraint skin_disease_cdasi_face_rest_scale_range check (cdasi_face_rest_scale between 0 and 2),
    cdasi_face_rest_erosion smallint
        constraint skin_disease_cdasi_face_rest_erosion_range check (cdasi_face_rest_erosion between 0 and 1),
    cdasi_v_neck_erythema smallint
        constraint skin_disease_cdasi_v_neck_erythema_range check (cdasi_v_neck_erythema between 0 and 3),
    cdasi_v_neck_scale smallint
        constraint skin_disease_cdasi_v_neck_scale_range check (cdasi_v_neck_scale between 0 and 2),
    cdasi_v_neck_erosion smallint
        constraint skin_disease_cdasi_v_neck_erosion_range check (cdasi_v_neck_erosion between 0 and 1),
    cdasi_posterior_neck_erythema smallint
        constraint skin_disease_cdasi_posterior_neck_erythema_range check (cdasi_posterior_neck_erythema between 0 and 3),
    cdasi_posterior_neck_scale smallint
        constraint skin_disease_cdasi_posterior_neck_scale_range check (cdasi_posterior_neck_scale between 0 and 2),
    cdasi_posterior_neck_erosion smallint
        constraint skin_disease_cdasi_posterior_neck_erosion_range check (cdasi_posterior_neck_erosion between 0 and 1),
    cdasi_upper_back_erythema smallint
        constraint skin_disease_cdasi_upper_back_erythema_range check (cdasi_upper_back_erythema between 0 and 3),
    cdasi_upper_back_scale smallint
        constraint skin_disease_cdasi_upper_back_scale_range check (cdasi_upper_back_scale between 0 and 2),
    cdasi_upper_back_erosion smallint
        constraint skin_disease_cdasi_upper_back_erosion_range check (cdasi_upper_back_erosion between 0 and 1),
    cdasi_back_rest_erythema smallint
        constraint skin_disease_cdasi_back_rest_erythema_range check (cdasi_back_rest_erythema between 0 and 3),
    cdasi_back_rest_scale smallint
        constraint skin_disease_cdasi_back_rest_scale_range check (cdasi_back_rest_scale between 0 and 2),
    cdasi_back_rest_erosion smallint
        constraint skin_disease_cdasi_back_rest_erosion_range check (cdasi_back_rest_erosion between 0 and 1),
    cdasi_abdomen_erythema smallint
        constraint skin_disease_cdasi_abdomen_erythema_range check (cdasi_abdomen_erythema between 0 and 3),
    cdasi_abdomen_scale smallint
        constraint skin_disease_cdasi_abdomen_scale_range check (cdasi_abdomen_scale between 0 and 2),
    cdasi_abdomen_erosion smallint
        constraint skin_disease_cdasi_abdomen_erosion_range check (cdasi_abdomen_erosion between 0 and 1),
    cdasi_lateral_thigh_erythema smallint
        constraint skin_disease_cdasi_lateral_thigh_erythema_range check (cdasi_lateral_thigh_erythema between 0 and 3),
    cdasi_lateral_thigh_scale smallint
        constraint skin_disease_cdasi_lateral_thigh_scale_range check (cdasi_lateral_thigh_scale between 0 and 2),
    cdasi_lateral_thigh_erosion smallint
        constraint skin_disease_cdasi_lateral_thigh_erosion_range check (cdasi_lateral_thigh_erosion between 0 and 1),
    cdasi_leg_rest_erythema smallint
        constraint skin_disease_cdasi_leg_rest_erythema_range check (cdasi_leg_rest_erythema between 0 and 3),
    cdasi_leg_rest_scale smallint
        constraint skin_disease_cdasi_leg_rest_scale_range check (cdasi_leg_rest_scale between 0 and 2),
    cdasi_leg_rest_erosion smallint
        constraint skin_disease_cdasi_leg_rest_erosion_range check (cdasi_leg_rest_erosion between 0 and 1),
    cdasi_arm_erythema smallint
        constraint skin_disease_cdasi_arm_erythema_range check (cdasi_arm_erythema between 0 and 3),
    cdasi_arm_scale smallint constraint skin_disease_cdasi_arm_scale_range check (cdasi_arm_scale between 0 and 2),
    cdasi_arm_erosion smallint
        constraint skin_disease_cdasi_arm_erosion_range check (cdasi_arm_erosion between 0 and 1),
    cdasi_mechanics_hand_erythema smallint
        constraint skin_disease_cdasi_mechanics_hand_erythema_range check (cdasi_mechanics_hand_erythema between 0 and 3),
    cdasi_mechanics_hand_scale smallint
        constraint skin_disease_cdasi_mechanics_hand_scale_range check (cdasi_mechanics_hand_scale between 0 and 2),
    cdasi_mechanics_hand_erosion smallint
        constraint skin_disease_cdasi_mechanics_hand_erosion_range check (cdasi_mechanics_hand_erosion between 0 and 1),
    cdasi_dorsal_hands_erythema smallint
        constraint skin_disease_cdasi_dorsal_hands_erythema_range check (cdasi_dorsal_hands_erythema between 0 and 3),
    cdasi_dorsal_hands_scale smallint
        constraint skin_disease_cdasi_dorsal_hands_scale_range check (cdasi_dorsal_hands_scale between 0 and 2),
    cdasi_dorsal_hands_erosion smallint
        constraint skin_disease_cdasi_dorsal_hands_erosion_range check (cdasi_dorsal_hands_erosion between 0 and 1),
    cdasi_gottron_other_erythema smallint
        constraint skin_disease_cdasi_gottron_other_erythema_range check (cdasi_gottron_other_erythema between 0 and 3),
    cdasi_gottron_other_scale smallint
        constraint skin_disease_cdasi_gottron_other_scale_range check (cdasi_gottron_other_scale between 0 and 2),
    cdasi_gottron_other_erosion smallint
        constraint skin_disease_cdasi_gottron_other_erosion_range check (cdasi_gottron_other_erosion between 0 and 1),
    cdasi_gottron_hands_erythema smallint
        constraint skin_disease_cdasi_gottron_hands_erythema_range check (cdasi_gottron_hands_erythema between 0 and 3),
    cdasi_gottron_hands_papules boolean,
    cdasi_gottron_hands_ulceration smallint
        constraint skin_disease_cdasi_gottron_hands_ulceration_range check (cdasi_gottron_hands_ulceration between 0 and 1),
    cdasi_periungual smallint constraint skin_disease_cdasi_periungual_range check (cdasi_periungual between 0 and 2),
    cdasi_alopecia smallint constraint skin_disease_cdasi_alopecia_range check (cdasi_alopecia between 0 and 1),
    cdasi_scalp_poikiloderma smallint
        constraint skin_disease_cdasi_scalp_poikiloderma_range check (cdasi_scalp_poikiloderma between 0 and 1),
    cdasi_scalp_calcinosis smallint
        constraint skin_disease_cdasi_scalp_calcinosis_range check (cdasi_scalp_calcinosis between 0 and 1),
    cdasi_malar_poikiloderma smallint
        constraint skin_disease_cdasi_malar_poikiloderma_range check (cdasi_malar_poikiloderma between 0 and 1),
    cdasi_malar_calcinosis smallint
        constraint skin_disease_cdasi_malar_calcinosis_range check (cdasi_malar_calcinosis between 0 and 1),
    cdasi_periorbital_poikiloderma smallint
        constraint skin_disease_cdasi_periorbital_poikiloderma_range check (cdasi_periorbital_poikiloderma between 0 and 1),
    cdasi_periorbital_calcinosis smallint
        constraint skin_disease_cdasi_periorbital_calcinosis_range check (cdasi_periorbital_calcinosis between 0 and 1),
    cdasi_face_rest_poikiloderma smallint
        constraint skin_disease_cdasi_face_rest_poikiloderma_range check (cdasi_face_rest_poikiloderma between 0 and 1),
    cdasi_face_rest_calcinosis smallint
        constraint skin_disease_cdasi_face_rest_calcinosis_range check (cdasi_face_rest_calcinosis between 0 and 1),
    cdasi_v_neck_poikiloderma smallint
        constraint skin_disease_cdasi_v_neck_poikiloderma_range check (cdasi_v_neck_poikiloderma between 0 and 1),
    cdasi_v_neck_calcinosis smallint
        constraint skin_disease_cdasi_v_neck_calcinosis_range check (cdasi_v_neck_calcinosis between 0 and 1),
    cdasi_posterior_neck_poikiloderma smallint
        constraint skin_disease_cdasi_posterior_neck_poikiloderma_range check (cdasi_posterior_neck_poikiloderma between 0 and 1),
    cdasi_posterior_neck_calcinosis smallint
        constraint skin_disease_cdasi_posterior_neck_calcinosis_range check (cdasi_posterior_neck_calcinosis between 0 and 1),
    cdasi_upper_back_poikiloderma smallint
        constraint skin_disease_cdasi_upper_back_poikiloderma_range check (cdasi_upper_back_poikiloderma between 0 and 1),
    cdasi_upper_back_calcinosis smallint
        constraint skin_disease_cdasi_upper_back_calcinosis_range check (cdasi_upper_back_calcinosis between 0 and 1),
    cdasi_back_rest_poikiloderma smallint
        constraint skin_disease_cdasi_back_rest_poikiloderma_range check (cdasi_back_rest_poikiloderma between 0 and 1),
    cdasi_back_rest_calcinosis smallint
        constraint skin_disease_cdasi_back_rest_calcinosis_range check (cdasi_back_rest_calcinosis between 0 and 1),
    cdasi_abdomen_poikiloderma smallint
        constraint skin_disease_cdasi_abdomen_poikiloderma_range check (cdasi_abdomen_poikiloderma between 0 and 1),
    cdasi_abdomen_calcinosis smallint
        constraint skin_disease_cdasi_abdomen_calcinosis_range check (cdasi_abdomen_calcinosis between 0 and 1),
    cdasi_lateral_thigh_poikiloderma smallint
        constraint skin_disease_cdasi_lateral_thigh_poikiloderma_range check (cdasi_lateral_thigh_poikiloderma between 0 and 1),
    cdasi_lateral_thigh_calcinosis smallint
        constraint skin_disease_cdasi_lateral_thigh_calcinosis_range check (cdasi_lateral_thigh_calcinosis between 0 and 1),
    cdasi_leg_rest_poikiloderma smallint
        constraint skin_disease_cdasi_leg_rest_poikiloderma_range check (cdasi_leg_rest_poikiloderma between 0 and 1),
    cdasi_leg_rest_calcinosis smallint
        constraint skin_disease_cdasi_leg_rest_calcinosis_range check (cdasi_leg_rest_calcinosis between 0 and 1),
    cdasi_arm_poikiloderma smallint
        constraint skin_disease_cdasi_arm_poikiloderma_range check (cdasi_arm_poikiloderma between 0 and 1),
    cdasi_arm_calcinosis smallint
        constraint skin_disease_cdasi_arm_calcinosis_range check (cdasi_arm_calcinosis between 0 and 1),
    cdasi_mechanics_hand_poikiloderma smallint
        constraint skin_disease_cdasi_mechanics_hand_poikiloderma_range check (cdasi_mechanics_hand_poikiloderma between 0 and 1),
    cdasi_mechanics_hand_calcinosis smallint
        constraint skin_disease_cdasi_mechanics_hand_calcinosis_range check (cdasi_mechanics_hand_calcinosis between 0 and 1),
    cdasi_dorsal_hands_poikiloderma smallint
        constraint skin_disease_cdasi_dorsal_hands_poikiloderma_range check (cdasi_dorsal_hands_poikiloderma between 0 and 1),
    cdasi_dorsal_hands_calcinosis smallint
        constraint skin_disease_cdasi_dorsal_hands_calcinosis_range check (cdasi_dorsal_hands_calcinosis between 0 and 1),
    cdasi_gottron_other_poikiloderma smallint
        constraint skin_disease_cdasi_gottron_other_poikiloderma_range check (cdasi_gottron_other_poikiloderma between 0 and 1),
    cdasi_gottron_other_calcinosis smallint
        constraint skin_disease_cdasi_gottron_other_calcinosis_range check (cdasi_gottron_other_calcinosis between 0 and 1),
    cdasi_gottron_hands_damage smallint
        constraint skin_disease_cdasi_gottron_hands_damage_range check (cdasi_gottron_hands_damage between 0 and 2),
    das_skin_type smallint constraint skin_disease_das_skin_type_range check (das_skin_type between 0 and 4),
    das_skin_distribution smallint
        constraint skin_disease_das_skin_distribution_range check (das_skin_distribution between 0 and 3),
    das_skin_vasculitis smallint
        constraint skin_disease_das_skin_vasculitis_range check (das_skin_vasculitis between 0 and 1),
    das_skin_gottron_papules smallint
        constraint skin_disease_das_skin_gottron_papules_range check (das_skin_gottron_papules between 0 and 1),
    das_muscle_functional_status smallint
        constraint skin_disease_das_muscle_functional_status_range check (das_muscle_functional_status between 0 and 3),
    das_muscle_neck_flexor_weakness smallint
        constraint skin_disease_das_muscle_neck_flexor_weakness_range check (das_muscle_neck_flexor_weakness between 0 and 1),
    das_muscle_gowers_sign smallint
        constraint skin_disease_das_muscle_gowers_sign_range check (das_muscle_gowers_sign between 0 and 1),
    das_muscle_upper_proximal_weakness smallint
        constraint skin_disease_das_muscle_upper_proximal_weakness_range check (das_muscle_upper_proximal_weakness between 0 and 1),
    das_muscle_abnormal_gait smallint
        constraint skin_disease_das_muscle_abnormal_gait_range check (das_muscle_abnormal_gait between 0 and 1),
    das_muscle_lower_proximal_weakness smallint
        constraint skin_disease_das_muscle_lower_proximal_weakness_range check (das_muscle_lower_proximal_weakness between 0 and 1),
    das_muscle_difficulty_swallowing smallint
        constraint skin_disease_das_muscle_difficulty_swallowing_range check (das_muscle_difficulty_swallowing between 0 and 1),
    das_muscle_abdominal_weakness smallint
        constraint skin_disease_das_muscle_abdominal_weakness_range check (das_muscle_abdominal_weakness between 0 and 1),
    das_muscle_nasal_speech smallint
        constraint skin_disease_das_muscle_nasal_speech_range check (das_muscle_nasal_speech between 0 and 1),
    acat_activity smallint constraint skin_disease_acat_activity_range check (acat_activity between 0 and 17),
    acat_damage smallint constraint skin_disease_acat_damage_range check (acat_damage between 0 and 11),
    nailfold_right_index numeric(3,1)
        constraint skin_disease_nailfold_right_index_range check (nailfold_right_index between 0 and 30),
    nailfold_right_middle numeric(3,1)
        constraint skin_disease_nailfold_right_middle_range check (nailfold_right_middle between 0 and 30),
    nailfold_right_ring numeric(3,1)
        constraint skin_disease_nailfold_right_ring_range check (nailfold_right_ring between 0 and 30),
    nailfold_right_little numeric(3,1)
        constraint skin_disease_nailfold_right_little_range check (nailfold_right_little between 0 and 30),
    nailfold_left_index numeric(3,1)
        constraint skin_disease_nailfold_left_index_range check (nailfold_left_index between 0 and 30),
    nailfold_left_middle numeric(3,1)
        constraint skin_disease_nailfold_left_middle_range check (nailfold_left_middle between 0 and 30),
    nailfold_left_ring numeric(3,1)
        constraint skin_disease_nailfold_left_ring_range check (nailfold_left_ring between 0 and 30),
    nailfold_left_little numeric(3,1)
        constraint skin_disease_nailfold_left_little_range check (nailfold_left_little between 0 and 30),
    constraint skin_disease_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id)
);

create table functioning (
    visit_id uuid not null constraint functioning_pkey primary key,
    site_id uuid not null,
    voided boolean not null default false,
    missing jsonb not null default '{}' constraint functioning_missing_known check (are_missing_reasons(missing)),
    chaq_index numeric(4,3) constraint functioning_chaq_index_range check (chaq_index between 0 and 3),
    chaq_rater text constraint functioning_chaq_rater_known check (chaq_rater = any (array['patient', 'parent'])),
    chq_physical_summary numeric(4,1)
        constraint functioning_chq_physical_summary_range check (chq_physical_summary between 0 and 100),
    promis_version text constraint functioning_promis_version_length check (length(promis_version) between 1 and 40),
    promis_rater text constraint functioning_promis_rater_known check (promis_rater = any (array['patient', 'parent'])),
    chaq_dressing smallint constraint functioning_chaq_dressing_range check (chaq_dressing between 0 and 3),
    chaq_arising smallint constraint functioning_chaq_arising_range check (chaq_arising between 0 and 3),
    chaq_eating smallint constraint functioning_chaq_eating_range check (chaq_eating between 0 and 3),
    chaq_walking smallint constraint functioning_chaq_walking_range check (chaq_walking between 0 and 3),
    chaq_hygiene smallint constraint functioning_chaq_hygiene_range check (chaq_hygiene between 0 and 3),
    chaq_reach smallint constraint functioning_chaq_reach_range check (chaq_reach between 0 and 3),
    chaq_grip smallint constraint functioning_chaq_grip_range check (chaq_grip between 0 and 3),
    chaq_activities smallint constraint functioning_chaq_activities_range check (chaq_activities between 0 and 3),
    chaq_dressing_aid boolean,
    chaq_arising_aid boolean,
    chaq_eating_aid boolean,
    chaq_walking_aid boolean,
    chaq_hygiene_aid boolean,
    chaq_reach_aid boolean,
    chaq_grip_aid boolean,
    chaq_activities_aid boolean,
    promis_global_health numeric(4,1)
        constraint functioning_promis_global_health_range check (promis_global_health between 0 and 100),
    promis_pain_interference numeric(4,1)
        constraint functioning_promis_pain_interference_range check (promis_pain_interference between 0 and 100),
    promis_mobility numeric(4,1) constraint functioning_promis_mobility_range check (promis_mobility between 0 and 100),
    promis_upper_extremity numeric(4,1)
        constraint functioning_promis_upper_extremity_range check (promis_upper_extremity between 0 and 100),
    promis_fatigue numeric(4,1) constraint functioning_promis_fatigue_range check (promis_fatigue between 0 and 100),
    constraint functioning_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id)
);

create table organ_involvement (
    visit_id uuid not null constraint organ_involvement_pkey primary key,
    site_id uuid not null,
    voided boolean not null default false,
    missing jsonb not null default '{}' constraint organ_involvement_missing_known check (are_missing_reasons(missing)),
    calcinosis boolean,
    calcinosis_lesions smallint
        constraint organ_involvement_calcinosis_lesions_range check (calcinosis_lesions between 0 and 500),
    calcinosis_types text[]
        constraint organ_involvement_calcinosis_types_known check (calcinosis_types <@ array['superficial', 'tumoral',
            'planar', 'exoskeleton']),
    calcinosis_sites text[]
        constraint organ_involvement_calcinosis_sites_known check (calcinosis_sites <@ array['head_neck', 'trunk',
            'upper_limb', 'elbow', 'hand', 'buttock', 'lower_limb', 'knee', 'foot']),
    calcinosis_largest numeric(4,1)
        constraint organ_involvement_calcinosis_largest_range check (calcinosis_largest between 0 and 500),
    calcinosis_activity numeric(3,1)
        constraint organ_involvement_calcinosis_activity_range check (calcinosis_activity between 0 and 10),
    calcinosis_damage numeric(3,1)
        constraint organ_involvement_calcinosis_damage_range check (calcinosis_damage between 0 and 10),
    calcinosis_limits_function boolean,
    interstitial_lung_disease text
        constraint organ_involvement_interstitial_lung_disease_known check (interstitial_lung_disease = any
            (array['absent', 'suspected', 'present'])),
    hrct_findings text[]
        constraint organ_involvement_hrct_findings_known check (hrct_findings <@ array['none', 'ground_glass',
            'consolidation', 'reticulation']),
    hrct_extent smallint constraint organ_involvement_hrct_extent_range check (hrct_extent between 0 and 100),
    fvc numeric(4,2) constraint organ_involvement_fvc_range check (fvc between 0 and 10),
    fvc_percent_predicted numeric(4,1)
        constraint organ_involvement_fvc_percent_predicted_range check (fvc_percent_predicted between 0 and 250),
    dlco_percent_predicted numeric(4,1)
        constraint organ_involvement_dlco_percent_predicted_range check (dlco_percent_predicted between 0 and 250),
    lung_function_reference text
        constraint organ_involvement_lung_function_reference_known check (lung_function_reference = any
            (array['gli_2012', 'gli_2017', 'gli_2020', 'other'])),
    dysphagia text
        constraint organ_involvement_dysphagia_known check (dysphagia = any (array['none', 'mild', 'moderate_severe'])),
    dysphonia text
        constraint organ_involvement_dysphonia_known check (dysphonia = any (array['none', 'mild', 'moderate_severe'])),
    abdominal_pain text
        constraint organ_involvement_abdominal_pain_known check (abdominal_pain = any (array['none', 'mild',
            'moderate', 'severe'])),
    gastrointestinal_bleeding boolean,
    gastrointestinal_vasculopathy boolean,
    pericarditis boolean,
    myocarditis boolean,
    arrhythmia boolean,
    arthritis text
        constraint organ_involvement_arthritis_known check (arthritis = any (array['none', 'mild', 'moderate', 'severe'])),
    active_joints smallint constraint organ_involvement_active_joints_range check (active_joints between 0 and 80),
    contractures boolean,
    skin_ulceration boolean,
    skin_ulcers smallint constraint organ_involvement_skin_ulcers_range check (skin_ulcers between 0 and 100),
    constraint organ_involvement_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id)
);

create table damage (
    visit_id uuid not null constraint damage_pkey primary key,
    site_id uuid not null,
    voided boolean not null default false,
    missing jsonb not null default '{}' constraint damage_missing_known check (are_missing_reasons(missing)),
    mdi_extent_total smallint constraint damage_mdi_extent_total_range check (mdi_extent_total between 0 and 40),
    mdi_extent_maximum smallint
        constraint damage_mdi_extent_maximum_known check (mdi_extent_maximum = any (array[38, 40])),
    mdi_severity_total numeric(4,1)
        constraint damage_mdi_severity_total_range check (mdi_severity_total between 0 and 110),
    mdi_muscle_severity numeric(3,1)
        constraint damage_mdi_muscle_severity_range check (mdi_muscle_severity between 0 and 10),
    mdi_skeletal_severity numeric(3,1)
        constraint damage_mdi_skeletal_severity_range check (mdi_skeletal_severity between 0 and 10),
    mdi_cutaneous_severity numeric(3,1)
        constraint damage_mdi_cutaneous_severity_range check (mdi_cutaneous_severity between 0 and 10),
    mdi_gastrointestinal_severity numeric(3,1)
        constraint damage_mdi_gastrointestinal_severity_range check (mdi_gastrointestinal_severity between 0 and 10),
    mdi_pulmonary_severity numeric(3,1)
        constraint damage_mdi_pulmonary_severity_range check (mdi_pulmonary_severity between 0 and 10),
    mdi_cardiac_severity numeric(3,1)
        constraint damage_mdi_cardiac_severity_range check (mdi_cardiac_severity between 0 and 10),
    mdi_peripheral_vascular_severity numeric(3,1)
        constraint damage_mdi_peripheral_vascular_severity_range check (mdi_peripheral_vascular_severity between 0 and 10),
    mdi_endocrine_severity numeric(3,1)
        constraint damage_mdi_endocrine_severity_range check (mdi_endocrine_severity between 0 and 10),
    mdi_ocular_severity numeric(3,1)
        constraint damage_mdi_ocular_severity_range check (mdi_ocular_severity between 0 and 10),
    mdi_infection_severity numeric(3,1)
        constraint damage_mdi_infection_severity_range check (mdi_infection_severity between 0 and 10),
    mdi_malignancy_severity numeric(3,1)
        constraint damage_mdi_malignancy_severity_range check (mdi_malignancy_severity between 0 and 10),
    constraint damage_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id)
);

create table laboratory_result (
    id uuid not null default uuidv7() constraint laboratory_result_pkey primary key,
    visit_id uuid not null,
    participant_id uuid not null,
    study_id uuid not null constraint laboratory_result_study_fkey references study,
    site_id uuid not null,
    position smallint not null constraint laboratory_result_position_range check (position between 0 and 199),
    voided boolean not null default false,
    analyte text not null constraint laboratory_result_analyte_form check (analyte ~ '^[A-Za-z][A-Za-z0-9_]{1,39}$'),
    value numeric constraint laboratory_result_value_range check (value between -999999999999 and 999999999999),
    comparator text constraint laboratory_result_comparator_known check (comparator = any (array['<', '>'])),
    unit text constraint laboratory_result_unit_length check (length(unit) between 1 and 30),
    finding text
        constraint laboratory_result_finding_known check (finding = any (array['positive', 'negative', 'indeterminate'])),
    lower_limit numeric constraint laboratory_result_lower_limit_range check (lower_limit between 0 and 999999999999),
    upper_limit numeric constraint laboratory_result_upper_limit_range check (upper_limit between 0 and 999999999999),
    lower_limit_of_quantification numeric
        constraint laboratory_result_lower_limit_of_quantification_range check (lower_limit_of_quantification between 0 and 999999999999),
    specimen text
        constraint laboratory_result_specimen_known check (specimen = any (array['serum', 'plasma', 'whole_blood',
            'dried_blood_spot', 'pbmc', 'monocytes', 't_cells', 'urine'])),
    assay text constraint laboratory_result_assay_length check (length(assay) between 1 and 80),
    laboratory text constraint laboratory_result_laboratory_length check (length(laboratory) between 1 and 80),
    collected_at timestamptz,
    missing_reason text
        constraint laboratory_result_missing_reason_known check (missing_reason = any (array['not_done', 'refused',
            'not_applicable', 'unknown'])),
    standard_value numeric,
    standard_unit text,
    standard_lower_limit numeric,
    standard_upper_limit numeric,
    constraint laboratory_result_visit_fkey foreign key (visit_id, site_id) references visit (id, site_id),
    constraint laboratory_result_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint laboratory_result_once unique nulls not distinct (visit_id, analyte, specimen, assay, collected_at),
    constraint laboratory_result_value_has_unit check (value is null or unit is not null),
    constraint laboratory_result_is_one check (num_nonnulls(value, finding) > 0 and missing_reason is null
                                               or num_nonnulls(value, finding) = 0 and missing_reason is not null)
);
create index laboratory_result_study on laboratory_result (study_id, id);
create index laboratory_result_participant on laboratory_result (participant_id, analyte, collected_at);

-- A visit is dated within a consent: not before it was given, not after it was withdrawn.
create function is_within_consent(participant uuid, day date) returns boolean
    language sql stable
    return exists (select from consent c
                   where c.participant_id = participant and c.kind = 'consent' and not c.entered_in_error
                     and c.given_on <= day and (c.withdrawn_on is null or day <= c.withdrawn_on));

create function visit_is_within_consent() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform from consent c where c.participant_id = new.participant_id for share;
    if new.visited_on is not null and not new.entered_in_error
       and not is_within_consent(new.participant_id, new.visited_on) then
        raise exception using errcode = 'check_violation', constraint = 'visit_within_consent', table = 'visit',
            message = 'no consent is in force on the date of the visit';
    end if;
    return null;
end
$$;
create trigger visit_within_consent after insert or update of visited_on, entered_in_error, participant_id on visit
    for each row execute function visit_is_within_consent();

create function consent_covers_visits() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if exists (select from visit v
               where v.participant_id in (old.participant_id, new.participant_id) and not v.entered_in_error and v.visited_on is not null
                 and not is_within_consent(v.participant_id, v.visited_on)) then
        raise exception using errcode = 'check_violation', constraint = 'consent_covers_visits', table = 'consent',
            message = 'a visit would be left without a consent';
    end if;
    return null;
end
$$;
create trigger consent_covers_visits after update on consent for each row execute function consent_covers_visits();
