#!/bin/sh
# Lays out what an image has beside its system, one directory below /layers for each layer: layers.sh IMAGE.
# Runs in /source after the build; /system has the list of the system's packages, /pty the compiled node-pty.
set -eu
here=$(dirname "$0")
. "$here/reproducible.sh"
arch=$(node -p process.arch)
modules=node_modules

# take DIRECTORY MODULE FILE...: files of an installed package, with its licence.
take() {
  target=$1/node_modules/$2 source=$modules/$2
  shift 2
  mkdir -p "$target"
  for file in package.json "$@"; do
    mkdir -p "$(dirname "$target/$file")"
    cp -R "$source/$file" "$target/$file"
  done
  find "$source" -maxdepth 1 -iname 'licen[cs]e*' -exec cp {} "$target/" \;
}

gateway() {
  mkdir -p "$1/app/gateway" "$1/app/bin"
  cp gateway/dist/bundle/*.js "$1/app/gateway/"
  chmod 755 "$1/app/gateway/claude-webui.js"
  ln -s ../gateway/claude-webui.js "$1/app/bin/claude-webui"
  take "$1/app" argon2 argon2.cjs "prebuilds/linux-$arch/argon2.glibc.node"
  take "$1/app" @phc/format index.js
  take "$1/app" node-gyp-build index.js node-gyp-build.js
}

session_runner() {
  mkdir -p "$1/app/session-runner" "$1/app/node_modules/@claude-webui"
  cp session-runner/dist/bundle/session-runner.js "$1/app/session-runner/"
  # Where the process backend looks for it.
  node -p 'const { name, version } = require("./session-runner/package.json"); JSON.stringify({ name, version, main: "session-runner.js" })' \
    >"$1/app/session-runner/package.json"
  ln -s ../../session-runner "$1/app/node_modules/@claude-webui/session-runner"
  take "$1/app" node-pty lib
  find "$1/app/node_modules/node-pty/lib" \( -name '*.map' -o -name '*.test.js' \) -delete
  mkdir -p "$1/app/node_modules/node-pty/build/Release"
  cp /pty/pty.node "$1/app/node_modules/node-pty/build/Release/"
}

# The platform's own package; the other one only links to its binary.
claude() {
  take "$1/app" "@anthropic-ai/claude-code-linux-$arch" claude
  mkdir -p "$1/usr/local/bin"
  ln -s "/app/node_modules/@anthropic-ai/claude-code-linux-$arch/claude" "$1/usr/local/bin/claude"
  # Where Claude Code looks for its managed settings: the runner writes them when it knows whose session it is.
  mkdir -p "$1/etc"
  ln -s /tmp/claude-sessions/system/claude-code "$1/etc/claude-code"
}

# Directories that volumes take their owner from when they are first mounted there.
volumes() {
  for directory in "$@"; do
    mkdir -p "$directory"
    chown 10001:10001 "$directory"
    chmod 700 "$directory"
  done
}

sbom() {
  mkdir -p "/layers/$1/usr/share/sbom"
  node "$here/sbom.mjs" "$@" >"/layers/$1/usr/share/sbom/claude-webui-$1.cdx.json"
}

case $1 in
  gateway)
    gateway /layers/gateway
    sbom gateway gateway/dist/bundle /layers
    ;;
  operator)
    mkdir -p /layers/operator/app/operator
    cp operator/dist/bundle/operator.js /layers/operator/app/operator/
    sbom operator operator/dist/bundle
    ;;
  session-runner)
    claude /layers/claude
    session_runner /layers/session-runner
    sbom session-runner session-runner/dist/bundle /layers
    ;;
  server)
    claude /layers/claude
    gateway /layers/server
    session_runner /layers/server
    volumes /layers/server/app/logs /layers/server/workspaces /layers/server/var/lib/claude-webui
    sbom server gateway/dist/bundle session-runner/dist/bundle /layers
    ;;
  web)
    sbom web web/dist
    mkdir -p /layers/web/usr/share
    cp -R web/dist /layers/web/usr/share/claude-webui
    find /layers/web -name '*.map' -delete
    ;;
  nginx)
    sbom nginx
    setup=/layers/nginx/var/lib/claude-webui-setup
    volumes "$setup/tls" "$setup/authority" "$setup/secrets" "$setup/redis" "$setup/grafana"
    mkdir -p /layers/nginx/etc/claude-webui/tls
    ;;
  *)
    echo "There is no image called $1." >&2
    exit 1
    ;;
esac
same_time /layers
