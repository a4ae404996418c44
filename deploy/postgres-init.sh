#!/bin/sh
# Runs once, when the server is new: a database and an owner for the warehouse, and for Dagster's own storage.
set -eu
for name in goldline dagster; do
    password=$(cat "${SECRETS:-/run/secrets}/${name}_password")
    psql --quiet --set ON_ERROR_STOP=1 --set name="$name" --set password="$password" \
        --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
create role :"name" login password :'password' nosuperuser nocreatedb nocreaterole;
create database :"name" template template0 owner :"name" encoding 'UTF8' lc_collate 'C' lc_ctype 'C';
revoke all on database :"name" from public;
SQL
done
