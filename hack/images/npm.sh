#!/bin/sh
# npm in a build stage, with the settings of the secret `npmrc` and trusting the certificates of the secret `ca`, if there
# are any: npm.sh ARGUMENT...
set -eu
if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi
if [ -s /run/secrets/npmrc ]; then export npm_config_userconfig=/run/secrets/npmrc; fi
export npm_config_cache=/var/cache/npm
exec npm "$@"
