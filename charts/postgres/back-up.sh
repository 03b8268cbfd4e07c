#!/usr/bin/env bash
# Dumps every database, and the roles without their passwords, into a new folder of BACKUPS. SHA256SUMS comes last and under a
# temporary name: a folder without it is no backup. What is too old is the bucket's life cycle to remove, not this account's.
set -euo pipefail

: "${BACKUPS:?back-up: BACKUPS is missing; it names the folder of all backups}"
if [ -n "${PGPASSWORD_FILE:-}" ]; then
  PGPASSWORD="$(cat -- "$PGPASSWORD_FILE")"
  export PGPASSWORD
fi
export PGUSER="${PGUSER:-postgres}"
folder="$BACKUPS/$(date -u +%Y-%m-%dT%H%M%SZ)"

# A dump names its database itself; the file is found by its number, since a database may be named as no file can.
list_databases() {
  psql --no-psqlrc --dbname=postgres --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --command="
    SELECT oid FROM pg_database WHERE NOT datistemplate AND datallowconn AND datname <> 'postgres' ORDER BY oid"
}
name_of() {
  psql --no-psqlrc --dbname=postgres --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --command="
    SELECT datname FROM pg_database WHERE oid = $1"
}
# pg_dump reads a name with = or a scheme as a whole connection string.
to_connection() { printf "dbname='%s'" "$(printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")"; }

databases="$(list_databases)"
if [ -z "$databases" ]; then
  echo 'back-up: the server has no database of ours; expected one at least' >&2
  exit 1
fi
mkdir -p "$folder"
cd "$folder"
pg_dumpall --globals-only --no-role-passwords --database=postgres >globals.sql
for number in $databases; do
  name="$(name_of "$number")"
  pg_dump --format=custom --dbname="$(to_connection "$name")" >"$number.dump"
  pg_restore --list "$number.dump" >/dev/null
  printf 'back-up: %s as %s.dump, %s bytes\n' "$name" "$number" "$(wc -c <"$number.dump")"
done
sha256sum globals.sql ./*.dump >.SHA256SUMS.tmp
mv .SHA256SUMS.tmp SHA256SUMS
printf 'back-up: %s is whole\n' "$folder"
