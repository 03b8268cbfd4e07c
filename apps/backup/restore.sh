#!/usr/bin/env bash
# Restores the files of BACKUP into a server of its own in SCRATCH and reads every row of it. Fails where a statement fails, or a database is missing;
# with 75 where the disk of SCRATCH is full, since the backup may be good.
set -euo pipefail

: "${BACKUP:?restore: BACKUP is missing; it names the folder of the backup}"
: "${STAMP:?restore: STAMP is missing; it is the name of the backup}"
: "${SCRATCH:?restore: SCRATCH is missing; it names a folder for the server}"
server="$SCRATCH/server"

fail() {
  printf 'restore: %s\n' "$1" >&2
  exit 1
}

clean_up() {
  local code=$? free
  free="$(df --output=avail --block-size=1 "$SCRATCH" | tail -n 1)"
  if [ -f "$server/data/postmaster.pid" ]; then pg_ctl --pgdata="$server/data" --mode=immediate stop >/dev/null; fi
  rm -rf "$server"
  # The server writes its log in pieces of 16 MiB.
  if [ "$code" != 0 ] && [ "$free" -lt 16777216 ]; then exit 75; fi
}
trap clean_up EXIT

# Left by a check that was killed.
rm -rf "$server"
mkdir -p "$server/socket"
chmod 700 "$server"
# initdb wants a name for its user, which a number that the image does not know has not; the image brings this library for that.
if ! getent passwd "$(id -u)" >/dev/null; then
  for library in /usr/lib/*/libnss_wrapper.so /usr/lib/libnss_wrapper.so; do
    if [ -s "$library" ]; then export LD_PRELOAD="$library"; fi
  done
  printf 'restore:x:%s:%s::/:/bin/false\n' "$(id -u)" "$(id -g)" >"$server/passwd"
  printf 'restore:x:%s:\n' "$(id -g)" >"$server/group"
  export NSS_WRAPPER_PASSWD="$server/passwd" NSS_WRAPPER_GROUP="$server/group"
fi
# From Postgres 16 on, a membership can be granted only by who may, and by the server's first user: it has the name that it has in the backup.
initdb --pgdata="$server/data" --username=postgres --auth=trust --encoding=UTF8 >/dev/null
pg_ctl --pgdata="$server/data" --log="$server/log" --wait --timeout=120 \
  --options="-c listen_addresses='' -c unix_socket_directories='$server/socket' -c fsync=off" start >/dev/null
export PGHOST="$server/socket" PGUSER=postgres PGDATABASE=postgres
unset PGPASSWORD PGPORT

psql --no-psqlrc --quiet --command='CREATE ROLE taxiway_restore SUPERUSER LOGIN'
# Without the one role that is there already.
sed '/^CREATE ROLE postgres;$/d' "$BACKUP/globals.sql" |
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 >/dev/null || fail "$STAMP: globals.sql fails (see above)"
# What the backup sets for its users, such as limits of time, is not for the check.
export PGUSER=taxiway_restore
expected=0
for dump in "$BACKUP"/*.dump; do
  pg_restore --create --exit-on-error --dbname=postgres "$dump" || fail "$STAMP: $(basename "$dump") fails (see above)"
  expected=$((expected + 1))
done
restored="$(psql --no-psqlrc --tuples-only --no-align --command="
  SELECT count(*) FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'")"
[ "$restored" = "$expected" ] || fail "$STAMP: $expected dumps, but $restored databases"
pg_dumpall --data-only >/dev/null || fail "$STAMP: what was restored can't be read (see above)"
