#!/bin/sh
# Compiles node-pty's binary to /pty/pty.node from the source in /node-pty, with the flags of its binding.gyp but without
# node-gyp, which would want Python, and headers from the network. Debian's headers serve: Node-API is stable.
set -eu
mkdir -p /pty
g++ -shared -fPIC -O2 -s -D_FORTIFY_SOURCE=2 -DNODE_GYP_MODULE_NAME=pty -DBUILDING_NODE_EXTENSION -DNAPI_CPP_EXCEPTIONS \
  -I/usr/include/nodejs/src -I/usr/include/node -I/node-pty/node_modules/node-addon-api \
  /node-pty/src/unix/pty.cc -o /pty/pty.node -lutil
