-- Documents of consent, what was agreed to, withdrawals, and who is covered by consent: for a visit, and for a use of the data.

-- The law of the place: on whose behalf nobody else consents any more.
alter table site
    add column age_of_majority smallint not null default 18
        constraint site_age_of_majority_range check (age_of_majority between 14 and 25);

-- A version of a document of consent or assent, in one language, at one site or at every one.
create table consent_document (
    id uuid not null default uuidv7() constraint consent_document_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint consent_document_study_fkey references study,
    site_id uuid constraint consent_document_site_fkey references site,
    document_version text not null
        constraint consent_document_document_version_length check (length(document_version) between 1 and 40),
    kind text not null constraint consent_document_kind_known check (kind = any (array['consent', 'assent'])),
    language text not null
        constraint consent_document_language_form check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
    valid_from date not null
        constraint consent_document_valid_from_range check (valid_from between '1990-01-01' and '2100-12-31'),
    valid_until date
        constraint consent_document_valid_until_range check (valid_until between '1990-01-01' and '2100-12-31'),
    reconsent_by date
        constraint consent_document_reconsent_by_range check (reconsent_by between '1990-01-01' and '2100-12-31'),
    scopes text[] not null
        constraint consent_document_scopes_known check (scopes <@ array['registry', 'biobank', 'partner_sharing',
            'international_transfer']),
    entered_in_error boolean not null default false,
    constraint consent_document_valid_until_follows check (valid_until >= valid_from),
    constraint consent_document_reconsent_follows check (reconsent_by >= valid_from)
);
create unique index consent_document_once
    on consent_document (study_id, kind, document_version, language, site_id) nulls not distinct where not entered_in_error;
create index consent_document_study on consent_document (study_id, id);
create index consent_document_site on consent_document (site_id);
call audit.watch('consent_document');

-- What happened to a study's documents is seen as what happened to its definition.
alter policy by_site on audit.event
    using ((select sees_every_site()) or site_id = any ((select visible_sites())::uuid[])
           or (kind = any (array['study', 'site', 'protocol_version', 'protocol_activation', 'consent_document'])
               and (select said('sites')) is not null));

alter table consent
    add column language text
        constraint consent_language_form check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
    add column scopes text[] not null default '{registry}'
        constraint consent_scopes_known check (scopes <@ array['registry', 'biobank', 'partner_sharing',
            'international_transfer']),
    add column consent_document_id uuid constraint consent_document_fkey references consent_document;
create index consent_to_document on consent (consent_document_id);

create table withdrawal (
    id uuid not null default uuidv7() constraint withdrawal_pkey primary key,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    study_id uuid not null constraint withdrawal_study_fkey references study,
    protocol_version_id uuid constraint withdrawal_protocol_version_fkey references protocol_version,
    site_id uuid not null,
    participant_id uuid not null,
    kind text not null
        constraint withdrawal_kind_known check (kind = any (array['treatment', 'follow_up', 'data_use'])),
    withdrawn_on date not null
        constraint withdrawal_withdrawn_on_range check (withdrawn_on between '1990-01-01' and '2100-12-31'),
    decided_by text not null
        constraint withdrawal_decided_by_known check (decided_by = any (array['participant', 'parent', 'guardian',
            'representative', 'investigator', 'sponsor'])),
    reason text not null
        constraint withdrawal_reason_known check (reason = any (array['adverse_event', 'lack_of_efficacy', 'burden',
            'privacy', 'moved_away', 'changed_mind', 'medical_decision', 'protocol_deviation', 'study_ended',
            'not_given', 'other'])),
    comment text constraint withdrawal_comment_length check (length(comment) between 1 and 1000),
    entered_in_error boolean not null default false,
    constraint withdrawal_participant_fkey foreign key (participant_id, site_id) references participant (id, site_id),
    constraint withdrawal_data_use_decided check (kind <> 'data_use' or decided_by <> all (array['investigator', 'sponsor'])),
    constraint withdrawal_other_has_comment check (reason <> 'other' or comment is not null)
);
create unique index withdrawal_once on withdrawal (participant_id, kind, withdrawn_on) where not entered_in_error;
create index withdrawal_participant on withdrawal (participant_id, site_id);
create index withdrawal_protocol_version on withdrawal (protocol_version_id);
create index withdrawal_study on withdrawal (study_id, id);
create index withdrawal_site on withdrawal (site_id);
create index withdrawal_changed on withdrawal (study_id, changed_at);
create trigger made_under_protocol before insert or update of withdrawn_on on withdrawal
    for each row execute function made_under_protocol('withdrawn_on');
call audit.watch('withdrawal');

-- --- when a consent counts ------------------------------------------------------------------------------------------

-- Only year and month of birth are known: a parent's consent counts through the last day of that month.
create function last_day_of_minority(birth_year integer, birth_month integer, age_of_majority integer) returns date
    language sql immutable parallel safe
    return (make_date(birth_year + age_of_majority, birth_month, 1) + interval '1 month - 1 day')::date;

-- Whole years, by the month.
create function age_on(birth_year integer, birth_month integer, day date) returns integer
    language sql immutable parallel safe
    return (extract(year from day)::integer * 12 + extract(month from day)::integer - birth_year * 12 - birth_month) / 12;

-- Why a consent or assent that was given and not withdrawn counts no more; null where it counts.
-- These are asked of every visit and participant: PL/pgSQL, because it plans its statements once a session.
create function consent_outdated(given consent, day date) returns text
    language plpgsql stable
as $$
begin
    if given.kind = 'consent' and given.given_by <> 'participant' and day > (
            select last_day_of_minority(p.birth_year, p.birth_month, s.age_of_majority)
            from participant p join site s on s.id = p.site_id where p.id = given.participant_id) then
        return 'majority_reached';
    elsif exists (
            select from consent_document newer
            where newer.study_id = given.study_id and newer.kind = given.kind and not newer.entered_in_error
              and (newer.site_id is null or newer.site_id = given.site_id)
              and newer.reconsent_by < day and newer.document_version <> given.document_version
              and newer.valid_from > coalesce(
                  (select min(own.valid_from) from consent_document own
                   where own.study_id = given.study_id and own.kind = given.kind and not own.entered_in_error
                     and own.document_version = given.document_version
                     and (own.site_id is null or own.site_id = given.site_id)), given.given_on)) then
        return 'reconsent_needed';
    end if;
    return null;
end
$$;

-- Why a consent or assent does not count on a day; null where it counts. The day of its withdrawal is the last that it covers.
create function consent_lapse(given consent, day date) returns text
    language plpgsql stable
as $$
begin
    if given.entered_in_error or day < given.given_on then
        return 'no_consent';
    elsif day > given.withdrawn_on or exists (
            select from withdrawal w
            where w.participant_id = given.participant_id and w.kind = any (array['follow_up', 'data_use'])
              and not w.entered_in_error and given.given_on <= w.withdrawn_on and w.withdrawn_on < day) then
        return 'consent_withdrawn';
    end if;
    return consent_outdated(given, day);
end
$$;

-- Whether the protocol asks for the child's own assent on a day.
create function assent_is_asked(participant uuid, day date) returns boolean
    language sql stable
    return exists (
        select from participant p
        join protocol_version v on v.id = protocol_version_in_force(p.study_id, p.site_id, day)
        where p.id = assent_is_asked.participant and age_on(p.birth_year, p.birth_month, day) >= v.assent_from_age);

-- What is missing for a visit on a day; null where nothing is. Of several consents, what the best of them lacks is told.
create function consent_gap(participant uuid, day date) returns text
    language plpgsql stable
as $$
declare
    reasons constant text[] := array['no_consent', 'consent_withdrawn', 'majority_reached', 'reconsent_needed'];
    best integer := 1;
    consented boolean := false;
    assented boolean := false;
    given consent;
    lapse text;
begin
    for given in select c.* from consent c where c.participant_id = consent_gap.participant loop
        lapse := consent_lapse(given, day);
        if lapse is not null then
            best := case when given.kind = 'consent' then greatest(best, array_position(reasons, lapse)) else best end;
        else
            consented := consented or given.kind = 'consent';
            assented := assented or given.kind = 'assent' or given.given_by = 'participant';
        end if;
    end loop;
    if not consented then
        return reasons[best];
    elsif not assented and assent_is_asked(participant, day) then
        return 'assent_missing';
    end if;
    return null;
end
$$;

create or replace function is_within_consent(participant uuid, day date) returns boolean
    language sql stable
    return consent_gap(participant, day) is null;

-- The last day on which a participant can be followed: of the last withdrawal, of a consent or of follow-up or the use of
-- data. Null where a consent was not withdrawn, as one that was given after it.
create function follow_up_ended_on(participant uuid) returns date
    language plpgsql stable
as $$
begin
    return (
        with ending as (
            select least(c.withdrawn_on, (select min(w.withdrawn_on) from withdrawal w
                                          where w.participant_id = c.participant_id and w.kind <> 'treatment'
                                            and not w.entered_in_error and w.withdrawn_on >= c.given_on)) as day
            from consent c
            where c.participant_id = follow_up_ended_on.participant and c.kind = 'consent' and not c.entered_in_error
        )
        select case when count(*) = count(e.day)
                    then coalesce(max(e.day), (select max(w.withdrawn_on) from withdrawal w
                                               where w.participant_id = follow_up_ended_on.participant
                                                 and w.kind <> 'treatment' and not w.entered_in_error)) end
        from ending e);
end
$$;

-- --- who may not be left without ------------------------------------------------------------------------------------

-- A visit, once it is dated, lies within what was agreed to. Only its date is judged: what was measured can be corrected
-- although a rule came later. Consents wait for it, and so do withdrawals, which lock the participant.
create or replace function visit_is_within_consent() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if new.visited_on is null or new.entered_in_error then
        return null;
    end if;
    if tg_op = 'UPDATE' then
        if (old.visited_on, old.entered_in_error, old.participant_id)
           is not distinct from (new.visited_on, new.entered_in_error, new.participant_id) then
            return null;
        end if;
    end if;
    perform from participant p where p.id = new.participant_id for key share;
    perform from consent c where c.participant_id = new.participant_id for share;
    case consent_gap(new.participant_id, new.visited_on)
        when 'no_consent' then
            raise exception using errcode = 'check_violation', constraint = 'visit_within_consent', table = 'visit',
                message = 'no consent is in force on the date of the visit';
        when 'consent_withdrawn' then
            raise exception using errcode = 'check_violation', constraint = 'visit_consent_withdrawn', table = 'visit',
                message = 'the consent was withdrawn before the date of the visit';
        when 'majority_reached' then
            raise exception using errcode = 'check_violation', constraint = 'visit_majority_reached', table = 'visit',
                message = 'the participant was of age on the date of the visit';
        when 'reconsent_needed' then
            raise exception using errcode = 'check_violation', constraint = 'visit_reconsent_needed', table = 'visit',
                message = 'a newer document had to be agreed to before the date of the visit';
        when 'assent_missing' then
            raise exception using errcode = 'check_violation', constraint = 'visit_assent_missing', table = 'visit',
                message = 'no assent is in force on the date of the visit';
        else
            return null;
    end case;
end
$$;

-- The days that need a consent: of visits, and of an enrolment, for as long as it lasts where so it is asked.
create function days_within_consent(participant uuid, lasting boolean) returns table (day date, event text, visit_id uuid)
    language plpgsql stable
as $$
begin
    return query
    select v.visited_on, v.event, v.id from visit v
    where v.participant_id = participant and v.visited_on is not null and not v.entered_in_error
    union all
    select e.enrolled_on, null, null from enrolment e -- which comes with a later migration
    where e.participant_id = participant and e.enrolled_on is not null
      and (not lasting or e.status = any (array['enrolled', 'on_treatment']));
end
$$;

-- Somebody who withdraws is not refused: each visit after it, and an enrolment, becomes a deviation that somebody judges.
create function note_left_without_consent(participant uuid, since date) returns void
    language plpgsql
as $$
begin
    perform note_deviation(participant, 'consent', d.day, d.event, d.visit_id)
    from days_within_consent(participant, false) d
    where d.day > since and consent_gap(participant, d.day) = any (array['consent_withdrawn', 'assent_missing']);
end
$$;

-- A consent is not corrected so that a visit, or an enrolment that lasts, which it covered, is left without; that it was
-- withdrawn is taken. What was not covered before, as after the correction of a birth, does not stand in the way.
create or replace function consent_covers_visits() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    left_without record;
begin
    select d.event into left_without
    from days_within_consent(old.participant_id, true) d
    cross join lateral (select consent_gap(old.participant_id, d.day) as reason) g
    where d.day >= old.given_on and consent_lapse(old, d.day) is null and g.reason is not null
      and (consent_lapse(new, d.day) is distinct from 'consent_withdrawn' or new.participant_id <> old.participant_id)
      and (g.reason <> 'assent_missing' or old.kind = 'assent' or old.given_by = 'participant')
      and (g.reason = 'assent_missing' or old.kind = 'consent')
    order by d.event limit 1;
    if found and left_without.event is null then
        raise exception using errcode = 'check_violation', constraint = 'consent_covers_enrolment', table = 'consent',
            message = 'the enrolment would be left without a consent';
    elsif found then
        raise exception using errcode = 'check_violation', constraint = 'consent_covers_visits', table = 'consent',
            message = 'a visit would be left without a consent';
    end if;
    if new.withdrawn_on is distinct from old.withdrawn_on and not new.entered_in_error then
        perform note_left_without_consent(new.participant_id, new.withdrawn_on);
    end if;
    return null;
end
$$;

-- Withdrawals of a participant come one by one, and after the visits that are being written.
create function withdrawal_comes_alone() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform from participant p where p.id = new.participant_id for update;
    return new;
end
$$;
create trigger withdrawal_comes_alone before insert or update on withdrawal
    for each row execute function withdrawal_comes_alone();

create function withdrawal_leaves_without() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform note_left_without_consent(new.participant_id, new.withdrawn_on);
    return null;
end
$$;
create trigger withdrawal_leaves_without after insert or update on withdrawal
    for each row when (new.kind <> 'treatment' and not new.entered_in_error) execute function withdrawal_leaves_without();

-- A document that asks for consent again from a past day leaves no visit without. Visits are dated up to today, so a day to
-- come is no matter for those that are being written; for a past one they are waited for.
create function consent_document_leaves_visits_covered() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if not new.entered_in_error and new.reconsent_by < ((now() at time zone 'UTC') + interval '14 hours')::date then
        lock table visit in share row exclusive mode;
        if exists (select from visit v
                   where v.study_id = new.study_id and (new.site_id is null or v.site_id = new.site_id)
                     and not v.entered_in_error and v.visited_on > new.reconsent_by
                     and consent_gap(v.participant_id, v.visited_on)
                         = case new.kind when 'consent' then 'reconsent_needed' else 'assent_missing' end) then
            raise exception using errcode = 'check_violation', constraint = 'consent_document_covers_visits',
                table = 'consent_document', message = 'a visit would be left without a consent';
        end if;
    end if;
    return null;
end
$$;
create trigger consent_document_covers_visits after insert or update on consent_document
    for each row execute function consent_document_leaves_visits_covered();

-- Where a study has documents, a consent is to one that was valid at the site on the day, and agrees to no more than it asks.
create function consent_is_to_a_document() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    languages integer;
    found consent_document;
begin
    if tg_op = 'UPDATE' then
        if (old.document_version, old.kind, old.language, old.given_on, old.scopes, old.entered_in_error)
           is not distinct from
           (new.document_version, new.kind, new.language, new.given_on, new.scopes, new.entered_in_error) then
            new.consent_document_id := old.consent_document_id;
            return new;
        end if;
    end if;
    new.consent_document_id := null;
    if new.entered_in_error or not exists (
           select from consent_document d
           where d.study_id = new.study_id and d.kind = new.kind and not d.entered_in_error) then
        return new;
    end if;
    select count(distinct d.language) into languages from consent_document d
    where d.study_id = new.study_id and d.kind = new.kind and d.document_version = new.document_version
      and not d.entered_in_error and (d.site_id is null or d.site_id = new.site_id)
      and new.given_on between d.valid_from and coalesce(d.valid_until, 'infinity')
      and (new.language is null or d.language = new.language);
    if languages = 0 then
        raise exception using errcode = 'check_violation', constraint = 'consent_document_valid', table = 'consent',
            message = 'no such document was valid at the site on the day';
    elsif languages > 1 then
        raise exception using errcode = 'check_violation', constraint = 'consent_language_told', table = 'consent',
            message = 'the document is there in several languages';
    end if;
    select d.* into found from consent_document d
    where d.study_id = new.study_id and d.kind = new.kind and d.document_version = new.document_version
      and not d.entered_in_error and (d.site_id is null or d.site_id = new.site_id)
      and new.given_on between d.valid_from and coalesce(d.valid_until, 'infinity')
      and (new.language is null or d.language = new.language)
    order by d.site_id is null, d.id limit 1
    for share;
    if not new.scopes <@ found.scopes then
        raise exception using errcode = 'check_violation', constraint = 'consent_scopes_asked', table = 'consent',
            message = 'the document does not ask about every scope';
    end if;
    new.consent_document_id := found.id;
    return new;
end
$$;
create trigger consent_to_document before insert or update on consent
    for each row execute function consent_is_to_a_document();

-- --- uses of the data -----------------------------------------------------------------------------------------------

-- The moment at which consent to uses is judged: now, or that of the data cut which an extract is pulled for.
create function covered_at() returns timestamptz
    language sql stable parallel safe
    return coalesce(said('covered_at')::timestamptz, now());

-- Whether a consent or assent lets what was collected be used. A withdrawal of follow-up leaves it in use; one of the use of
-- data ends that at once, until a later consent.
create function leaves_in_use(given consent) returns boolean
    language sql stable
    return given.withdrawn_on is null
        and not exists (select from withdrawal w
                        where w.participant_id = given.participant_id and w.kind = 'data_use'
                          and not w.entered_in_error and w.withdrawn_on >= given.given_on);

-- What the newest consent, or assent, says of a use on a day, of those that were asked about it and are not outdated.
create function use_agreed(participant uuid, use text, kind text, day date) returns boolean
    language sql stable
    return coalesce((
        select use_agreed.use = any (c.scopes) and leaves_in_use(c)
        from consent c
        left join consent_document d on d.id = c.consent_document_id
        where c.participant_id = use_agreed.participant and c.kind = use_agreed.kind and not c.entered_in_error
          and c.given_on <= day and (d.id is null or use_agreed.use = any (d.scopes))
          and consent_outdated(c, day) is null
        order by c.given_on desc, c.id desc limit 1), false);

-- Whether a use of the data is agreed to at that moment: by consent, and by the child's assent where the protocol asks for it
-- and the participant has not consented itself.
create function consent_covers(participant uuid, use text) returns boolean
    language sql stable
    return coalesce((
        select use_agreed(p.id, consent_covers.use, 'consent', t.today)
               and (not assent_is_asked(p.id, t.today)
                    or exists (select from consent c
                               where c.participant_id = p.id and c.kind = 'consent' and c.given_by = 'participant'
                                 and not c.entered_in_error and c.given_on <= t.today
                                 and leaves_in_use(c) and consent_outdated(c, t.today) is null)
                    or use_agreed(p.id, consent_covers.use, 'assent', t.today))
        from participant p
        join site s on s.id = p.site_id
        cross join lateral (select (covered_at() at time zone s.time_zone)::date as today) t
        where p.id = consent_covers.participant), false);

-- Whether every one of some uses is agreed to; of none, nothing is. It reads past row security, for views of the owner.
create function deidentified.covers(participant uuid, uses text[]) returns boolean
    language sql stable security definer cost 10000 set search_path = public, pg_temp
    return coalesce(cardinality(uses), 0) > 0
        and not exists (select from unnest(uses) asked(use) where not consent_covers(covers.participant, asked.use));
revoke execute on function deidentified.covers(uuid, text[]) from public;
grant execute on function deidentified.covers(uuid, text[]) to registry_extract;

-- The participants whose site may be seen and whose consent covers every use that the reader has said. Not granted to anybody.
create or replace view deidentified.seen with (security_barrier) as
select s.code as study_code, p.id as participant_id
from participant p
join study s on s.id = p.study_id
where ((select sees_every_site()) or p.site_id = any ((select visible_sites())::uuid[]))
  and deidentified.covers(p.id, (select string_to_array(said('uses'), ',')));

-- For which uses an extract was pulled; none is told of one that was pulled before consents told of uses.
alter table extract
    add column uses text[] not null default '{}'
        constraint extract_uses_known check (uses <@ array['registry', 'partner_sharing', 'international_transfer']);
