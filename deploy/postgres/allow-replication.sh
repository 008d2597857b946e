#!/bin/bash
# Run once, when the primary's data is made: the replica connects as the same user, over the network of these services alone.
set -euo pipefail
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --command "ALTER ROLE \"$POSTGRES_USER\" REPLICATION"
echo 'host replication all samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
