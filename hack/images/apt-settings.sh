# For other scripts to read: apt as the network needs it, by the optional secrets `ca` (certificates), `apt-sources` (in
# the place of /etc/apt/sources.list and sources.list.d) and `apt-conf` (a proxy, credentials).
settings=$(mktemp -d)
export APT_CONFIG="$settings/apt.conf" DEBIAN_FRONTEND=noninteractive
{
  # Its sandbox user may not read what lies here.
  echo 'APT::Sandbox::User "root";'
  if [ -s /run/secrets/apt-sources ]; then
    cp /run/secrets/apt-sources "$settings/sources.list"
    echo "Dir::Etc::SourceList \"$settings/sources.list\"; Dir::Etc::SourceParts \"-\";"
  fi
  if [ -s /run/secrets/ca ]; then echo 'Acquire::https::CAInfo "/run/secrets/ca";'; fi
  if [ -s /run/secrets/apt-conf ]; then cat /run/secrets/apt-conf; fi
} >"$APT_CONFIG"
