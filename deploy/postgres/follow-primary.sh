#!/bin/bash
# Follows the primary through a replication slot. The primary keeps the log that this replica has not read, up to
# max_slot_wal_keep_size. Copies the primary when there is no copy yet, or when the primary no longer has that log.
set -euo pipefail
: "${PGDATA:?}" "${POSTGRES_DB:?}" # the image sets the first
export PGHOST="${PRIMARY_HOST:-postgres}" PGPORT="${PRIMARY_PORT:-5432}" PGUSER="$POSTGRES_USER" PGPASSWORD="$POSTGRES_PASSWORD"
export PGCONNECT_TIMEOUT=5
slot=replica_1

ask() { psql --dbname "$POSTGRES_DB" --no-psqlrc --tuples-only --no-align --command "$1"; }

# Whether the primary no longer has the log that this replica needs. False when the primary does not answer.
is_left_behind() {
  local slots
  slots=$(ask "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$slot' AND wal_status IS DISTINCT FROM 'lost'") || return 1
  [ "$slots" = 0 ]
}

drop_slot() {
  # An interrupted copy may still be open on the primary's side.
  ask "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '$slot' AND active" >/dev/null
  ask "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '$slot'" >/dev/null
}

copy_primary() {
  until drop_slot; do sleep 1; done
  # Another name until the copy is complete: an interrupted one looks like data, and PostgreSQL does not start on it.
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
  # Exits when left behind; the next start makes a fresh copy.
  if is_left_behind; then kill -INT "$server"; fi
  sleep "${CHECK_SECONDS:-30}" &
  wait -n "$server" "$!" || true
done
