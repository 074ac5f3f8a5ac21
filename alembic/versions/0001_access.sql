-- Studies, sites, accounts with their grants and tokens, and the keys of requests that were done.

create schema audit;
create schema deidentified;

-- Who acts in this transaction, as the service has said it with set_config(..., true).
create function said(setting text) returns text
    language sql stable parallel safe
    return nullif(current_setting('registry.' || setting, true), '');

create function sees_every_site() returns boolean
    language sql stable parallel safe
    return coalesce(said('sites') = '*', false);

create function visible_sites() returns uuid[]
    language sql stable parallel safe
    return case when said('sites') = '*' then '{}' else string_to_array(said('sites'), ',')::uuid[] end;

create function is_partial_date(value text) returns boolean
    language sql immutable parallel safe
    return value ~ '^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$';

create table study (
    id               uuid not null default uuidv7() constraint study_pkey primary key,
    version          integer not null default 1,
    recorded_at      timestamptz not null default clock_timestamp(),
    changed_at       timestamptz not null default clock_timestamp(),
    code             text not null constraint study_code_form check (code ~ '^[A-Z][A-Z0-9-]{1,19}$'),
    title            text not null constraint study_title_length check (length(title) between 1 and 300),
    protocol_version text not null constraint study_protocol_version_length check (length(protocol_version) between 1 and 40),
    design           text not null constraint study_design_known
                     check (design = any (array['observational_cohort', 'single_arm', 'randomised'])),
    registrations    jsonb not null default '[]',
    constraint study_code_once unique (code)
);

create table site (
    id          uuid not null default uuidv7() constraint site_pkey primary key,
    version     integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at  timestamptz not null default clock_timestamp(),
    code        text not null constraint site_code_form check (code ~ '^[A-Z][A-Z0-9-]{1,19}$'),
    country     text not null constraint site_country_form check (country ~ '^[A-Z]{2}$'),
    time_zone   text not null constraint site_time_zone_length check (length(time_zone) between 1 and 64),
    constraint site_code_once unique (code)
);

-- A person or a system that acts here; never deleted, never given to somebody else.
create table account (
    id           uuid not null default uuidv7() constraint account_pkey primary key,
    version      integer not null default 1,
    recorded_at  timestamptz not null default clock_timestamp(),
    changed_at   timestamptz not null default clock_timestamp(),
    name         text not null constraint account_name_length check (length(name) between 1 and 120),
    organisation text not null constraint account_organisation_length check (length(organisation) between 1 and 120),
    subject      text constraint account_subject_length check (length(subject) between 1 and 400),
    active       boolean not null default true,
    constraint account_subject_once unique (subject)
);

create table access_grant (
    id          uuid not null default uuidv7() constraint access_grant_pkey primary key,
    version     integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at  timestamptz not null default clock_timestamp(),
    account_id  uuid not null constraint access_grant_account_fkey references account,
    role        text not null constraint access_grant_role_known
                check (role = any (array['coordinator', 'investigator', 'monitor', 'data_manager', 'safety_officer',
                                         'statistician', 'partner', 'auditor', 'administrator'])),
    site_id     uuid constraint access_grant_site_fkey references site,
    revoked_at  timestamptz
);
create unique index access_grant_once on access_grant (account_id, role, site_id) nulls not distinct where revoked_at is null;
create index access_grant_account on access_grant (account_id);
create index access_grant_site on access_grant (site_id);

-- Only the SHA-256 of a token is kept.
create table api_token (
    id          uuid not null default uuidv7() constraint api_token_pkey primary key,
    version     integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at  timestamptz not null default clock_timestamp(),
    account_id  uuid not null constraint api_token_account_fkey references account,
    label       text not null constraint api_token_label_length check (length(label) between 1 and 120),
    sha256      bytea not null constraint api_token_sha256_length check (length(sha256) = 32),
    expires_at  timestamptz not null,
    revoked_at  timestamptz,
    constraint api_token_sha256_once unique (sha256)
);
create index api_token_account on api_token (account_id);

-- A POST that was done: its key, a fingerprint of what was sent, and the record version that answers a repeat.
create table request_key (
    account_id  uuid not null constraint request_key_account_fkey references account,
    key         text not null constraint request_key_length check (length(key) between 8 and 160),
    fingerprint bytea not null,
    status      smallint,
    kind        text,
    record_id   uuid,
    record_version integer,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint request_key_pkey primary key (account_id, key)
);

create table extract (
    id          uuid not null default uuidv7() constraint extract_pkey primary key,
    version     integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    changed_at  timestamptz not null default clock_timestamp(),
    study_id    uuid not null constraint extract_study_fkey references study,
    account_id  uuid not null constraint extract_account_fkey references account,
    purpose     text not null constraint extract_purpose_length check (length(purpose) between 1 and 300),
    sites       uuid[], -- whose records it covers; null for every site
    cut_at      timestamptz not null,
    software    text not null constraint extract_software_length check (length(software) between 1 and 120),
    profile     text not null constraint extract_profile_length check (length(profile) between 1 and 40),
    files       jsonb not null
);
create index extract_study on extract (study_id);
create index extract_account on extract (account_id);

-- The roles that an account holds now: [{"role": ..., "site": id or null}].
create function grants_of(account uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'site', g.site_id) order by g.id), '[]')
    from access_grant g
    where g.account_id = account and g.revoked_at is null;
end;

-- Who holds this token; no row when it is unknown, expired or revoked.
create function authenticated(token_sha256 bytea)
    returns table (account_id uuid, name text, organisation text, token_id uuid, grants jsonb)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select a.id, a.name, a.organisation, t.id, grants_of(a.id)
    from api_token t
    join account a on a.id = t.account_id
    where t.sha256 = token_sha256 and t.revoked_at is null and t.expires_at > clock_timestamp() and a.active;
end;

-- Who is known to the identity provider by this subject (issuer, a blank, and its `sub`).
create function authenticated_subject(provider_subject text)
    returns table (account_id uuid, name text, organisation text, token_id uuid, grants jsonb)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select a.id, a.name, a.organisation, null::uuid, grants_of(a.id)
    from account a
    where a.subject = provider_subject and a.active;
end;
