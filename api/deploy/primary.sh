#!/bin/sh
# Makes the owner of the store, its database, and the role that standbys follow with. What is there stays as it is.
set -eu

psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    -v owner_password="$(cat "$OWNER_PASSWORD_FILE")" \
    -v replication_password="$(cat "$REPLICATION_PASSWORD_FILE")" <<'SQL'
SELECT format('CREATE ROLE cunzhao LOGIN CREATEROLE PASSWORD %L', :'owner_password')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cunzhao') \gexec
SELECT 'CREATE DATABASE cunzhao OWNER cunzhao'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'cunzhao') \gexec
SELECT format('CREATE ROLE replicator LOGIN REPLICATION PASSWORD %L', :'replication_password')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'replicator') \gexec
SQL

rule='host replication replicator samenet scram-sha-256'
grep -qxF "$rule" "$PGDATA/pg_hba.conf" || echo "$rule" >>"$PGDATA/pg_hba.conf"
