#!/bin/sh
# Installs Debian packages in a build stage: apt.sh PACKAGE...
set -eu
. "$(dirname "$0")/apt-settings.sh"
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@" >/dev/null
