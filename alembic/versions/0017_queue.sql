-- What the worker needs in the queue: to take jobs, to finish them and to remove those that are done. Nobody else reads it.
grant usage on schema procrastinate to registry_service;
grant select, insert, update, delete on all tables in schema procrastinate to registry_service;
grant usage on all sequences in schema procrastinate to registry_service;
revoke execute on all functions in schema procrastinate from public;
grant execute on all functions in schema procrastinate to registry_service;
