#!/bin/bash
# Copies the primary the first time and follows it from then on, through a slot, so that the primary keeps what we have not seen.
set -euo pipefail
export PGDATA=/var/lib/postgresql/18/docker PGPASSWORD="$POSTGRES_PASSWORD"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "${PGDATA:?}"
  pg_basebackup --host postgres --username "$POSTGRES_USER" --pgdata "$PGDATA" \
    --wal-method stream --write-recovery-conf --create-slot --slot replica_1
  chmod 0700 "$PGDATA"
fi
exec postgres -D "$PGDATA" -c hot_standby=on
