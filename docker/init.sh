#!/bin/bash
# Prepare one Odoo database at the first start, and leave it alone ever after.
#
#   init.sh DATABASE MODULE
#
# Each step looks whether it is still needed, so a start that was cut short is
# taken up where it broke off. MODULE comes last: a database that has it has
# everything, the password of its admin included.
set -euo pipefail

database=$1
module=$2

export PGHOST=$HOST PGUSER=$USER PGPASSWORD=$PASSWORD

query() {
    psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"
}

# A server that does not answer must not be taken for an empty one: an error in
# any query ends the script.
is_installed() {
    local found
    found=$(query --dbname=postgres \
        --command="SELECT 1 FROM pg_database WHERE datname = '$database'") || exit
    [ -n "$found" ] || return 1
    found=$(query --dbname="$database" \
        --command="SELECT to_regclass('ir_module_module')") || exit
    [ -n "$found" ] || return 1
    found=$(query --dbname="$database" \
        --command="SELECT 1 FROM ir_module_module
                   WHERE name = '$1' AND state IN ('installed', 'to upgrade')") || exit
    [ -n "$found" ]
}

install() {
    echo "Database $database: installing $1."
    /entrypoint.sh odoo --database="$database" --init="$1" \
        --without-demo=all --stop-after-init --no-http
}

if is_installed "$module"; then
    echo "Database $database: $module is there, nothing to do."
    exit
fi
is_installed base || install base
/entrypoint.sh odoo shell --database="$database" --no-http \
    < /docker/set_admin_password.py
install "$module"
