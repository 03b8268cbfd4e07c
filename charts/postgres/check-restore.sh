#!/usr/bin/env bash
# Restores the newest backup of BACKUPS into a server of its own in SCRATCH and reads every row of it. Fails where the newest backup
# is older than 26 hours, its bytes have changed, a statement of it fails, or a database is missing.
set -euo pipefail

: "${BACKUPS:?check-restore: BACKUPS is missing; it names the folder of all backups}"
: "${SCRATCH:?check-restore: SCRATCH is missing; it names an empty folder for the server}"
limit_hours=26
server="$SCRATCH/server"

fail() {
  printf 'check-restore: %s\n' "$1" >&2
  exit 1
}

newest="$(find "$BACKUPS" -mindepth 2 -maxdepth 2 -name SHA256SUMS | LC_ALL=C sort | tail -n 1)"
[ -n "$newest" ] || fail "$BACKUPS: no backup in it"
backup="$(cd "$(dirname "$newest")" && pwd)"
stamp="$(basename "$backup")"
made="$(date -u -d "$(sed -E 's/^(.{13})(..)(..)Z$/\1:\2:\3Z/' <<<"$stamp")" +%s)"
age_hours=$((($(date -u +%s) - made) / 3600))
[ "$age_hours" -le "$limit_hours" ] || fail "$stamp, the newest backup, is $age_hours hours old; expected $limit_hours at most"
(cd "$backup" && sha256sum --check --quiet --strict SHA256SUMS >&2) || fail "$stamp: its files are not those that were written"

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
initdb --pgdata="$server/data" --username=taxiway_restore --auth=trust --encoding=UTF8 >/dev/null
pg_ctl --pgdata="$server/data" --log="$server/log" --wait --timeout=120 \
  --options="-c listen_addresses='' -c unix_socket_directories='$server/socket' -c fsync=off" start >/dev/null
trap 'pg_ctl --pgdata="$server/data" --mode=immediate stop >/dev/null; rm -rf "$server"' EXIT
export PGHOST="$server/socket" PGUSER=taxiway_restore PGDATABASE=postgres
unset PGPASSWORD PGPORT

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file="$backup/globals.sql" >/dev/null || fail "$stamp: globals.sql fails (see above)"
expected=0
for dump in "$backup"/*.dump; do
  pg_restore --create --exit-on-error --dbname=postgres "$dump" || fail "$stamp: $(basename "$dump") fails (see above)"
  expected=$((expected + 1))
done
restored="$(psql --no-psqlrc --tuples-only --no-align --command="
  SELECT count(*) FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'")"
[ "$restored" = "$expected" ] || fail "$stamp: $expected dumps, but $restored databases"
pg_dumpall --data-only >/dev/null || fail "$stamp: what was restored can't be read (see above)"
printf 'check-restore: %s: %s databases restored and read; %s hours old\n' "$stamp" "$restored" "$age_hours"
