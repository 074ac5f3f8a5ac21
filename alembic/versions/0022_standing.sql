-- Records as they stand: now, or at the moment that the transaction says, through the same views.
--
-- A record that was written since that moment is read from the audit, from the image that was replaced by the first change
-- after it; any other from its table. Without a moment nothing counts as written since, and everything is read from the tables.

create schema standing;

-- What was written after the moment. `said` stands here twice: the first keeps the audit unread where no moment is said, the
-- second is known to the planner.
create view standing.written_since as
select e.kind, e.record_id, e.version, e.before
from audit.event e
where (select said('as_of')) is not null and e.at > said('as_of')::timestamptz and e.action = any (array['record', 'amend']);

-- The records among them as they stood at the moment; those that were not there yet have no image.
create view standing.undone as
select w.kind, w.record_id, w.before as image
from standing.written_since w
where w.before is not null
  and not exists (select from standing.written_since earlier
                  where earlier.record_id = w.record_id and earlier.kind = w.kind and earlier.version = w.version - 1);

-- Make the view of a table, anew when the table has other columns. A table without versions of its own is a part of a visit.
-- An image tells no null, nothing of columns that came after it, which have their default, and of a part of a visit not the
-- identifiers that stand in the visit.
create procedure standing.show(record_table regclass)
    language plpgsql
as $$
declare
    is_part constant boolean := not exists (select from pg_attribute where attrelid = record_table and attname = 'version');
    rows_in_image constant text := case when record_table = 'laboratory_result'::regclass then 'u.image -> ''laboratory_results'''
                                        else format('jsonb_path_query_array(u.image, ''$.forms.%s'')', record_table) end;
    columns text;
    undone text;
    blank text;
begin
    select string_agg('t.' || quote_ident(a.attname), ', ' order by a.attnum),
           string_agg(case when is_part and a.attname = 'visit_id' then 'u.record_id'
                           when is_part and a.attname = any (array['study_id', 'site_id', 'participant_id'])
                               then format('(u.image ->> %L)::uuid', a.attname)
                           else 't.' || quote_ident(a.attname) end, ', ' order by a.attnum),
           string_agg(case when a.attnotnull and a.attgenerated = '' and strpos(pg_get_expr(d.adbin, d.adrelid), '(') = 0
                           then pg_get_expr(d.adbin, d.adrelid) else 'null' end, ', ' order by a.attnum)
    into columns, undone, blank
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = record_table and a.attnum > 0 and not a.attisdropped;
    execute format(
        'create or replace view standing.%1$s as
         select %2$s from public.%1$s t
         where not exists (select from standing.written_since w where w.kind = %3$L and w.record_id = t.%4$s)
         union all
         select %5$s
         from standing.undone u
         cross join lateral %6$s t
         where u.kind = %3$L',
        record_table, columns, case when is_part then 'visit' else record_table::text end,
        case when is_part then 'visit_id' else 'id' end, undone,
        case when is_part then format('jsonb_populate_recordset(row(%s)::public.%s, %s)', blank, record_table, rows_in_image)
             else format('jsonb_populate_record(row(%s)::public.%s, u.image)', blank, record_table) end);
end
$$;
revoke execute on procedure standing.show(regclass) from public;
call standing.show('study');
call standing.show('site');
call standing.show('consent_document');
call standing.show('protocol_version');
call standing.show('protocol_activation');
call standing.show('participant');
call standing.show('consent');
call standing.show('withdrawal');
call standing.show('allocation');
call standing.show('randomisation_slot');
call standing.show('dose');
call standing.show('concomitant_medication');
call standing.show('adverse_event');
call standing.show('study_dictionary');
call standing.show('coding');
call standing.show('visit');
call standing.show('vital_signs');
call standing.show('disease_activity');
call standing.show('muscle_strength');
call standing.show('skin_disease');
call standing.show('functioning');
call standing.show('organ_involvement');
call standing.show('damage');
call standing.show('laboratory_result');

-- Why values of the forms of a visit are missing: of all its forms at once, for an image is large and is opened once.
create view standing.missing as
select f.visit_id, f.form, f.missing
from (select visit_id, 'vital_signs' as form, missing from vital_signs where not voided and missing <> '{}'
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
      select visit_id, 'damage', missing from damage where not voided and missing <> '{}') f
where not exists (select from standing.written_since w where w.kind = 'visit' and w.record_id = f.visit_id)
union all
select u.record_id, f.key, f.value -> 'missing'
from standing.undone u
cross join lateral jsonb_each(u.image -> 'forms') f
where u.kind = 'visit' and f.value -> 'missing' <> '{}';

-- Whether anything of the study that is said, of what stands here, was written after a moment. It reads past row security.
create function deidentified.has_changed_since(since timestamptz) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (
        select from audit.event e
        where e.at > since
          and (e.kind = 'study' and e.record_id = said('study_id')::uuid
               or e.kind = 'site' and exists (select from participant p
                                              where p.site_id = e.record_id and p.study_id = said('study_id')::uuid)
               or e.kind = any (array['consent_document', 'protocol_version', 'protocol_activation', 'participant', 'consent',
                                      'withdrawal', 'allocation', 'randomisation_slot', 'dose', 'concomitant_medication',
                                      'adverse_event', 'study_dictionary', 'coding', 'visit'])
                  and e.after ->> 'study_id' = said('study_id')));
revoke execute on function deidentified.has_changed_since(timestamptz) from public;
grant execute on function deidentified.has_changed_since(timestamptz) to registry_extract;

-- --- what a statistician may see, over records as they stand ---------------------------------------------------------

drop view deidentified.drug_causality, deidentified.severity_change, deidentified.adverse_event,
    deidentified.numbered_adverse_event, deidentified.concomitant_medication, deidentified.dose,
    deidentified.laboratory_result, deidentified.missing_value, deidentified.damage, deidentified.organ_involvement,
    deidentified.functioning, deidentified.skin_disease, deidentified.muscle_strength, deidentified.disease_activity,
    deidentified.vital_signs, deidentified.visit, deidentified.consent, deidentified.participant, deidentified.study,
    deidentified.numbered_visit, deidentified.dated, deidentified.seen;
drop function deidentified.covers(uuid, text[]);
drop function has_changed_since(uuid, timestamptz);

-- The study day of the middle of what is known of a date; of a whole date, its own.
create function deidentified.middle_day(value text, day_1 date) returns integer
    language sql immutable parallel safe
    return deidentified.study_day(first_day_of(value) + (last_day_of(value) - first_day_of(value)) / 2, day_1);

-- The participants of the study that is said whose site may be seen, and the day at their site at that moment. As what
-- follows, up to those who agree, it is not granted to anybody.
create view deidentified.covered with (security_barrier) as
select p.id as participant_id, p.study_id, p.site_id, p.birth_year, p.birth_month, s.age_of_majority,
       (coalesce(said('as_of')::timestamptz, now()) at time zone s.time_zone)::date as today
from standing.participant p
join standing.site s on s.id = p.site_id
where p.study_id = (select said('study_id')::uuid)
  and ((select sees_every_site()) or p.site_id = any ((select visible_sites())::uuid[]));

-- Those among them whose consent covers every use that the reader has said, and their assent where it is asked for. It is
-- what consent_covers tells of one participant by the tables as they are, told of all at once by records as they stand;
-- the rule has its words there. Where the reader has said participants, it is they alone, each with a place, from 0.
create view deidentified.seen with (security_barrier) as
with covered as materialized (
    select * from deidentified.covered
),
asked_use as materialized (
    select distinct used.use from unnest(string_to_array(said('uses'), ',')) used(use)
),
document as materialized (
    select * from standing.consent_document d where d.study_id = (select said('study_id')::uuid)
),
counting as materialized (
    select c.id, c.participant_id, c.kind, c.given_by, c.given_on, c.scopes, agreed_to.scopes as asked_scopes,
           c.withdrawn_on is null
           and not exists (select from standing.withdrawal w
                           where w.participant_id = c.participant_id and w.kind = 'data_use' and not w.entered_in_error
                             and w.withdrawn_on >= c.given_on) as leaves_in_use
    from covered p
    join standing.consent c on c.participant_id = p.participant_id and not c.entered_in_error and c.given_on <= p.today
    left join document agreed_to on agreed_to.id = c.consent_document_id
    where (c.kind <> 'consent' or c.given_by = 'participant'
           or p.today <= last_day_of_minority(p.birth_year, p.birth_month, p.age_of_majority))
      and not exists (
          select from document newer
          where newer.kind = c.kind and not newer.entered_in_error and (newer.site_id is null or newer.site_id = c.site_id)
            and newer.reconsent_by < p.today and newer.document_version <> c.document_version
            and newer.valid_from > coalesce(
                (select min(own.valid_from) from document own
                 where own.kind = c.kind and not own.entered_in_error and own.document_version = c.document_version
                   and (own.site_id is null or own.site_id = c.site_id)), c.given_on))
),
answer as (
    select distinct on (c.participant_id, c.kind, u.use)
           c.participant_id, c.kind, u.use = any (c.scopes) and c.leaves_in_use as agrees
    from counting c join asked_use u on c.asked_scopes is null or u.use = any (c.asked_scopes)
    order by c.participant_id, c.kind, u.use, c.given_on desc, c.id desc
),
answers as (
    select participant_id, count(*) filter (where kind = 'consent' and agrees) as consented,
           count(*) filter (where kind = 'assent' and agrees) as assented
    from answer group by participant_id
),
assent as (
    select place.site_id, place.today, (
        select v.assent_from_age
        from standing.protocol_activation a join standing.protocol_version v on v.id = a.protocol_version_id
        where a.study_id = place.study_id and (a.site_id = place.site_id or a.site_id is null) and not a.entered_in_error
          and a.effective_from <= place.today
        order by a.effective_from desc, a.id desc limit 1) as from_age
    from (select distinct study_id, site_id, today from covered) place
)
select p.participant_id, wanted.place::integer - 1 as place
from covered p
left join string_to_table(said('participants'), ',') with ordinality wanted(participant_id, place)
    on wanted.participant_id::uuid = p.participant_id
join answers on answers.participant_id = p.participant_id
join assent on assent.site_id = p.site_id and assent.today = p.today
where (wanted.place is not null or (select said('participants')) is null)
  and answers.consented = (select count(*) from asked_use)
  and (assent.from_age is null or age_on(p.birth_year, p.birth_month, p.today) < assent.from_age
       or answers.assented = (select count(*) from asked_use)
       or p.participant_id in (select c.participant_id from counting c
                               where c.kind = 'consent' and c.given_by = 'participant' and c.leaves_in_use));

-- The same with day 1: the date of the complete visit of week 0, or else of the first complete visit.
create view deidentified.dated with (security_barrier) as
select x.participant_id, x.place, first.day_1
from deidentified.seen x
left join (
    select v.participant_id,
           coalesce(min(v.visited_on) filter (where v.event = 'week_0'), min(v.visited_on)) as day_1
    from standing.visit v
    where v.study_id = (select said('study_id')::uuid) and v.status = 'complete' and not v.entered_in_error
    group by v.participant_id) first on first.participant_id = x.participant_id;

-- Complete visits, numbered by date. Not granted to anybody either.
create view deidentified.numbered_visit with (security_barrier) as
select participant_id, place, visit_id, site_id, visit_number, event, mode, visited_on, day_1,
       deidentified.study_day(visited_on, day_1) as visited_day
from (
    select x.participant_id, x.place, v.id as visit_id, v.site_id, v.event, v.mode, v.visited_on,
           row_number() over (of_participant order by v.visited_on, v.event, v.id)::integer as visit_number,
           coalesce(min(v.visited_on) filter (where v.event = 'week_0') over of_participant,
                    min(v.visited_on) over of_participant) as day_1
    from deidentified.seen x
    join standing.visit v on v.participant_id = x.participant_id and v.study_id = (select said('study_id')::uuid)
                         and v.status = 'complete' and not v.entered_in_error
    window of_participant as (partition by x.place, x.participant_id)) numbered;

create view deidentified.study with (security_barrier) as
select s.code as study_code from standing.study s where s.id = (select said('study_id')::uuid);

create view deidentified.participant with (security_barrier) as
select x.participant_id, x.place,
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
       p.diagnostic_biopsy_myositis::integer, s.country, p.site_id::text as site_id
from deidentified.dated x
join standing.participant p on p.id = x.participant_id
join standing.site s on s.id = p.site_id
cross join lateral (
    -- Of several tests of one antibody the last key stays: positive before indeterminate before negative.
    select jsonb_object_agg(t.antibody, t.finding
                            order by case t.finding when 'negative' then 1 when 'indeterminate' then 2 else 3 end) as findings
    from jsonb_to_recordset(p.autoantibodies) as t(antibody text, finding text)) a;

create view deidentified.consent with (security_barrier) as
select x.participant_id, x.place,
       row_number() over (partition by x.participant_id order by c.given_on, c.id)::integer
           as consent_number,
       c.kind, deidentified.study_day(c.given_on, x.day_1) as given_day,
       deidentified.study_day(c.withdrawn_on, x.day_1) as withdrawn_day
from deidentified.dated x
join standing.consent c on c.participant_id = x.participant_id and not c.entered_in_error;

create view deidentified.visit with (security_barrier) as
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day, x.mode
from deidentified.numbered_visit x;

create view deidentified.vital_signs with (security_barrier) as
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day,
       f.height, f.height_position, f.weight, f.systolic_blood_pressure, f.diastolic_blood_pressure, f.heart_rate,
       f.respiratory_rate, f.temperature, f.oxygen_saturation
from deidentified.numbered_visit x
join standing.vital_signs f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.disease_activity with (security_barrier) as
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day,
       f.physician_global_activity, f.physician_global_scale, f.patient_global_activity, f.patient_global_scale,
       f.patient_global_wording, f.patient_global_rater, f.extramuscular_global_activity, f.pain, f.pain_rater,
       f.physician_global_damage, f.mdaat_constitutional, f.mdaat_cutaneous, f.mdaat_skeletal,
       f.mdaat_gastrointestinal, f.mdaat_pulmonary, f.mdaat_cardiovascular, f.mdaat_other, f.mdaat_muscle
from deidentified.numbered_visit x
join standing.disease_activity f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.muscle_strength with (security_barrier) as
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day,
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
join standing.muscle_strength f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.skin_disease with (security_barrier) as
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day,
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
join standing.skin_disease f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.functioning with (security_barrier) as
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day,
       f.chaq_index, f.chaq_rater, f.chq_physical_summary, f.promis_rater, f.chaq_dressing, f.chaq_arising,
       f.chaq_eating, f.chaq_walking, f.chaq_hygiene, f.chaq_reach, f.chaq_grip, f.chaq_activities,
       f.chaq_dressing_aid::integer, f.chaq_arising_aid::integer, f.chaq_eating_aid::integer,
       f.chaq_walking_aid::integer, f.chaq_hygiene_aid::integer, f.chaq_reach_aid::integer, f.chaq_grip_aid::integer,
       f.chaq_activities_aid::integer, f.promis_global_health, f.promis_pain_interference, f.promis_mobility,
       f.promis_upper_extremity, f.promis_fatigue
from deidentified.numbered_visit x
join standing.functioning f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.organ_involvement with (security_barrier) as
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day,
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
join standing.organ_involvement f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.damage with (security_barrier) as
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day,
       f.mdi_extent_total, f.mdi_extent_maximum, f.mdi_severity_total, f.mdi_muscle_severity, f.mdi_skeletal_severity,
       f.mdi_cutaneous_severity, f.mdi_gastrointestinal_severity, f.mdi_pulmonary_severity, f.mdi_cardiac_severity,
       f.mdi_peripheral_vascular_severity, f.mdi_endocrine_severity, f.mdi_ocular_severity, f.mdi_infection_severity,
       f.mdi_malignancy_severity
from deidentified.numbered_visit x
join standing.damage f on f.visit_id = x.visit_id and not f.voided;

create view deidentified.missing_value with (security_barrier) as
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day, f.form, m.key as field, m.value as reason
from deidentified.numbered_visit x
join standing.missing f on f.visit_id = x.visit_id
cross join lateral jsonb_each_text(f.missing) m;

-- Most were collected on the day of the visit: the moments between which it is that day beyond doubt, however clocks were
-- changed at midnight, are found once a visit, for to look up a time zone takes longer than the rest of a row.
create view deidentified.laboratory_result with (security_barrier) as
with visit as materialized (
    select v.*, s.time_zone, (v.visited_on + time '04:00') at time zone s.time_zone as day_begins,
           (v.visited_on + time '22:00') at time zone s.time_zone as day_ends
    from deidentified.numbered_visit v
    join standing.site s on s.id = v.site_id
)
select x.participant_id, x.place, x.visit_number, x.event, x.visited_day, r.position + 1 as result_number,
       r.analyte, r.value, r.comparator, case when r.value is not null then r.unit end as unit, r.finding,
       r.lower_limit, r.upper_limit, r.lower_limit_of_quantification, r.specimen,
       case when r.collected_at >= x.day_begins and r.collected_at < x.day_ends then x.visited_day
            else deidentified.study_day((r.collected_at at time zone x.time_zone)::date, x.day_1) end as collected_day,
       r.missing_reason, r.standard_value, r.standard_unit, r.standard_lower_limit, r.standard_upper_limit,
       r.reference_mean, r.reference_sd
from visit x
join standing.laboratory_result r on r.visit_id = x.visit_id and not r.voided;

create view deidentified.dose with (security_barrier) as
select x.participant_id, x.place,
       row_number() over (partition by x.participant_id order by d.started_on, d.id)::integer
           as dose_number,
       d.drug, d.atc, d.formulation, d.mg_per_intake, d.intakes_per_day, d.weight_used, d.egfr_used,
       deidentified.study_day(d.started_on, x.day_1) as started_day,
       deidentified.study_day(d.ended_on, x.day_1) as ended_day, d.reason_for_start, d.reason_for_end, d.adherence,
       d.mg_per_day, d.mg_per_kg_per_day
from deidentified.dated x
join standing.dose d on d.participant_id = x.participant_id and not d.entered_in_error;

create view deidentified.concomitant_medication with (security_barrier) as
select x.participant_id, x.place,
       row_number() over (partition by x.participant_id order by m.started_on, m.id)::integer
           as medication_number,
       m.medication, m.dose, m.dose_unit, m.frequency, m.route,
       deidentified.partial_study_day(m.started_on, x.day_1) as started_day,
       deidentified.precision_of(m.started_on) as started_precision,
       deidentified.middle_day(m.started_on, x.day_1) as started_middle_day,
       deidentified.partial_study_day(m.ended_on, x.day_1) as ended_day,
       deidentified.precision_of(m.ended_on) as ended_precision,
       deidentified.middle_day(m.ended_on, x.day_1) as ended_middle_day,
       m.reason_for_end
from deidentified.dated x
join standing.concomitant_medication m on m.participant_id = x.participant_id and not m.entered_in_error;

create view deidentified.numbered_adverse_event with (security_barrier) as
select x.participant_id, x.place, x.day_1, e.id as adverse_event_id,
       row_number() over (partition by x.participant_id order by e.started_on, e.id)::integer
           as adverse_event_number
from deidentified.dated x
join standing.adverse_event e on e.participant_id = x.participant_id and not e.entered_in_error;

-- Its coded term is of the dictionary that the study codes with at the moment, and stands in it: words of a reporter do not come
-- this way. A dictionary never changes, and is read as it is.
create view deidentified.adverse_event with (security_barrier) as
select x.participant_id, x.place, x.adverse_event_number,
       e.ctcae_version, e.grade, e.special_interest,
       deidentified.partial_study_day(e.started_on, x.day_1) as started_day,
       deidentified.precision_of(e.started_on) as started_precision,
       deidentified.middle_day(e.started_on, x.day_1) as started_middle_day,
       deidentified.partial_study_day(e.ended_on, x.day_1) as ended_day,
       deidentified.precision_of(e.ended_on) as ended_precision,
       deidentified.middle_day(e.ended_on, x.day_1) as ended_middle_day, e.serious::integer,
       ('death' = any (e.seriousness_criteria))::integer as seriousness_criteria_death,
       ('life_threatening' = any (e.seriousness_criteria))::integer as seriousness_criteria_life_threatening,
       ('hospitalisation' = any (e.seriousness_criteria))::integer as seriousness_criteria_hospitalisation,
       ('disability' = any (e.seriousness_criteria))::integer as seriousness_criteria_disability,
       ('congenital_anomaly' = any (e.seriousness_criteria))::integer as seriousness_criteria_congenital_anomaly,
       ('important_medical_event' = any (e.seriousness_criteria))::integer as seriousness_criteria_important_medical_event,
       e.expectedness, e.outcome,
       deidentified.partial_study_day(e.died_on, x.day_1) as died_day,
       deidentified.precision_of(e.died_on) as died_precision,
       deidentified.middle_day(e.died_on, x.day_1) as died_middle_day,
       ('pregnancy' = any (e.special_situations))::integer as special_situations_pregnancy,
       ('overdose' = any (e.special_situations))::integer as special_situations_overdose,
       ('medication_error' = any (e.special_situations))::integer as special_situations_medication_error,
       coalesce(t.preferred_term, t.term) as preferred_term, t.system_organ_class,
       d.name as dictionary, d.edition as dictionary_version
from deidentified.numbered_adverse_event x
join standing.adverse_event e on e.id = x.adverse_event_id
left join (standing.coding c
           join dictionary_term t on t.id = c.dictionary_term_id
           join dictionary d on d.id = t.dictionary_id)
       on c.record_id = e.id
          and c.dictionary_id = (select used.dictionary_id from standing.study_dictionary used
                                 where used.study_id = (select said('study_id')::uuid) and used.kind = 'adverse_event'
                                 order by used.id desc limit 1);

create view deidentified.drug_causality with (security_barrier) as
select x.participant_id, x.place, x.adverse_event_number, c.drug_causality_number::integer,
       c.drug, c.causality, c.action_taken, c.dechallenge, c.rechallenge
from deidentified.numbered_adverse_event x
join standing.adverse_event e on e.id = x.adverse_event_id
cross join lateral rows from (jsonb_to_recordset(e.causality) as (
    drug text, causality text, action_taken text, dechallenge text, rechallenge text))
    with ordinality as c(drug, causality, action_taken, dechallenge, rechallenge, drug_causality_number);

create view deidentified.severity_change with (security_barrier) as
select x.participant_id, x.place, x.adverse_event_number, c.severity_change_number::integer,
       (c.said ->> 'grade')::smallint as grade,
       deidentified.partial_study_day(c.said ->> 'changed_on', x.day_1) as changed_day,
       deidentified.precision_of(c.said ->> 'changed_on') as changed_precision,
       deidentified.middle_day(c.said ->> 'changed_on', x.day_1) as changed_middle_day
from deidentified.numbered_adverse_event x
join standing.adverse_event e on e.id = x.adverse_event_id
cross join lateral jsonb_array_elements(e.severity_changes) with ordinality as c(said, severity_change_number);

-- The arm of who was allocated; only who knows the treatment sees it.
create view deidentified.allocation with (security_barrier) as
select x.participant_id, x.place, r.arm,
       deidentified.study_day((a.allocated_at at time zone s.time_zone)::date, x.day_1) as allocated_day
from deidentified.dated x
join standing.allocation a on a.participant_id = x.participant_id
join standing.randomisation_slot r on r.participant_id = a.participant_id
join standing.site s on s.id = a.site_id
where (select sees_treatment());

grant select on deidentified.study, deidentified.participant, deidentified.consent, deidentified.visit,
    deidentified.vital_signs, deidentified.disease_activity, deidentified.muscle_strength,
    deidentified.skin_disease, deidentified.functioning, deidentified.organ_involvement, deidentified.damage,
    deidentified.missing_value, deidentified.laboratory_result, deidentified.dose,
    deidentified.concomitant_medication, deidentified.adverse_event, deidentified.severity_change,
    deidentified.drug_causality, deidentified.allocation
    to registry_extract;
