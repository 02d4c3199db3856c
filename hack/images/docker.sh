# For other scripts to read: building with BuildKit, and what a closed network needs, from the environment that
# hack/build-images describes.

# From version 23 on, docker needs its plugin buildx to build with BuildKit; before, it can by itself.
can_build() {
  "$1" buildx version >/dev/null 2>&1 || [ "$("$1" version --format '{{.Client.Version}}' 2>/dev/null | cut -d. -f1)" -lt 23 ] 2>/dev/null
}

docker=${DOCKER:-}
for candidate in $(type -ap docker); do
  if [ -z "$docker" ] && can_build "$candidate"; then docker=$candidate; fi
done
if [ -z "$docker" ]; then
  echo 'There is no docker that can build with BuildKit: install docker and its buildx plugin.' >&2
  exit 1
fi

build_arguments=()
secret() { if [ -n "$2" ]; then build_arguments+=(--secret "id=$1,src=$2"); fi; }
secret ca "${CA_FILE:-${NODE_EXTRA_CA_CERTS:-}}"
secret npmrc "${NPMRC_FILE:-}"
secret apt-sources "${APT_SOURCES_FILE:-}"
secret apt-conf "${APT_CONF_FILE:-}"
for argument in NODE_IMAGE DEBIAN_IMAGE SOURCE_DATE_EPOCH; do
  if [ -n "${!argument:-}" ]; then build_arguments+=(--build-arg "$argument=${!argument}"); fi
done

# build_image NAME ARGUMENT...
build_image() {
  echo "Building $1 …"
  # shellcheck disable=SC2086 # BUILD_ARGUMENTS holds several.
  DOCKER_BUILDKIT=1 "$docker" build --tag "$@" "${build_arguments[@]}" ${BUILD_ARGUMENTS:-}
}
