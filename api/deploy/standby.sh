#!/bin/sh
# A hot standby of $PRIMARY: copies it at the first start, and follows it. A copy cut short is made anew.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    rm -rf "$PGDATA.copying"
    PGPASSWORD=$(cat "$REPLICATION_PASSWORD_FILE") pg_basebackup --pgdata "$PGDATA.copying" --checkpoint fast \
        --wal-method stream --write-recovery-conf --dbname "host=$PRIMARY user=replicator"
    chmod 700 "$PGDATA.copying"
    mv "$PGDATA.copying" "$PGDATA"
fi

# What is replayed waits a moment for questions, and the primary keeps what they look at.
exec postgres -D "$PGDATA" -c hot_standby=on -c hot_standby_feedback=on -c max_standby_streaming_delay=5s "$@"
