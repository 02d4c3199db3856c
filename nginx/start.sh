#!/bin/sh
# Starts the edge. HTTPS_PORT: the port that browsers use for HTTPS, for the redirect (default: 443).
set -eu
port=${HTTPS_PORT:-443}
case $port in
  '' | *[!0-9]*)
    echo "HTTPS_PORT is \"$port\", but must be a port number such as 443." >&2
    exit 1
    ;;
esac
suffix=:$port
if [ "$port" = 443 ]; then suffix=; fi
# A map, for a variable that is the same everywhere; the quotes let it be empty.
printf 'map "" $https_port_suffix {\n  default "%s";\n}\n' "$suffix" >/tmp/settings.conf
exec nginx -e stderr -g 'daemon off;'
