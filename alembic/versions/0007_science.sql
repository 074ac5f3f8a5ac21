-- What the rules of the science need: the variant of the response criteria, items of diagnosis, MMT26, organs that tell of
-- a high risk, why a medication ended, the healthy controls of a laboratory, and a study's own constants.

alter table study
    add column rule_constants jsonb not null default '{}'
        constraint study_rule_constants_object check (jsonb_typeof(rule_constants) = 'object');

alter table participant
    add column core_set text constraint participant_core_set_known check (core_set = any (array['imacs', 'printo'])),
    add column strength_measure text
        constraint participant_strength_measure_known check (strength_measure = any (array['mmt8', 'cmas'])),
    add column diagnostic_upper_limb_weakness boolean,
    add column diagnostic_lower_limb_weakness boolean,
    add column diagnostic_neck_flexor_weakness boolean,
    add column diagnostic_proximal_leg_weakness boolean,
    add column diagnostic_heliotrope_rash boolean,
    add column diagnostic_gottron_papules boolean,
    add column diagnostic_gottron_sign boolean,
    add column diagnostic_dysphagia boolean,
    add column diagnostic_raised_enzymes boolean,
    add column diagnostic_emg_myopathic boolean,
    add column diagnostic_biopsy_done boolean,
    add column diagnostic_biopsy_endomysial_infiltrate boolean,
    add column diagnostic_biopsy_perimysial_infiltrate boolean,
    add column diagnostic_biopsy_perifascicular_atrophy boolean,
    add column diagnostic_biopsy_rimmed_vacuoles boolean,
    add column diagnostic_biopsy_myositis boolean;

alter table concomitant_medication
    add column reason_for_end text
        constraint concomitant_medication_reason_for_end_known check (reason_for_end = any (array['inefficacy',
            'intolerance', 'remission', 'completed', 'access', 'other', 'unknown']));

alter table muscle_strength
    add column mmt26_total smallint constraint muscle_strength_mmt26_total_range check (mmt26_total between 0 and 260),
    add column mmt_axial smallint constraint muscle_strength_mmt_axial_range check (mmt_axial between 0 and 20),
    add column mmt_proximal smallint
        constraint muscle_strength_mmt_proximal_range check (mmt_proximal between 0 and 160),
    add column mmt_distal smallint constraint muscle_strength_mmt_distal_range check (mmt_distal between 0 and 80);

alter table organ_involvement
    add column bed_bound boolean,
    add column aspiration boolean,
    add column central_nervous_system boolean,
    add column intensive_care boolean;

alter table laboratory_result
    add column reference_mean numeric
        constraint laboratory_result_reference_mean_range check (reference_mean between -999999999999 and 999999999999),
    add column reference_sd numeric
        constraint laboratory_result_reference_sd_range check (reference_sd between 0.000001 and 999999999999);

-- The views keep their columns, their owner and who may read them; the new columns stand at their ends.

create or replace view deidentified.participant with (security_barrier) as
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
       a.findings ->> 'cn1a' as autoantibody_cn1a, a.findings ->> 'fhl1' as autoantibody_fhl1,
       p.core_set, p.strength_measure, p.diagnostic_upper_limb_weakness::integer,
       p.diagnostic_lower_limb_weakness::integer, p.diagnostic_neck_flexor_weakness::integer,
       p.diagnostic_proximal_leg_weakness::integer, p.diagnostic_heliotrope_rash::integer,
       p.diagnostic_gottron_papules::integer, p.diagnostic_gottron_sign::integer, p.diagnostic_dysphagia::integer,
       p.diagnostic_raised_enzymes::integer, p.diagnostic_emg_myopathic::integer, p.diagnostic_biopsy_done::integer,
       p.diagnostic_biopsy_endomysial_infiltrate::integer, p.diagnostic_biopsy_perimysial_infiltrate::integer,
       p.diagnostic_biopsy_perifascicular_atrophy::integer, p.diagnostic_biopsy_rimmed_vacuoles::integer,
       p.diagnostic_biopsy_myositis::integer
from deidentified.dated x
join participant p on p.id = x.participant_id
cross join lateral (
    -- Of several tests of one antibody the last key stays: positive before indeterminate before negative.
    select jsonb_object_agg(t.antibody, t.finding
                            order by case t.finding when 'negative' then 1 when 'indeterminate' then 2 else 3 end) as findings
    from jsonb_to_recordset(p.autoantibodies) as t(antibody text, finding text)) a;

create or replace view deidentified.muscle_strength with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day,
       f.mmt8_maximum, f.mmt8_side, f.mmt8_total, f.cmas_maximum, f.cmas_total, f.mmt8_neck_flexors,
       f.mmt8_deltoid_right, f.mmt8_biceps_right, f.mmt8_gluteus_maximus_right, f.mmt8_gluteus_medius_right,
       f.mmt8_quadriceps_right, f.mmt8_wrist_extensors_right, f.mmt8_ankle_dorsiflexors_right, f.mmt8_deltoid_left,
       f.mmt8_biceps_left, f.mmt8_gluteus_maximus_left, f.mmt8_gluteus_medius_left, f.mmt8_quadriceps_left,
       f.mmt8_wrist_extensors_left, f.mmt8_ankle_dorsiflexors_left, f.cmas_head_elevation, f.cmas_leg_raise,
       f.cmas_straight_leg_lift, f.cmas_supine_to_prone, f.cmas_sit_ups, f.cmas_supine_to_sit, f.cmas_arm_raise,
       f.cmas_arm_raise_duration, f.cmas_floor_sit, f.cmas_all_fours, f.cmas_floor_rise, f.cmas_chair_rise,
       f.cmas_stool_step, f.cmas_pick_up,
       f.mmt26_total, f.mmt_axial, f.mmt_proximal, f.mmt_distal
from deidentified.numbered_visit x
join muscle_strength f on f.visit_id = x.visit_id and not f.voided;

create or replace view deidentified.organ_involvement with (security_barrier) as
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
       f.contractures::integer, f.skin_ulceration::integer, f.skin_ulcers,
       f.bed_bound::integer, f.aspiration::integer, f.central_nervous_system::integer, f.intensive_care::integer
from deidentified.numbered_visit x
join organ_involvement f on f.visit_id = x.visit_id and not f.voided;

create or replace view deidentified.laboratory_result with (security_barrier) as
select x.study_code, x.participant_id, x.visit_number, x.event, x.visited_day, r.position + 1 as result_number,
       r.analyte, r.value, r.comparator, case when r.value is not null then r.unit end as unit, r.finding,
       r.lower_limit, r.upper_limit, r.lower_limit_of_quantification, r.specimen,
       deidentified.study_day((r.collected_at at time zone s.time_zone)::date, x.day_1) as collected_day,
       r.missing_reason, r.standard_value, r.standard_unit, r.standard_lower_limit, r.standard_upper_limit,
       r.reference_mean, r.reference_sd
from deidentified.numbered_visit x
join laboratory_result r on r.visit_id = x.visit_id and not r.voided
join site s on s.id = r.site_id;

create or replace view deidentified.concomitant_medication with (security_barrier) as
select x.study_code, x.participant_id,
       row_number() over (partition by x.study_code, x.participant_id order by m.started_on, m.id)::integer
           as medication_number,
       m.medication, m.dose, m.dose_unit, m.frequency, m.route,
       deidentified.partial_study_day(m.started_on, x.day_1) as started_day,
       deidentified.precision_of(m.started_on) as started_precision,
       deidentified.partial_study_day(m.ended_on, x.day_1) as ended_day,
       deidentified.precision_of(m.ended_on) as ended_precision,
       m.reason_for_end
from deidentified.dated x
join concomitant_medication m on m.participant_id = x.participant_id and not m.entered_in_error;
