-- Four roles for programs and people other than Goldline itself, which owns the database and logs in as its owner. Run by
-- an administrator in the warehouse's database; running it again changes nothing but what is missing.
--
--   goldline_ingest     adds rows to what arrived; sees nothing that is made of it
--   goldline_transform  reads what arrived; writes what is made of it; publishes nothing
--   goldline_publish    reads what is made; writes what is published
--   goldline_reader     reads the published views, and nothing else
do $roles$
declare
    sources constant text[] := {sources};
    derived constant text[] := {derived};
    owner constant text := (select pg_get_userbyid(datdba) from pg_database where datname = current_database());
    name text;

    reads constant text := 'select';
    adds constant text := 'select, insert, update';
    writes constant text := 'select, insert, update, delete, truncate';
begin
    foreach name in array array['goldline_ingest', 'goldline_transform', 'goldline_publish', 'goldline_reader'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls', name);
        end if;
        execute format('grant connect on database %I to %I', current_database(), name);
        execute format('alter role %I in database %I set search_path = goldline, pg_catalog', name, current_database());
    end loop;
    execute format('revoke all on database %I from public', current_database());
    revoke all on schema public from public;

    alter role goldline_reader set default_transaction_read_only = on;
    alter role goldline_reader set statement_timeout = '60s';
    alter role goldline_reader set idle_in_transaction_session_timeout = '60s';
    alter role goldline_reader connection limit 20;

    foreach name in array sources || derived || array['goldline', 'published'] loop
        execute format('create schema if not exists %I authorization %I', name, owner);
    end loop;
    grant usage on schema goldline to goldline_ingest, goldline_transform, goldline_publish;

    foreach name in array sources loop
        execute format('grant usage on schema %I to goldline_ingest, goldline_transform', name);
        execute format('grant %s on all tables in schema %I to goldline_ingest', adds, name);
        execute format('grant %s on all tables in schema %I to goldline_transform', reads, name);
        execute format('alter default privileges for role %I in schema %I grant %s on tables to goldline_ingest', owner, name, adds);
        execute format('alter default privileges for role %I in schema %I grant %s on tables to goldline_transform', owner, name, reads);
    end loop;
    foreach name in array derived loop
        execute format('grant usage on schema %I to goldline_transform, goldline_publish', name);
        execute format('grant %s on all tables in schema %I to goldline_transform', writes, name);
        execute format('grant %s on all tables in schema %I to goldline_publish', reads, name);
        execute format('alter default privileges for role %I in schema %I grant %s on tables to goldline_transform', owner, name, writes);
        execute format('alter default privileges for role %I in schema %I grant %s on tables to goldline_publish', owner, name, reads);
    end loop;

    grant usage, create on schema published to goldline_publish;
    grant usage on schema published to goldline_reader;
    grant select on all tables in schema published to goldline_publish, goldline_reader;
    execute format('alter default privileges for role %I in schema published grant select on tables to goldline_publish, goldline_reader', owner);
end
$roles$;
