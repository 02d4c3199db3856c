#!/bin/sh
# Makes, once, what the Compose file's services need before their first start: a local certificate authority and a
# certificate of it, signing keys, the passwords of Redis and Grafana. What is there stays, so it may run at each start;
# a certificate that expires within 30 days, or is not for SERVER_NAMES, is made anew by the same authority.
#
#   SERVER_NAMES            names and addresses of the certificate, separated by commas (default: localhost,127.0.0.1)
#   ANTHROPIC_API_KEY       or
#   ANTHROPIC_AUTH_TOKEN    the model provider's key, handed to the server as a file
#
# Its directories below /var/lib/claude-webui-setup are volumes, of which each service sees the one that it needs.
set -eu
umask 077
root=/var/lib/claude-webui-setup
tls=$root/tls authority=$root/authority secrets=$root/secrets
names=${SERVER_NAMES:-localhost,127.0.0.1}

say() { echo "$*" >&2; }

# write FILE MODE: stdin, at once and whole, even where it is being read.
write() {
  cat >"$1.new"
  chmod "$2" "$1.new"
  mv "$1.new" "$1"
}

# DNS:localhost,IP:127.0.0.1
alternative_names() {
  printf '%s' "$names" | tr ',' '\n' | tr -d ' ' | while read -r name || [ -n "$name" ]; do
    case $name in
      '') ;;
      *[!0-9A-Za-z.:*-]*)
        say "SERVER_NAMES has \"$name\", which is neither a host name nor an address."
        exit 1
        ;;
      *:*) printf 'IP:%s,' "$name" ;;
      *[!0-9.]*) printf 'DNS:%s,' "$name" ;;
      *) printf 'IP:%s,' "$name" ;;
    esac
  done | sed 's/,$//'
}

make_authority() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$authority/ca.key"
  openssl req -x509 -new -key "$authority/ca.key" -sha256 -days 3650 -subj '/CN=Claude Code WebUI local authority' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' |
    write "$authority/ca.crt" 644
  say "Made a local certificate authority. Browsers that shall trust it import $tls/ca.crt:"
  say "  docker compose cp nginx:/etc/claude-webui/tls/ca.crt ."
  say "  $(openssl x509 -in "$authority/ca.crt" -noout -fingerprint -sha256)"
}

make_certificate() {
  first=${names%%,*}
  openssl ecparam -name prime256v1 -genkey -noout -out "$tls/server.key.new"
  openssl req -new -key "$tls/server.key.new" -subj "/CN=$first" -out "$tls/server.csr"
  printf 'subjectAltName=%s\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n' \
    "$1" >"$tls/server.ext"
  # 397 days is the most that browsers take.
  openssl x509 -req -in "$tls/server.csr" -CA "$authority/ca.crt" -CAkey "$authority/ca.key" -sha256 -days 397 \
    -set_serial "0x$(openssl rand -hex 16)" -extfile "$tls/server.ext" 2>/dev/null >"$tls/server.crt.new"
  mv "$tls/server.key.new" "$tls/server.key"
  mv "$tls/server.crt.new" "$tls/server.crt"
  write "$tls/ca.crt" 644 <"$authority/ca.crt"
  printf '%s' "$1" >"$tls/names"
  rm -f "$tls/server.csr" "$tls/server.ext"
  say "Made a certificate for $names."
}

wanted=$(alternative_names)
if [ -z "$wanted" ]; then
  say 'SERVER_NAMES is empty. Set it to the names in the address that people open, such as terminal.example.org.'
  exit 1
fi
if [ -e "$tls/server.crt" ] && [ ! -e "$tls/names" ]; then
  say 'The certificate is your own; it stays.'
else
  if [ ! -e "$authority/ca.crt" ]; then make_authority; fi
  if [ ! -e "$tls/server.crt" ] || [ "$(cat "$tls/names")" != "$wanted" ] ||
    ! openssl x509 -in "$tls/server.crt" -noout -checkend 2592000 >/dev/null; then
    make_certificate "$wanted"
  fi
fi

if [ ! -e "$secrets/jwt" ]; then
  printf '{"active":"k1","keys":{"k1":"%s"}}\n' "$(openssl rand -base64 48 | tr -d '\n')" | write "$secrets/jwt" 600
  say 'Made the key that signs sign-ins.'
fi
if [ -n "${ANTHROPIC_API_KEY:-}" ] && [ -n "${ANTHROPIC_AUTH_TOKEN:-}" ]; then
  say 'ANTHROPIC_API_KEY and ANTHROPIC_AUTH_TOKEN are both set. Unset one of them.'
  exit 1
fi
# Printable characters without those that would need escaping in JSON.
case ${ANTHROPIC_API_KEY:-}${ANTHROPIC_AUTH_TOKEN:-} in
  *[!!-~]* | *\"* | *\\*)
    say 'The model key has characters that no key has. Set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN anew.'
    exit 1
    ;;
esac
if [ -n "${ANTHROPIC_API_KEY:-}" ]; then
  printf '{"apiKey":"%s"}\n' "$ANTHROPIC_API_KEY" | write "$secrets/anthropic" 600
elif [ -n "${ANTHROPIC_AUTH_TOKEN:-}" ]; then
  printf '{"authToken":"%s"}\n' "$ANTHROPIC_AUTH_TOKEN" | write "$secrets/anthropic" 600
else
  rm -f "$secrets/anthropic"
  say 'There is no model key: people sign in to Claude by /login in their session. ANTHROPIC_API_KEY in .env changes that.'
fi

# Each read by a service of another user, from a volume that nobody else has.
for password in redis grafana; do
  if [ ! -e "$root/$password/password" ]; then openssl rand -hex 24 | write "$root/$password/password" 644; fi
  chmod 755 "$root/$password"
done
printf 'requirepass %s\n' "$(cat "$root/redis/password")" | write "$root/redis/redis.conf" 644
