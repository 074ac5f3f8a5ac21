-- Who may touch what: grants for the service, and row-level security by site, from the settings of the transaction.

revoke all on all tables in schema public from public;
grant usage on schema audit to registry_service;
grant select, insert, update on study, site, account, access_grant, extract, participant, consent, dose,
    concomitant_medication, adverse_event, visit, vital_signs, disease_activity, muscle_strength, skin_disease, functioning,
    organ_involvement, damage, laboratory_result, request_key to registry_service;
grant select, insert, update on api_token to registry_service;
grant select on audit.event, alembic_version to registry_service;

do $$
declare
    one text;
begin
    foreach one in array array['participant', 'consent', 'dose', 'concomitant_medication', 'adverse_event', 'visit',
                               'vital_signs', 'disease_activity', 'muscle_strength', 'skin_disease', 'functioning',
                               'organ_involvement', 'damage', 'laboratory_result', 'audit.event'] loop
        execute format('alter table %s enable row level security', one);
        execute format('create policy by_site on %s to registry_service
                        using ((select sees_every_site()) or site_id = any ((select visible_sites())::uuid[]))', one);
    end loop;
end
$$;

-- What happened to studies and sites is seen by whoever may see any site.
alter policy by_site on audit.event
    using ((select sees_every_site()) or site_id = any ((select visible_sites())::uuid[])
           or (kind = any (array['study', 'site']) and (select said('sites')) is not null));

-- The service calls the functions that find who calls and note events; only triggers keep images.
revoke execute on function audit.keep(text, text, jsonb, jsonb) from public;
revoke execute on function audit.note(text, text, jsonb) from public;
grant execute on function audit.note(text, text, jsonb) to registry_service;
revoke execute on function visit_image(uuid) from public;
grant execute on function visit_image(uuid) to registry_service;
revoke execute on function authenticated(bytea), authenticated_subject(text), grants_of(uuid) from public;
grant execute on function authenticated(bytea), authenticated_subject(text), grants_of(uuid) to registry_service;
