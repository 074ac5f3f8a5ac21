-- What a statistician may see: no real date, no site, no code, no free text. registry_extract reads it, and nothing else.
--
-- Every view gives the study's code and the participant's id; the writer of the files puts a keyed pseudonym in place of
-- the id and leaves the code out. Views run with the rights of their owner, past row-level security, so each rests on
-- `seen`, which holds the rule by site. Records entered in error, voided parts and drafts of visits are left out.
-- Each window is divided by study and participant, so that a filter on these reaches the indexes beneath.

grant usage on schema deidentified to registry_extract;
grant execute on function said(text), sees_every_site(), visible_sites() to registry_extract;

-- Day 1 is the first visit; the day before it is day -1, and there is no day 0 (SDTM).
create function deidentified.study_day(day date, day_1 date) returns integer
    language sql immutable parallel safe
    return case when day >= day_1 then day - day_1 + 1 else day - day_1 end;

create function deidentified.partial_study_day(value text, day_1 date) returns integer
    language sql stable parallel safe
    return case when length(value) = 10 then deidentified.study_day(value::date, day_1) end;

create function deidentified.precision_of(value text) returns text
    language sql immutable parallel safe
    return case length(value) when 4 then 'year' when 7 then 'month' when 10 then 'day' end;

-- Whole years from the month of birth to a month; July stands for a year whose month is not known; 90 means 90 or more.
create function deidentified.age_in(birth_year integer, birth_month integer, value text) returns integer
    language sql immutable parallel safe
    return case when value is not null then
        least(90, greatest(0, (substr(value, 1, 4)::integer * 12 + coalesce(nullif(substr(value, 6, 2), '')::integer, 7)
                               - birth_year * 12 - birth_month) / 12))
    end;

-- The participants whose site may be seen. Not granted to anybody.
create view deidentified.seen with (security_barrier) as
select s.code as study_code, p.id as participant_id
from participant p
join study s on s.id = p.study_id
where (select sees_every_site()) or p.site_id = any ((select visible_sites())::uuid[]);

-- The same with day 1: the date of the complete visit of week 0, or else of the first complete visit.
create view deidentified.dated with (security_barrier) as
select x.study_code, x.participant_id, first.day_1
from deidentified.seen x
cross join lateral (
    select coalesce(min(v.visited_on) filter (where v.event = 'week_0'), min(v.visited_on)) as day_1
    from visit v
    where v.participant_id = x.participant_id and v.status = 'complete' and not v.entered_in_error) first;

-- Complete visits, numbered by date. Not granted to anybody either.
create view deidentified.numbered_visit with (security_barrier) as
select study_code, participant_id, visit_id, visit_number, event, mode, day_1,
       deidentified.study_day(visited_on, day_1) as visited_day
from (
    select x.study_code, x.participant_id, v.id as visit_id, v.event, v.mode, v.visited_on,
           row_number() over (of_participant order by v.visited_on, v.event, v.id)::integer as visit_number,
           coalesce(min(v.visited_on) filter (where v.event = 'week_0') over of_participant,
                    min(v.visited_on) over of_participant) as day_1
    from deidentified.seen x
    join visit v on v.participant_id = x.participant_id and v.status = 'complete' and not v.entered_in_error
    window of_participant as (partition by x.study_code, x.participant_id)) numbered;

create view deidentified.study with (security_barrier) as
select code as study_code from study;

create view deidentified.participant with (security_barrier) as
select x.study_code, x.participant_id,
       deidentified.age_in(p.birth_year, p.birth_month, x.day_1::text) as age_at_first_visit,
       deidentified.age_in(p.birth_year, p.birth_month, p.symptom_onset) as age_at_onset,
       deidentified.precision_of(p.symptom_onset) as symptom_onset_precision,
       deidentified.age_in(p.birth_year, p.birth_month, p.diagnosed_on) as age_at_diagnosis,
       deidentified.precision_of(p.diagnosed_on) as diagnosed_precision,
       p.sex_at_birth, ('african' = any (p.ancestry))::integer as ancestry_african,
       ('american_indigenous' = any (p.ancestry))::integer as ancestry_american_indigenous,
       ('east_asian' = any (p.ancestry))::integer as ancestry_east_asian,
       ('european' = any (p.ancestry))::integer as ancestry_european,
       ('latin_american' = any (p.ancestry))::integer as ancestry_latin_american,
       ('middle_eastern_north_african' = any (p.ancestry))::integer as ancestry_middle_eastern_north_african,
       ('pacific' = any (p.ancestry))::integer as ancestry_pacific,
       ('south_asian' = any (p.ancestry))::integer as ancestry_south_asian,
       ('mixed' = any (p.ancestry))::integer as ancestry_mixed,
       ('other' = any (p.ancestry))::integer as ancestry_other,
       ('unknown' = any (p.ancestry))::integer as ancestry_unknown, p.disease_course,
       ('refractory_skin' = any (p.indications))::integer as indications_refractory_skin,
       ('refractory_muscle' = any (p.indications))::integer as indications_refractory_muscle,
       ('unable_to_wean_steroids' = any (p.indications))::integer as indications_unable_to_wean_steroids,
       ('intolerance' = any (p.indications))::integer as indications_intolerance,
       ('calcinosis' = any (p.indications))::integer as indications_calcinosis,
       ('ild' = any (p.indications))::integer as indications_ild,
       ('gastrointestinal' = any (p.indications))::integer as indications_gastrointestinal,
       ('other' = any (p.indications))::integer as indications_other,
       ('prednisone' = any (p.prior_treatments))::integer as prior_treatments_prednisone,
       ('prednisolone' = any (p.prior_treatments))::integer as prior_treatments_prednisolone,
       ('methylprednisolone' = any (p.prior_treatments))::integer as prior_treatments_methylprednisolone,
       ('hydrocortisone' = any (p.prior_treatments))::integer as prior_treatments_hydrocortisone,
       ('cortisone' = any (p.prior_treatments))::integer as prior_treatments_cortisone,
       ('dexamethasone' = any (p.prior_treatments))::integer as prior_treatments_dexamethasone,
       ('betamethasone' = any (p.prior_treatments))::integer as prior_treatments_betamethasone,
       ('triamcinolone' = any (p.prior_treatments))::integer as prior_treatments_triamcinolone,
       ('deflazacort' = any (p.prior_treatments))::integer as prior_treatments_deflazacort,
       ('methotrexate' = any (p.prior_treatments))::integer as prior_treatments_methotrexate,
       ('mycophenolate' = any (p.prior_treatments))::integer as prior_treatments_mycophenolate,
       ('hydroxychloroquine' = any (p.prior_treatments))::integer as prior_treatments_hydroxychloroquine,
       ('ciclosporin' = any (p.prior_treatments))::integer as prior_treatments_ciclosporin,
       ('tacrolimus' = any (p.prior_treatments))::integer as prior_treatments_tacrolimus,
       ('azathioprine' = any (p.prior_treatments))::integer as prior_treatments_azathioprine,
       ('cyclophosphamide' = any (p.prior_treatments))::integer as prior_treatments_cyclophosphamide,
       ('rituximab' = any (p.prior_treatments))::integer as prior_treatments_rituximab,
       ('abatacept' = any (p.prior_treatments))::integer as prior_treatments_abatacept,
       ('infliximab' = any (p.prior_treatments))::integer as prior_treatments_infliximab,
       ('adalimumab' = any (p.prior_treatments))::integer as prior_treatments_adalimumab,
       ('etanercept' = any (p.prior_treatments))::integer as prior_treatments_etanercept,
       ('tocilizumab' = any (p.prior_treatments))::integer as prior_treatments_tocilizumab,
       ('anifrolumab' = any (p.prior_treatments))::integer as prior_treatments_anifrolumab,
       ('ivig' = any (p.prior_treatments))::integer as prior_treatments_ivig,
       ('scig' = any (p.prior_treatments))::integer as prior_treatments_scig,
       ('plasma_exchange' = any (p.prior_treatments))::integer as prior_treatments_plasma_exchange,
       ('immunoadsorption' = any (p.prior_treatments))::integer as prior_treatments_immunoadsorption,
       ('pamidronate' = any (p.prior_treatments))::integer as prior_treatments_pamidronate,
       ('zoledronate' = any (p.prior_treatments))::integer as prior_treatments_zoledronate,
       ('sodium_thiosulfate' = any (p.prior_treatments))::integer as prior_treatments_sodium_thiosulfate,
       ('diltiazem' = any (p.prior_treatments))::integer as prior_treatments_diltiazem,
       ('topical_steroid' = any (p.prior_treatments))::integer as prior_treatments_topical_steroid,
       ('topical_tacrolimus' = any (p.prior_treatments))::integer as prior_treatments_topical_tacrolimus,
       ('co_trimoxazole' = any (p.prior_treatments))::integer as prior_treatments_co_trimoxazole,
       ('aciclovir' = any (p.prior_treatments))::integer as prior_treatments_aciclovir,
       ('live_vaccine' = any (p.prior_treatments))::integer as prior_treatments_live_vaccine,
       ('other_vaccine' = any (p.prior_treatments))::integer as prior_treatments_other_vaccine,
       ('probenecid' = any (p.prior_treatments))::integer as prior_treatments_probenecid,
       ('other' = any (p.prior_treatments))::integer as prior_treatments_other,
       ('lack_of_data' = any (p.access_barriers))::integer as access_barriers_lack_of_data,
       ('insurance' = any (p.access_barriers))::integer as access_barriers_insurance,
       ('cost' = any (p.access_barriers))::integer as access_barriers_cost,
       ('supply' = any (p.access_barriers))::integer as access_barriers_supply,
       ('other' = any (p.access_barriers))::integer as access_barriers_other,
       a.findings ->> 'tif1_gamma' as autoantibody_tif1_gamma, a.findings ->> 'nxp2' as autoantibody_nxp2,
       a.findings ->> 'mda5' as autoantibody_mda5, a.findings ->> 'mi_2' as autoantibody_mi_2,
       a.findings ->> 'sae' as autoantibody_sae, a.findings ->> 'jo_1' as autoantibody_jo_1,
       a.findings ->> 'pl_7' as autoantibody_pl_7, a.findings ->> 'pl_12' as autoantibody_pl_12,
       a.findings ->> 'ej' as autoantibody_ej, a.findings ->> 'oj' as autoantibody_oj,
       a.findings ->> 'ks' as autoantibody_ks, a.findings ->> 'zo' as autoantibody_zo,
       a.findings ->> 'ha' as autoantibody_ha, a.findings ->> 'srp' as autoantibody_srp,
       a.findings ->> 'hmgcr' as autoantibody_hmgcr, a.findings ->> 'ro52' as autoantibody_ro52,
       a.findings ->> 'ro60' as autoantibody_ro60, a.findings ->> 'la' as autoantibody_la,
       a.findings ->> 'u1_rnp' as autoantibody_u1_rnp, a.findings ->> 'pm_scl_75' as autoantibody_pm_scl_75,
       a.findings ->> 'pm_scl_100' as autoantibody_pm_scl_100, a.findings ->> 'ku' as autoantibody_ku,
       a.findings ->> 'cn1a' as autoantibody_cn1a, a.findings ->> 'fhl1' as autoantibody_fhl1
from deidentified.dated x
join participant p on p.id = x.participant_id
cross join lateral (
    -- Of several tests of one antibody the last key stays: positive before indeterminate before negative.
    select jsonb_object_agg(t.antibody, t.finding
                            order by case t.finding when 'negative' then 1 when 'indeterminate' then 2 else 3 end) as findings
    from jsonb_to_recordset(p.autoantibodies) as t(antibody text, finding text)) a;

create view deidentified.consent with (security_barrier) as
select x.study_code, x.participant_id,
       row_number() over (partition by x.study_code, x.participant_id order by c.given_on, c.id)::integer
           as consent_number,
       c.kind, deidentified.study_day(c.given_on, x.day_1) as given_day,
       deidentified.study_day(c.withdrawn_on, x.day_1) as withdrawn_day
from deidentified.dated x
join consent c on c.participant_id = x.participant_id and not c.entered_in_error;

create view deidentified.visit with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day, x.mode
from deidentified.numbered_visit x;

create view deidentified.vital_signs with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day,
       f.height, f.height_position, f.weight, f.systolic_blood_pressure, f.diastolic_blood_pressure, f.heart_rate,
       f.respiratory_rate, f.temperature, f.oxygen_saturation
from deidentified.numbered_visit x
join vital_signs f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.disease_activity with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day,
       f.physician_global_activity, f.physician_global_scale, f.patient_global_activity, f.patient_global_scale,
       f.patient_global_wording, f.patient_global_rater, f.extramuscular_global_activity, f.pain, f.pain_rater,
       f.physician_global_damage, f.mdaat_constitutional, f.mdaat_cutaneous, f.mdaat_skeletal,
       f.mdaat_gastrointestinal, f.mdaat_pulmonary, f.mdaat_cardiovascular, f.mdaat_other, f.mdaat_muscle
from deidentified.numbered_visit x
join disease_activity f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.muscle_strength with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day,
       f.mmt8_maximum, f.mmt8_side, f.mmt8_total, f.cmas_maximum, f.cmas_total, f.mmt8_neck_flexors,
       f.mmt8_deltoid_right, f.mmt8_biceps_right, f.mmt8_gluteus_maximus_right, f.mmt8_gluteus_medius_right,
       f.mmt8_quadriceps_right, f.mmt8_wrist_extensors_right, f.mmt8_ankle_dorsiflexors_right, f.mmt8_deltoid_left,
       f.mmt8_biceps_left, f.mmt8_gluteus_maximus_left, f.mmt8_gluteus_medius_left, f.mmt8_quadriceps_left,
       f.mmt8_wrist_extensors_left, f.mmt8_ankle_dorsiflexors_left, f.cmas_head_elevation, f.cmas_leg_raise,
       f.cmas_straight_leg_lift, f.cmas_supine_to_prone, f.cmas_sit_ups, f.cmas_supine_to_sit, f.cmas_arm_raise,
       f.cmas_arm_raise_duration, f.cmas_floor_sit, f.cmas_all_fours, f.cmas_floor_rise, f.cmas_chair_rise,
       f.cmas_stool_step, f.cmas_pick_up
from deidentified.numbered_visit x
join muscle_strength f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.skin_disease with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day,
       f.cdasi_activity_total, f.cdasi_damage_total, f.das_skin_total, f.das_muscle_total, f.das_total,
       f.nailfold_density, ('open' = any (f.nailfold_patterns))::integer as nailfold_patterns_open,
       ('crossed' = any (f.nailfold_patterns))::integer as nailfold_patterns_crossed,
       ('tortuous' = any (f.nailfold_patterns))::integer as nailfold_patterns_tortuous,
       ('bushy' = any (f.nailfold_patterns))::integer as nailfold_patterns_bushy,
       ('branched' = any (f.nailfold_patterns))::integer as nailfold_patterns_branched,
       ('undefined' = any (f.nailfold_patterns))::integer as nailfold_patterns_undefined,
       f.nailfold_haemorrhage::integer, f.cdasi_scalp_erythema, f.cdasi_scalp_scale, f.cdasi_scalp_erosion,
       f.cdasi_malar_erythema, f.cdasi_malar_scale, f.cdasi_malar_erosion, f.cdasi_periorbital_erythema,
       f.cdasi_periorbital_scale, f.cdasi_periorbital_erosion, f.cdasi_face_rest_erythema, f.cdasi_face_rest_scale,
       f.cdasi_face_rest_erosion, f.cdasi_v_neck_erythema, f.cdasi_v_neck_scale, f.cdasi_v_neck_erosion,
       f.cdasi_posterior_neck_erythema, f.cdasi_posterior_neck_scale, f.cdasi_posterior_neck_erosion,
       f.cdasi_upper_back_erythema, f.cdasi_upper_back_scale, f.cdasi_upper_back_erosion, f.cdasi_back_rest_erythema,
       f.cdasi_back_rest_scale, f.cdasi_back_rest_erosion, f.cdasi_abdomen_erythema, f.cdasi_abdomen_scale,
       f.cdasi_abdomen_erosion, f.cdasi_lateral_thigh_erythema, f.cdasi_lateral_thigh_scale,
       f.cdasi_lateral_thigh_erosion, f.cdasi_leg_rest_erythema, f.cdasi_leg_rest_scale, f.cdasi_leg_rest_erosion,
       f.cdasi_arm_erythema, f.cdasi_arm_scale, f.cdasi_arm_erosion, f.cdasi_mechanics_hand_erythema,
       f.cdasi_mechanics_hand_scale, f.cdasi_mechanics_hand_erosion, f.cdasi_dorsal_hands_erythema,
       f.cdasi_dorsal_hands_scale, f.cdasi_dorsal_hands_erosion, f.cdasi_gottron_other_erythema,
       f.cdasi_gottron_other_scale, f.cdasi_gottron_other_erosion, f.cdasi_gottron_hands_erythema,
       f.cdasi_gottron_hands_papules::integer, f.cdasi_gottron_hands_ulceration, f.cdasi_periungual, f.cdasi_alopecia,
       f.cdasi_scalp_poikiloderma, f.cdasi_scalp_calcinosis, f.cdasi_malar_poikiloderma, f.cdasi_malar_calcinosis,
       f.cdasi_periorbital_poikiloderma, f.cdasi_periorbital_calcinosis, f.cdasi_face_rest_poikiloderma,
       f.cdasi_face_rest_calcinosis, f.cdasi_v_neck_poikiloderma, f.cdasi_v_neck_calcinosis,
       f.cdasi_posterior_neck_poikiloderma, f.cdasi_posterior_neck_calcinosis, f.cdasi_upper_back_poikiloderma,
       f.cdasi_upper_back_calcinosis, f.cdasi_back_rest_poikiloderma, f.cdasi_back_rest_calcinosis,
       f.cdasi_abdomen_poikiloderma, f.cdasi_abdomen_calcinosis, f.cdasi_lateral_thigh_poikiloderma,
       f.cdasi_lateral_thigh_calcinosis, f.cdasi_leg_rest_poikiloderma, f.cdasi_leg_rest_calcinosis,
       f.cdasi_arm_poikiloderma, f.cdasi_arm_calcinosis, f.cdasi_mechanics_hand_poikiloderma,
       f.cdasi_mechanics_hand_calcinosis, f.cdasi_dorsal_hands_poikiloderma, f.cdasi_dorsal_hands_calcinosis,
       f.cdasi_gottron_other_poikiloderma, f.cdasi_gottron_other_calcinosis, f.cdasi_gottron_hands_damage,
       f.das_skin_type, f.das_skin_distribution, f.das_skin_vasculitis, f.das_skin_gottron_papules,
       f.das_muscle_functional_status, f.das_muscle_neck_flexor_weakness, f.das_muscle_gowers_sign,
       f.das_muscle_upper_proximal_weakness, f.das_muscle_abnormal_gait, f.das_muscle_lower_proximal_weakness,
       f.das_muscle_difficulty_swallowing, f.das_muscle_abdominal_weakness, f.das_muscle_nasal_speech,
       f.acat_activity, f.acat_damage, f.nailfold_right_index, f.nailfold_right_middle, f.nailfold_right_ring,
       f.nailfold_right_little, f.nailfold_left_index, f.nailfold_left_middle, f.nailfold_left_ring,
       f.nailfold_left_little
from deidentified.numbered_visit x
join skin_disease f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.functioning with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day,
       f.chaq_index, f.chaq_rater, f.chq_physical_summary, f.promis_rater, f.chaq_dressing, f.chaq_arising,
       f.chaq_eating, f.chaq_walking, f.chaq_hygiene, f.chaq_reach, f.chaq_grip, f.chaq_activities,
       f.chaq_dressing_aid::integer, f.chaq_arising_aid::integer, f.chaq_eating_aid::integer,
       f.chaq_walking_aid::integer, f.chaq_hygiene_aid::integer, f.chaq_reach_aid::integer, f.chaq_grip_aid::integer,
       f.chaq_activities_aid::integer, f.promis_global_health, f.promis_pain_interference, f.promis_mobility,
       f.promis_upper_extremity, f.promis_fatigue
from deidentified.numbered_visit x
join functioning f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.organ_involvement with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day,
       f.calcinosis::integer, f.calcinosis_lesions,
       ('superficial' = any (f.calcinosis_types))::integer as calcinosis_types_superficial,
       ('tumoral' = any (f.calcinosis_types))::integer as calcinosis_types_tumoral,
       ('planar' = any (f.calcinosis_types))::integer as calcinosis_types_planar,
       ('exoskeleton' = any (f.calcinosis_types))::integer as calcinosis_types_exoskeleton,
       ('head_neck' = any (f.calcinosis_sites))::integer as calcinosis_sites_head_neck,
       ('trunk' = any (f.calcinosis_sites))::integer as calcinosis_sites_trunk,
       ('upper_limb' = any (f.calcinosis_sites))::integer as calcinosis_sites_upper_limb,
       ('elbow' = any (f.calcinosis_sites))::integer as calcinosis_sites_elbow,
       ('hand' = any (f.calcinosis_sites))::integer as calcinosis_sites_hand,
       ('buttock' = any (f.calcinosis_sites))::integer as calcinosis_sites_buttock,
       ('lower_limb' = any (f.calcinosis_sites))::integer as calcinosis_sites_lower_limb,
       ('knee' = any (f.calcinosis_sites))::integer as calcinosis_sites_knee,
       ('foot' = any (f.calcinosis_sites))::integer as calcinosis_sites_foot, f.calcinosis_largest,
       f.calcinosis_activity, f.calcinosis_damage, f.calcinosis_limits_function::integer, f.interstitial_lung_disease,
       ('none' = any (f.hrct_findings))::integer as hrct_findings_none,
       ('ground_glass' = any (f.hrct_findings))::integer as hrct_findings_ground_glass,
       ('consolidation' = any (f.hrct_findings))::integer as hrct_findings_consolidation,
       ('reticulation' = any (f.hrct_findings))::integer as hrct_findings_reticulation, f.hrct_extent, f.fvc,
       f.fvc_percent_predicted, f.dlco_percent_predicted, f.lung_function_reference, f.dysphagia, f.dysphonia,
       f.abdominal_pain, f.gastrointestinal_bleeding::integer, f.gastrointestinal_vasculopathy::integer,
       f.pericarditis::integer, f.myocarditis::integer, f.arrhythmia::integer, f.arthritis, f.active_joints,
       f.contractures::integer, f.skin_ulceration::integer, f.skin_ulcers
from deidentified.numbered_visit x
join organ_involvement f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.damage with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day,
       f.mdi_extent_total, f.mdi_extent_maximum, f.mdi_severity_total, f.mdi_muscle_severity, f.mdi_skeletal_severity,
       f.mdi_cutaneous_severity, f.mdi_gastrointestinal_severity, f.mdi_pulmonary_severity, f.mdi_cardiac_severity,
       f.mdi_peripheral_vascular_severity, f.mdi_endocrine_severity, f.mdi_ocular_severity, f.mdi_infection_severity,
       f.mdi_malignancy_severity
from deidentified.numbered_visit x
join damage f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.missing_value with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day, f.form, m.key as field, m.value as reason
from deidentified.numbered_visit x
join (
    select visit_id, 'vital_signs' as form, missing from vital_signs where not voided and missing <> '{}'
    union all
    select visit_id, 'disease_activity', missing from disease_activity where not voided and missing <> '{}'
    union all
    select visit_id, 'muscle_strength', missing from muscle_strength where not voided and missing <> '{}'
    union all
    select visit_id, 'skin_disease', missing from skin_disease where not voided and missing <> '{}'
    union all
    select visit_id, 'functioning', missing from functioning where not voided and missing <> '{}'
    union all
    select visit_id, 'organ_involvement', missing from organ_involvement where not voided and missing <> '{}'
    union all
    select visit_id, 'damage', missing from damage where not voided and missing <> '{}') f on f.visit_id = x.visit_id
cross join lateral jsonb_each_text(f.missing) m;

-- A unit is checked against the catalogue with its value; without one it could say anything, and is left out.
create view deidentified.laboratory_result with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day, r.position + 1 as result_number,
       r.analyte, r.value, r.comparator, case when r.value is not null then r.unit end as unit, r.finding,
       r.lower_limit, r.upper_limit, r.lower_limit_of_quantification, r.specimen,
       deidentified.study_day((r.collected_at at time zone s.time_zone)::date, x.day_1) as collected_day,
       r.missing_reason, r.standard_value, r.standard_unit, r.standard_lower_limit, r.standard_upper_limit
from deidentified.numbered_visit x
join laboratory_result r on r.visit_id = x.visit_id and not r.voided
join site s on s.id = r.site_id;

create view deidentified.dose with (security_barrier) as
select x.study_code, x.participant_id,
       row_number() over (partition by x.study_code, x.participant_id order by d.started_on, d.id)::integer
           as dose_number,
       d.drug, d.atc, d.formulation, d.mg_per_intake, d.intakes_per_day, d.weight_used, d.egfr_used,
       deidentified.study_day(d.started_on, x.day_1) as started_day,
       deidentified.study_day(d.ended_on, x.day_1) as ended_day, d.reason_for_start, d.reason_for_end, d.adherence,
       d.mg_per_day, d.mg_per_kg_per_day
from deidentified.dated x
join dose d on d.participant_id = x.participant_id and not d.entered_in_error;

create view deidentified.concomitant_medication with (security_barrier) as
select x.study_code, x.participant_id,
       row_number() over (partition by x.study_code, x.participant_id order by m.started_on, m.id)::integer
           as medication_number,
       m.medication, m.dose, m.dose_unit, m.frequency, m.route,
       deidentified.partial_study_day(m.started_on, x.day_1) as started_day,
       deidentified.precision_of(m.started_on) as started_precision,
       deidentified.partial_study_day(m.ended_on, x.day_1) as ended_day,
       deidentified.precision_of(m.ended_on) as ended_precision
from deidentified.dated x
join concomitant_medication m on m.participant_id = x.participant_id and not m.entered_in_error;

-- Adverse events, numbered; with what the views of them and of their drugs need. Not granted to anybody.
create view deidentified.numbered_adverse_event with (security_barrier) as
select x.study_code, x.participant_id, x.day_1, e.id as adverse_event_id,
       row_number() over (partition by x.study_code, x.participant_id order by e.started_on, e.id)::integer
           as adverse_event_number
from deidentified.dated x
join adverse_event e on e.participant_id = x.participant_id and not e.entered_in_error;

create view deidentified.adverse_event with (security_barrier) as
select x.study_code, x.participant_id, x.adverse_event_number,
       e.ctcae_version, e.grade, e.special_interest,
       deidentified.partial_study_day(e.started_on, x.day_1) as started_day,
       deidentified.precision_of(e.started_on) as started_precision,
       deidentified.partial_study_day(e.ended_on, x.day_1) as ended_day,
       deidentified.precision_of(e.ended_on) as ended_precision, e.serious::integer,
       ('death' = any (e.seriousness_criteria))::integer as seriousness_criteria_death,
       ('life_threatening' = any (e.seriousness_criteria))::integer as seriousness_criteria_life_threatening,
       ('hospitalisation' = any (e.seriousness_criteria))::integer as seriousness_criteria_hospitalisation,
       ('disability' = any (e.seriousness_criteria))::integer as seriousness_criteria_disability,
       ('congenital_anomaly' = any (e.seriousness_criteria))::integer as seriousness_criteria_congenital_anomaly,
       ('important_medical_event' = any (e.seriousness_criteria))::integer as seriousness_criteria_important_medical_event,
       e.expectedness, e.outcome
from deidentified.numbered_adverse_event x
join adverse_event e on e.id = x.adverse_event_id;

create view deidentified.drug_causality with (security_barrier) as
select x.study_code, x.participant_id, x.adverse_event_number, c.drug, c.causality, c.action_taken
from deidentified.numbered_adverse_event x
join adverse_event e on e.id = x.adverse_event_id
cross join lateral jsonb_to_recordset(e.causality) as c(drug text, causality text, action_taken text);

grant select on deidentified.study, deidentified.participant, deidentified.consent, deidentified.visit,
    deidentified.vital_signs, deidentified.disease_activity, deidentified.muscle_strength,
    deidentified.skin_disease, deidentified.functioning, deidentified.organ_involvement, deidentified.damage,
    deidentified.missing_value, deidentified.laboratory_result, deidentified.dose,
    deidentified.concomitant_medication, deidentified.adverse_event, deidentified.drug_causality
    to registry_extract;

-- An extract is read again only by who may still see all of its sites; null means every site.
alter table extract enable row level security;
create policy by_coverage on extract to registry_service
    using ((select sees_every_site()) or sites <@ (select visible_sites())::uuid[]);
