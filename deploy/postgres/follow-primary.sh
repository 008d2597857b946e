#!/bin/bash
# Follows the primary through a slot, so that the primary keeps what we have not seen: as much as max_slot_wal_keep_size allows.
# Copies the primary where there is no copy yet, and anew where the primary has gone on without us.
set -euo pipefail
: "${PGDATA:?}" "${POSTGRES_DB:?}" # the image sets the first
export PGHOST="${PRIMARY_HOST:-postgres}" PGPORT="${PRIMARY_PORT:-5432}" PGUSER="$POSTGRES_USER" PGPASSWORD="$POSTGRES_PASSWORD"
export PGCONNECT_TIMEOUT=5
slot=replica_1

ask() { psql --dbname "$POSTGRES_DB" --no-psqlrc --tuples-only --no-align --command "$1"; }

# Of what we have not seen, and where we have a copy: whether the primary will never send it. No when it does not answer.
is_left_behind() {
  local slots
  slots=$(ask "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$slot' AND wal_status IS DISTINCT FROM 'lost'") || return 1
  [ "$slots" = 0 ]
}

drop_slot() {
  # A copying that was cut off may still be held open at the other end.
  ask "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '$slot' AND active" >/dev/null
  ask "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '$slot'" >/dev/null
}

copy_primary() {
  until drop_slot; do sleep 1; done
  # Under another name until it is whole: one that was cut off looks like data, and PostgreSQL would not start on it.
  rm -rf "${PGDATA:?}" "$PGDATA.copy"
  pg_basebackup --pgdata "$PGDATA.copy" --checkpoint fast --wal-method stream --write-recovery-conf --create-slot --slot "$slot"
  chmod 0700 "$PGDATA.copy"
  mv "$PGDATA.copy" "$PGDATA"
}

if [ ! -s "$PGDATA/PG_VERSION" ] || is_left_behind; then copy_primary; fi

postgres -D "$PGDATA" -c hot_standby=on "$@" &
server=$!
trap 'kill -INT "$server"' TERM INT
while kill -0 "$server" 2>/dev/null; do
  # Ends then; the next start copies anew.
  if is_left_behind; then kill -INT "$server"; fi
  sleep "${CHECK_SECONDS:-30}" &
  wait -n "$server" "$!" || true
done
