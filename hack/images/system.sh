#!/bin/sh
# Makes the file system of an image at /rootfs: that of the base image with the Debian packages named, and nothing that
# depends on when, where or through which network it was made. Copied into an empty image, so that no layer below holds
# what was removed. Runs as root in a build stage: system.sh [--keep-apt] PACKAGE...
#
# A file at /node/node becomes /usr/local/bin/node.
set -eu
. "$(dirname "$0")/reproducible.sh"
. "$(dirname "$0")/apt-settings.sh"

keep_apt=false
if [ "${1:-}" = --keep-apt ]; then
  keep_apt=true
  shift
fi

apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@" >/dev/null
if ! $keep_apt; then
  # Node.js needs this one, which only apt had asked for.
  apt-mark manual libstdc++6 >/dev/null
  apt-get purge -y -qq --allow-remove-essential --auto-remove apt >/dev/null
fi

if [ -e /node/node ]; then install -m 755 /node/node /usr/local/bin/node; fi

# The same in every image, whatever the base has. Not in /etc/shadow: nobody signs in.
echo 'claude:x:10001:10001::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
echo 'claude:x:10001:' >>/etc/group

mkdir /rootfs
tar --create --one-file-system --directory=/ \
  --exclude=./rootfs --exclude='./tmp/*' --exclude='./run/*' --exclude='./proc/*' --exclude='./sys/*' \
  --exclude='./dev/*' --exclude=./images --exclude=./node --exclude='./root/*' --exclude='./root/.*' \
  --exclude='./var/cache/*' --exclude='./var/log/*' --exclude='./var/lib/apt/*' --exclude='./var/tmp/*' \
  --exclude='./var/lib/dpkg/*-old' --exclude=./var/lib/dpkg/lock --exclude=./var/lib/dpkg/lock-frontend \
  --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/info/*' \
  --exclude='./usr/share/locale/*' --exclude='./usr/share/lintian' --exclude='./usr/share/bug' \
  --exclude='./etc/*-' --exclude=./etc/.pwd.lock --exclude=./etc/machine-id --exclude=./etc/hostname \
  --exclude=./etc/resolv.conf --exclude=./etc/hosts --exclude=./etc/mtab --exclude=./.dockerenv \
  --exclude=./usr/local/lib/node_modules --exclude=./usr/local/include . |
  tar --extract --directory=/rootfs
# Licences have to go with what they cover.
mkdir -p /rootfs/usr/share/doc
(cd /usr/share/doc && find . -name copyright -exec cp --parents --no-dereference {} /rootfs/usr/share/doc/ \;)

if $keep_apt; then
  mkdir -p /rootfs/var/cache/apt/archives/partial /rootfs/var/lib/apt/lists/partial /rootfs/var/log/apt
  # Its sources are the base image's.
  rm -rf /rootfs/etc/apt/apt.conf.d/*proxy*
else
  rm -rf /rootfs/etc/apt /rootfs/usr/share/keyrings
fi
# Nobody becomes somebody else in here.
find /rootfs -xdev -perm /6000 ! -type l -exec chmod a-s {} +

packages=/rootfs/usr/share/sbom/debian.tsv
mkdir -p "$(dirname "$packages")"
dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\n' | LC_ALL=C sort >"$packages"
same_time /rootfs
