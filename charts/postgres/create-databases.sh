#!/usr/bin/env bash
# Makes the roles and databases that the environment names, and brings those that exist to the same state. Changes nothing twice.
#
# A component X is any set of X_DB, X_DB_USER and X_DB_PASSWORD; database and user are x unless given, the password is required.
# X_PASSWORD_FILE names a file that holds X_PASSWORD, as it does for the image's own. MONITOR_PASSWORD makes a role that may read statistics alone, named MONITOR_USER (monitor). The connection is psql's own: PGHOST,
# PGUSER, PGPASSWORD. Postgres' image runs this on an empty volume; a Job runs it for what was added later.
set -euo pipefail

problems=()

# All bytes of a file but those of PGPASSWORD's: the image leaves out line ends at the end of its own password.
read_files() {
  local name value
  while IFS= read -r name; do
    if [ ! -r "${!name}" ]; then
      problems+=("$name: can't read ${!name}")
      continue
    fi
    value="$(cat -- "${!name}" && printf x)"
    value="${value%x}"
    if [ "$name" = PGPASSWORD_FILE ]; then value="$(printf '%s' "$value")"; fi
    export "${name%_FILE}=$value"
  done < <(compgen -e | grep -E 'PASSWORD_FILE$' | grep -vx POSTGRES_PASSWORD_FILE)
}

read_files
if [ -n "${POSTGRES_USER:-}" ]; then export PGUSER="$POSTGRES_USER"; fi
export PGUSER="${PGUSER:-postgres}"
export PGDATABASE="${PGDATABASE:-postgres}"
admin_password="${PGPASSWORD:-${POSTGRES_PASSWORD-}}"
prefixes=()
declare -A owner_of_database=() owner_of_user=()

value_of() { printf '%s' "${!1-}"; }

find_components() {
  local name prefix
  while IFS= read -r name; do
    case "$name" in
      POSTGRES_DB) continue ;;
      *_DB_PASSWORD) prefix="${name%_DB_PASSWORD}" ;;
      *_DB_USER) prefix="${name%_DB_USER}" ;;
      *_DB) prefix="${name%_DB}" ;;
      *) continue ;;
    esac
    [ -n "$prefix" ] || continue
    case " ${prefixes[*]-} " in *" $prefix "*) ;; *) prefixes+=("$prefix") ;; esac
  done < <(compgen -e | LC_ALL=C sort)
}

# Postgres cuts longer names off without an error, so that two of them may become one.
check_name() { # variable, name
  local bytes
  bytes="$(printf '%s' "$2" | LC_ALL=C wc -c)"
  [ "$bytes" -le 63 ] || problems+=("$1: $bytes bytes; a name of Postgres has at most 63")
  case "$2" in
    pg_*) problems+=("$1: names that begin with pg_ are Postgres' own") ;;
    postgres | template0 | template1 | public | none) problems+=("$1: \"$2\" is Postgres' own; choose another name") ;;
    "$PGUSER") problems+=("$1: \"$2\" is the administrator; choose another name") ;;
  esac
}

# Postgres takes anything; those that send passwords do not. The exporter cuts at spaces, Argo at other white space, neither of them
# normalizes letters as Postgres does. Bytes, as locales differ.
check_password() { # variable, value
  local LC_ALL=C
  case "$2" in
    *[!'!'-'~']*)
      problems+=("$1: expected printable ASCII characters without spaces or line ends, which is what all that send it agree on (printf '%s' instead of echo ends no line)")
      ;;
  esac
}

check_component() { # prefix
  local prefix="$1" database user variable
  database="$(database_of "$prefix")"
  user="$(user_of "$prefix")"
  variable="${prefix}_DB_PASSWORD"
  [ -n "${!variable-}" ] || problems+=("$variable: missing; it has no default")
  check_password "$variable" "${!variable-}"
  check_name "${prefix}_DB" "$database"
  check_name "${prefix}_DB_USER" "$user"
  [ -z "${owner_of_database[$database]-}" ] ||
    problems+=("${prefix}_DB: \"$database\" is the database of ${owner_of_database[$database]} already")
  [ -z "${owner_of_user[$user]-}" ] || problems+=("${prefix}_DB_USER: \"$user\" is the user of ${owner_of_user[$user]} already")
  owner_of_database[$database]="$prefix"
  owner_of_user[$user]="$prefix"
}

database_of() { local given; given="$(value_of "${1}_DB")"; printf '%s' "${given:-${1,,}}"; }
user_of() { local given; given="$(value_of "${1}_DB_USER")"; printf '%s' "${given:-${1,,}}"; }

# Values reach psql through its environment: an argument would show in the list of processes, and in SQL they would need quoting.
# One run at a time changes something: Postgres fails where two change one role, and makes no databases in transactions.
run_psql() {
  PGPASSWORD="$admin_password" psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 \
    --file=<(echo "SELECT 1 FROM pg_advisory_lock(hashtext('create-databases')) \\g /dev/null") --file=-
}

can_log_in() { # user, password, database
  PGUSER="$1" PGPASSWORD="$2" PGDATABASE="$3" psql --no-psqlrc --no-password --quiet --command='' >/dev/null 2>&1
}

# A new verifier has a new salt, so that setting the same password again would be a change. Where the server asks for no password
# (it takes a wrong one), nobody can tell whether it is the same: it is set.
has_password() { # user, password, database
  can_log_in "$@" && ! can_log_in "$1" "x$2" "$3"
}

set_password() { # user, variable of the password, database
  if has_password "$1" "${!2}" "$3"; then return 0; fi
  NEW_USER="$1" NEW_PASSWORD="${!2}" run_psql <<'SQL'
\getenv user NEW_USER
\getenv password NEW_PASSWORD
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET password_encryption = 'scram-sha-256';
SELECT format('ALTER ROLE %I PASSWORD %L', :'user', :'password') \gexec
SQL
  printf 'create-databases: password of role "%s" set\n' "$1"
}

create_database() { # prefix
  local database user
  database="$(database_of "$1")"
  user="$(user_of "$1")"
  NEW_USER="$user" NEW_DATABASE="$database" run_psql <<'SQL'
\getenv user NEW_USER
\getenv database NEW_DATABASE
SET client_min_messages = 'warning';
SELECT format('CREATE ROLE %I LOGIN', :'user') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'user') \gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', rolname) FROM pg_roles
WHERE rolname = :'user' AND (NOT rolcanlogin OR rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls) \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'user')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', datname, :'user') FROM pg_database
WHERE datname = :'database' AND pg_get_userbyid(datdba) <> :'user' \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', datname) FROM pg_database
WHERE datname = :'database' AND EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0) \gexec
SQL
  set_password "$user" "${1}_DB_PASSWORD" "$database"
}

# Postgres' own databases let everybody in at first.
close_own_databases() {
  run_psql <<'SQL'
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', datname) FROM pg_database
WHERE datname IN ('postgres', 'template1') AND EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0) \gexec
SQL
}

create_monitor() {
  NEW_USER="$monitor" run_psql <<'SQL'
\getenv user NEW_USER
SELECT format('CREATE ROLE %I LOGIN', :'user') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'user') \gexec
SELECT format('GRANT pg_monitor TO %I', :'user') WHERE NOT EXISTS (
  SELECT FROM pg_auth_members WHERE roleid = 'pg_monitor'::regrole AND member = (SELECT oid FROM pg_roles WHERE rolname = :'user')) \gexec
SELECT format('GRANT CONNECT ON DATABASE postgres TO %I', :'user') WHERE NOT has_database_privilege(:'user', 'postgres', 'CONNECT') \gexec
SQL
  set_password "$monitor" MONITOR_PASSWORD postgres
}

case "$admin_password" in
  *$'\n'*) problems+=("PGPASSWORD: more than one line, of which Postgres' image has taken the first; choose one line") ;;
esac
find_components
for prefix in "${prefixes[@]}"; do check_component "$prefix"; done
monitor="${MONITOR_USER:-monitor}"
if [ -n "${MONITOR_USER+set}${MONITOR_PASSWORD+set}" ]; then
  [ -n "${MONITOR_PASSWORD:-}" ] || problems+=('MONITOR_PASSWORD: missing; it has no default')
  check_password MONITOR_PASSWORD "${MONITOR_PASSWORD:-}"
  check_name MONITOR_USER "$monitor"
  [ -z "${owner_of_user[$monitor]-}" ] || problems+=("MONITOR_USER: \"$monitor\" is the user of ${owner_of_user[$monitor]} already")
fi
if [ ${#problems[@]} -gt 0 ]; then
  printf 'create-databases: %s\n' "${problems[@]}" >&2
  exit 2
fi

# A Job may be there before the server: its image is pulled, its disk is made. The Job's own deadline is later.
wait_for_server() {
  pg_isready --quiet && return 0
  echo 'create-databases: the server does not answer yet, waiting' >&2
  until pg_isready --quiet; do
    if [ "$SECONDS" -ge 1200 ]; then
      printf 'create-databases: %s:%s: no server has answered for 20 minutes; look at the pod of Postgres\n' "${PGHOST:-socket}" "${PGPORT:-5432}" >&2
      exit 75
    fi
    sleep 1
  done
}

wait_for_server
close_own_databases
for prefix in "${prefixes[@]}"; do create_database "$prefix"; done
if [ -n "${MONITOR_PASSWORD:-}" ]; then create_monitor; fi
