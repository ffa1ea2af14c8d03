# shellcheck shell=bash
# What bin/demo and bin/test share: install what is missing, the environment, the private PostGIS cluster.
# Sourced, never run. Linux with apt installs itself; elsewhere it says what to install.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VAR=$ROOT/var
VENV=$ROOT/.venv
PYTHON=$VENV/bin/python
UV_VERSION=0.13.9
# PROJ_* and GDAL_DATA would point the wheels at a foreign database; PG* would send psql elsewhere.
export HOME=${HOME:-/nonexistent}
unset PROJ_LIB PROJ_DATA GDAL_DATA PYTHONHOME PYTHONPATH VIRTUAL_ENV \
    PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGSERVICE PGOPTIONS PGDATA

say()  { printf '» %s\n' "$*"; }
note() { printf '  %s\n' "$*"; }
die()  { DIED=1; printf '✗ %s\n' "$1" >&2; shift; [ $# -eq 0 ] || printf '  %s\n' "$@" >&2; exit 1; }

# No script ends in silence; AT_EXIT is a function to call in any case.
DIED='' AT_EXIT=''
leave() {
    local status=$?
    [ "$status" = 0 ] || [ -n "$DIED" ] || printf '✗ Stopped: the step above failed (exit %s)\n' "$status" >&2
    [ -z "$AT_EXIT" ] || "$AT_EXIT"
    exit "$status"
}
trap leave EXIT

is_root() { [ "$(id -u)" = 0 ]; }

make_var() {
    mkdir -p "$VAR" 2>/dev/null || true
    [ -w "$VAR" ] || die "Cannot write to $VAR (owner $(stat -c %U "$VAR" 2>/dev/null || echo '?'))." \
        "Run as its owner, or: chown -R $(id -un) '$ROOT'"
}

# One setup at a time in a checkout: a second script waits for the first.
lock_setup() {
    make_var
    exec 9>"$VAR/setup.lock"
    if ! flock -n 9; then
        note "another bin/ script is setting up; waiting …"
        flock 9
    fi
}
unlock_setup() { exec 9>&-; }

# ---------------------------------------------------------------- packages of the system

APT_WANTED=()
APT_UPDATED=

# Lists are refreshed once, and only when a package is missing.
apt_update() {
    [ -z "$APT_UPDATED" ] || return 0
    APT_UPDATED=1
    command -v apt-get >/dev/null || return 0
    if is_root; then
        say "apt-get update (something is missing)"
        apt-get update -qq </dev/null || note "apt-get update failed; trying with the lists at hand"
    elif sudo -n true 2>/dev/null; then
        say "sudo apt-get update (something is missing)"
        sudo -n apt-get update -qq </dev/null || note "apt-get update failed; trying with the lists at hand"
    fi
}

apt_has() { [ -n "$(apt-cache show "$1" 2>/dev/null)" ]; }

# The newest PostGIS of this distribution, for the server version that an existing cluster needs.
postgis_package() {
    local version=
    [ ! -s "$(cluster_data)/PG_VERSION" ] || version=$(cat "$(cluster_data)/PG_VERSION" 2>/dev/null || true)
    apt-cache search --names-only "^postgresql-${version:-[0-9]+}-postgis-3\$" 2>/dev/null |
        cut -d' ' -f1 | sort -V | tail -1
}

want_postgis() {
    [ -z "$(postgres_bin)" ] || return 0
    apt_update
    local package
    package=$(postgis_package)
    package=${package:-postgresql-15-postgis-3}
    APT_WANTED+=("$(cut -d- -f1-2 <<<"$package")" "$package")
}

want_python() {
    if [ -n "$(find_python)" ]; then
        "$(find_python)" -c 'import venv, ensurepip' 2>/dev/null && return 0
        apt_update
        if apt_has python3.11-venv; then APT_WANTED+=(python3.11-venv); else APT_WANTED+=(python3-venv); fi
        return 0
    fi
    apt_update
    apt_has python3.11 || die "Python 3.11 is needed and was not found, and apt has none here." \
        "Install Python 3.11 so that 'python3.11' is on PATH, then run this again."
    APT_WANTED+=(python3.11 python3.11-venv)
}

# want_program PACKAGE PROGRAM… : any one of the programs will do.
want_program() {
    local package=$1 program
    shift
    for program in "$@"; do
        if command -v "$program" >/dev/null; then return 0; fi
    done
    apt_update
    APT_WANTED+=("$package")
}

want_chinese_fonts() {
    local found
    found=$(find /usr/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" -iname '*CJK*' 2>/dev/null || true)
    [ -z "$found" ] || return 0
    apt_update
    APT_WANTED+=(fonts-noto-cjk)
}

install_wanted() {
    [ ${#APT_WANTED[@]} -gt 0 ] || return 0
    local line="apt-get install -y --no-install-recommends ${APT_WANTED[*]}"
    local -a as=()
    if ! command -v apt-get >/dev/null; then
        die "These are missing, and this system has no apt: ${APT_WANTED[*]}" \
            "Install what they stand for (Debian names) and run this again."
    fi
    if ! is_root; then
        sudo -n true 2>/dev/null || die "System packages are missing. Ask an administrator to run:" \
            "apt-get update && $line"
        as=(sudo -n)
    fi
    say "$line"
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "${APT_WANTED[@]}" </dev/null >"$VAR/apt.log" 2>&1 9>&- || {
        tail -15 "$VAR/apt.log" >&2
        die "apt-get failed; its output is in var/apt.log. By hand:" "apt-get update && $line"
    }
    APT_WANTED=()
}

# ---------------------------------------------------------------- .venv

find_python() {
    local name path
    for name in python3.11 /usr/bin/python3.11 python3 /usr/bin/python3; do
        path=$(command -v "$name") || continue
        if "$path" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            "$path" -c 'import sys; print(sys.executable)'
            return 0
        fi
    done
}

# A .venv that was copied from another folder still runs the other folder's programs.
venv_is_ours() {
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null &&
        grep -qsF "$VENV" "$VENV/bin/activate"
}

ensure_uv() {
    local tool=$VAR/tool
    [ "$("$tool/bin/python" -m uv --version 2>/dev/null | cut -d' ' -f2)" = "$UV_VERSION" ] && return 0
    rm -rf "$tool"
    "$(find_python)" -m venv "$tool" &&
        "$tool/bin/python" -m pip install -q --disable-pip-version-check "uv==$UV_VERSION" </dev/null
}

ensure_venv() {
    local stamp
    stamp="$(sha256sum <"$ROOT/requirements.lock" | cut -c1-64) $VENV"
    if venv_is_ours && [ "$(cat "$VENV/.stamp" 2>/dev/null)" = "$stamp" ]; then
        note ".venv/ is up to date with requirements.lock"
        return 0
    fi
    [ -w "$ROOT" ] || die "Cannot write to $ROOT; run as its owner ($(stat -c %U "$ROOT"))."
    say "Making .venv/ from requirements.lock"
    local uv=
    if ensure_uv >"$VAR/venv.log" 2>&1; then
        uv=1
    else
        note "uv $UV_VERSION could not be installed; going on with pip (slower)"
    fi
    if ! venv_is_ours; then
        rm -rf "$VENV"
        "$(find_python)" -m venv ${uv:+--without-pip} "$VENV"
    fi
    rm -f "$VENV/.stamp"
    { [ -n "$uv" ] && sync_with_uv >>"$VAR/venv.log" 2>&1; } || sync_with_pip >>"$VAR/venv.log" 2>&1 || {
        tail -15 "$VAR/venv.log" >&2
        die "The packages of requirements.lock could not be installed; all output is in var/venv.log"
    }
    printf '%s\n' "$stamp" >"$VENV/.stamp"
}

# The second try is for networks with a certificate authority of their own, known to the system only.
sync_with_uv() {
    [ -w "${UV_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME}}" ] || export UV_CACHE_DIR=$VAR/cache/uv
    local trust
    for trust in "" --system-certs; do
        "$VAR/tool/bin/python" -m uv pip sync -q $trust --require-hashes --python "$PYTHON" \
            "$ROOT/requirements.lock" </dev/null && return 0
    done
    return 1
}

sync_with_pip() {
    "$PYTHON" -m pip --version >/dev/null 2>&1 || "$PYTHON" -m ensurepip || return 1
    "$PYTHON" -m pip install -q --disable-pip-version-check --no-deps --require-hashes \
        -r "$ROOT/requirements.lock" </dev/null
}

# ---------------------------------------------------------------- the private cluster

# Where PostgreSQL refuses root, the server runs as this user; otherwise as whoever runs the script.
server_user() {
    local owner
    if ! is_root; then id -un; return 0; fi
    owner=$(stat -c %U "$VAR/pg" 2>/dev/null || echo root)
    if [ "$owner" = root ]; then echo postgres; else echo "$owner"; fi
}

as_server() {
    if is_root; then
        local user
        user=$(server_user)
        setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- env HOME=/ LC_ALL=C.UTF-8 "$@"
    else
        LC_ALL=C.UTF-8 "$@"
    fi
}

root_hash() { printf '%s' "$ROOT" | sha256sum | cut -c1-12; }

# var/, or a folder of the system when root's server user may not reach var/ (a checkout under /root).
cluster_home() {
    local outside
    outside=/var/lib/gisland/$(root_hash)
    if is_root && [ ! -s "$VAR/pg/PG_VERSION" ] && id postgres >/dev/null 2>&1 &&
        ! as_server test -x "$VAR" 2>/dev/null; then
        echo "$outside"
    else
        echo "$VAR"
    fi
}

cluster_data() { echo "$(cluster_home)/pg"; }

# The folder of programs that fits the cluster (or the newest) and has PostGIS beside it; empty if none.
postgres_bin() {
    local bin version found=
    version=$(cat "$(cluster_data)/PG_VERSION" 2>/dev/null || true)
    while read -r bin; do
        [ -x "$bin/initdb" ] && [ -x "$bin/pg_config" ] || continue
        [ -e "$("$bin/pg_config" --sharedir)/extension/postgis.control" ] || continue
        ls "$("$bin/pg_config" --pkglibdir)"/postgis-3.* >/dev/null 2>&1 || continue
        if [ -n "$version" ]; then
            "$bin/postgres" --version | grep -q " $version\." || continue
        fi
        found=$bin
    done < <(
        { ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; pg_config --bindir; } 2>/dev/null | sort -V
    )
    echo "$found"
}

# A unix socket's path may have 107 bytes, file name included.
socket_folder() {
    local folder user
    folder=$(cluster_home)/run
    if [ "$(printf '%s' "$folder" | wc -c)" -gt 85 ]; then
        user=$(id -u "$(server_user)")
        folder=${TMPDIR:-/tmp}
        [ "$(printf '%s' "$folder" | wc -c)" -le 50 ] || folder=/tmp
        folder=${folder%/}/gisland-$(root_hash)-$user
    fi
    echo "$folder"
}

# make_private FOLDER : 0700 and the server user's, or refuse. Others may have been there first under /tmp.
make_private() {
    local folder=$1 user
    user=$(server_user)
    if mkdir -m 700 "$folder" 2>/dev/null && is_root; then chown "$user:" "$folder"; fi
    if [ -L "$folder" ] || [ ! -d "$folder" ] || [ "$(stat -c %U "$folder")" != "$user" ]; then
        die "$folder is not a folder of $user; refusing to use it." \
            "Remove it, or run as $(stat -c %U "$folder" 2>/dev/null || echo 'its owner')."
    fi
    chmod 700 "$folder"
}

# The socket's folder of a server that runs on our data; empty if none does.
running_socket() {
    local data pid folder
    data=$(cluster_data)
    [ -r "$data/postmaster.pid" ] || return 0
    { read -r pid; read -r folder; } <"$data/postmaster.pid"
    [ "$folder" = "$data" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ] || return 0
    sed -n 5p "$data/postmaster.pid"
}

# Left by a crash or by a copy of the folder. Only a copy of a live cluster is dangerous: it may be torn.
clear_stale_pid() {
    local data pid folder
    data=$(cluster_data)
    [ -e "$data/postmaster.pid" ] || return 0
    { read -r pid; read -r folder; } <"$data/postmaster.pid"
    if [ "$folder" != "$data" ]; then
        local aside
        aside=$data-copied-$(date +%Y%m%d%H%M%S)
        note "var/pg is a copy of a cluster that was running elsewhere and cannot be trusted; kept as $aside"
        mv "$data" "$aside"
    elif [ -e "/proc/$pid" ] && [ "$(cat "/proc/$pid/comm")" != postgres ]; then
        rm -f "$data/postmaster.pid"  # the number went to another program since; PostgreSQL judges all else itself
    fi
}

write_settings() {
    local data=$1 socket=$2 shm=posix quoted
    [ "$(df -k --output=size /dev/shm 2>/dev/null | tail -1)" -gt 262144 ] 2>/dev/null || shm=mmap
    quoted=${socket//\'/\'\'}
    as_server tee "$data/gisland.conf" >/dev/null <<END
# Written by bin/lib.sh at each start. For a machine of one's own, not for production.
listen_addresses = ''
port = 5432
unix_socket_directories = '"$quoted"'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
max_locks_per_transaction = 256
synchronous_commit = off
dynamic_shared_memory_type = $shm
END
}

start_cluster() {
    local bin home data socket url
    bin=$(postgres_bin)
    [ -n "$bin" ] || die "PostgreSQL with PostGIS was not found."
    home=$(cluster_home)
    data=$(cluster_data)
    if ! is_root && [ -e "$data" ] && [ "$(stat -c %U "$data")" != "$(id -un)" ]; then
        die "var/pg belongs to $(stat -c %U "$data"), who ran this before." \
            "Run as root (sudo) again, or stop it and remove var/: sudo bin/demo --stop && sudo rm -r '$VAR'"
    fi
    if [ "$home" != "$VAR" ]; then
        note "the user postgres may not enter $VAR, so the cluster lives in $home"
        note "(to have it under var/: move the checkout, or chmod o+x its parent folders)"
        mkdir -p -m 755 "$(dirname "$home")" "$home"
    fi
    cd /
    socket=$(running_socket)
    if [ -n "$socket" ]; then
        note "PostGIS is running (socket $socket)"
    else
        clear_stale_pid
        socket=$(socket_folder)
        make_private "$data"
        make_private "$socket"
        if [ ! -s "$data/PG_VERSION" ]; then
            say "Making a private PostGIS cluster in ${data#"$ROOT/"}"
            as_server "$bin/initdb" -D "$data" -U gis -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
                >/dev/null 9>&-
        fi
        grep -qs "^include 'gisland.conf'" "$data/postgresql.conf" ||
            echo "include 'gisland.conf'" | as_server tee -a "$data/postgresql.conf" >/dev/null
        write_settings "$data" "$socket"
        say "Starting PostGIS (no TCP; socket $socket)"
        as_server "$bin/pg_ctl" -D "$data" -w -s -t 120 -l "$data/log" start </dev/null 9>&- || {
            as_server tail -15 "$data/log" >&2 || true
            die "PostgreSQL did not start; its log is $data/log"
        }
    fi
    if ! psql_gis "$bin" "$socket" postgres "SELECT 1 FROM pg_database WHERE datname = 'gis'" | grep -q 1; then
        psql_gis "$bin" "$socket" postgres "CREATE DATABASE gis"
    fi
    psql_gis "$bin" "$socket" gis "SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS postgis"
    url=$(url_of "$socket")
    [ "$(cat "$VAR/database_url" 2>/dev/null)" = "$url" ] || printf '%s\n' "$url" >"$VAR/database_url"
    cd "$ROOT"
}

psql_gis() { "$1/psql" -X -q -At -v ON_ERROR_STOP=1 -h "$2" -p 5432 -U gis -d "$3" -c "$4" </dev/null; }

url_of() {
    "$(find_python)" -c 'import sys, urllib.parse as u; print("postgis://gis@/gis?host=" + u.quote(sys.argv[1]))' "$1"
}

stop_cluster() {
    local bin data
    bin=$(postgres_bin)
    data=$(cluster_data)
    cd /
    if [ -z "$bin" ] || [ -z "$(running_socket)" ]; then
        note "no PostGIS of this checkout is running"
    else
        say "Stopping PostGIS"
        as_server "$bin/pg_ctl" -D "$data" -m fast -w -s stop
    fi
    cd "$ROOT"
}

# DATABASE_URL wins: then nothing is started and nothing is written.
ensure_database() {
    if [ -n "${DATABASE_URL:-}" ]; then
        note "DATABASE_URL is set: using that database, starting none"
    else
        start_cluster
    fi
}

manage() { "$PYTHON" "$ROOT/manage.py" "$@"; }
