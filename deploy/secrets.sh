#!/bin/sh
# Makes what docker-compose.yml asks for and is not there yet: random passwords, a login for the UI, a file of inbox keys.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
for name in postgres goldline dagster; do
    [ -e "secrets/${name}_password" ] || openssl rand -hex 24 | tr -d '\n' > "secrets/${name}_password"
done
if [ ! -e secrets/proxy_users ]; then
    password=$(openssl rand -hex 9)
    echo "goldline:$(openssl passwd -6 "$password")" > secrets/proxy_users
    echo "The login of the UI is 'goldline' with the password $password (kept as a hash only)."
fi
[ -e secrets/inbox_keys ] || touch secrets/inbox_keys
chmod 0644 secrets/* # the containers read them as users of their own; the folder is yours alone
echo "Add a line to secrets/inbox_keys for each source: its public key, and as the comment its name (magento, cashmere)."
