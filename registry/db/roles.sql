-- The three roles, the extensions and the schemas: run by an administrator before the migrations, and again without harm.
do $$
begin
    if not exists (select from pg_roles where rolname = 'registry_owner') then
        create role registry_owner nologin noinherit;
    end if;
    if not exists (select from pg_roles where rolname = 'registry_service') then
        create role registry_service login noinherit;
    end if;
    if not exists (select from pg_roles where rolname = 'registry_extract') then
        create role registry_extract login noinherit;
    end if;
    execute format('grant registry_owner to %I', current_user);
    execute format('grant create, connect on database %I to registry_owner', current_database());
    execute format('grant connect on database %I to registry_service, registry_extract', current_database());
end
$$;

create extension if not exists btree_gist;
create extension if not exists pg_trgm;
grant usage, create on schema public to registry_owner;
grant usage on schema public to registry_service;
alter role registry_service set timezone = 'UTC';
alter role registry_service set lock_timeout = '10s';
alter role registry_service set idle_in_transaction_session_timeout = '10min';
alter role registry_extract set timezone = 'UTC';
alter role registry_extract set default_transaction_read_only = 'on';
