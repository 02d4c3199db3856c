{{- /* Names by which it is reached within the cluster, and others that somebody has listed. */ -}}
{{- define "claude-webui.gatewayHosts" -}}
{{- $service := printf "%s-gateway" (include "claude-webui.fullname" .) -}}
{{- $local := printf "%s.%s" $service .Release.Namespace -}}
{{- $names := list $service $local (printf "%s.svc" $local) (printf "%s.svc.cluster.local" $local) -}}
{{- concat $names .Values.gateway.allowedHosts | join "," -}}
{{- end -}}
{{- /* What the gateway is told: docs/CONFIGURATION.md has every variable. */ -}}
{{- define "claude-webui.gatewayEnvironment" -}}
{{- $name := include "claude-webui.fullname" . -}}
{{- $env := dict
  "NODE_ENV" "production"
  "PORT" "3001"
  "INTERNAL_PORT" "3002"
  "INTERNAL_HOST" "0.0.0.0"
  "INTERNAL_URL" (printf "http://%s-gateway-internal.%s.svc:3002" $name .Release.Namespace)
  "LOG_LEVEL" .Values.gateway.logLevel
  "DATA_DIR" "/var/lib/claude-webui"
  "TRUST_PROXY" .Values.gateway.trustedProxies
  "ALLOWED_HOSTS" (include "claude-webui.gatewayHosts" .)
  "RATE_LIMIT_MAX_REQUESTS" .Values.gateway.rateLimit.requests
  "RATE_LIMIT_MAX_REQUESTS_PER_ADDRESS" .Values.gateway.rateLimit.requestsPerAddress
  "HANDSHAKES_PER_MINUTE_PER_ADDRESS" .Values.gateway.rateLimit.handshakesPerMinutePerAddress
  "RATE_LIMIT_WINDOW_MS" (mul 1000 .Values.gateway.rateLimit.windowSeconds)
  "DRAIN_DELAY" .Values.gateway.drain.delaySeconds
  "DRAIN_SPREAD" .Values.gateway.drain.spreadSeconds
  "SESSION_BACKEND" "kubernetes"
  "SESSION_NAMESPACE" (include "claude-webui.sessionsNamespace" .)
  "SESSION_TEMPLATE" .Values.sessions.template
  "SESSION_TIMEOUT" .Values.sessions.idleTimeoutMinutes
  "SESSION_IDLE_WARNING" .Values.sessions.idleWarningSeconds
  "SESSION_DETACH_GRACE" .Values.sessions.detachGraceSeconds
  "DISABLED_USER_SESSIONS" .Values.sessions.ofDisabledUsers
  "SESSION_DETACH_MAX_WORK" .Values.sessions.detachMaxWorkSeconds
  "SCROLLBACK_LINES" .Values.sessions.scrollbackLines
  "AUDIT_LOG" "stdout"
  "ANTHROPIC_BASE_URL" .Values.provider.baseUrl
  "SECRETS_POLL_INTERVAL" .Values.secrets.pollSeconds
  "USER_STORE" "secret"
-}}
{{- if eq .Values.secrets.source "aws" -}}
{{- $_ := set $env "SECRETS_PROVIDER" "aws" -}}
{{- $_ := set $env "AWS_REGION" (required "secrets.aws.region is empty. With secrets.source aws, set it to the region of the secrets, such as eu-central-1." .Values.secrets.aws.region) -}}
{{- $_ := set $env "SECRETS_PREFIX" .Values.secrets.aws.prefix -}}
{{- $_ := set $env "RUNNER_BIND_KEY_FILE" "/etc/claude-webui/secrets/runner-bind" -}}
{{- with .Values.secrets.aws.endpoint -}}{{- $_ := set $env "AWS_ENDPOINT_URL_SECRETS_MANAGER" . -}}{{- end -}}
{{- else -}}
{{- $_ := set $env "SECRETS_PROVIDER" "files" -}}
{{- $_ := set $env "SECRETS_DIR" "/etc/claude-webui/secrets" -}}
{{- end -}}
{{- if eq "Persistent" (dig .Values.sessions.template "workspace" "kind" "Ephemeral" .Values.sessions.templates) -}}
{{- $_ := set $env "WORKSPACE_PERSISTENCE" "true" -}}
{{- end -}}
{{- if .Values.host -}}{{- $_ := set $env "PUBLIC_ORIGIN" (printf "https://%s" .Values.host) -}}{{- end -}}
{{- if and (not .Values.redis.bundled.enabled) .Values.redis.url -}}{{- $_ := set $env "REDIS_URL" .Values.redis.url -}}{{- end -}}
{{- if .Values.policy.content -}}{{- $_ := set $env "POLICY_FILE" "/etc/claude-webui/policy/policy.yaml" -}}{{- end -}}
{{- with .Values.oidc -}}
{{- if not (or .issuer .passwordSignIn) -}}
{{- fail "oidc.passwordSignIn is false and oidc.issuer is empty: nobody could sign in. Set the one or the other." -}}
{{- end -}}
{{- if .issuer -}}
{{- $_ := required "host is empty. The OpenID provider sends people back to it: set host to the name that people open." $.Values.host -}}
{{- $_ := required "oidc.clientId is empty. Register this installation at the OpenID provider, and set it to the id there." .clientId -}}
{{- $_ := required "oidc.roleMap is empty, so nobody could sign in. Say who may, such as admins=admin,*=user." .roleMap -}}
{{- $_ := set $env "OIDC_ISSUER" .issuer -}}
{{- $_ := set $env "OIDC_NAME" .name -}}
{{- $_ := set $env "OIDC_CLIENT_ID" .clientId -}}
{{- $_ := set $env "OIDC_SCOPES" .scopes -}}
{{- $_ := set $env "OIDC_ROLE_MAP" .roleMap -}}
{{- $_ := set $env "PASSWORD_SIGN_IN" .passwordSignIn -}}
{{- end -}}
{{- end -}}
{{- include "claude-webui.env" (dict "env" $env "extra" .Values.gateway.extraEnv) -}}
{{- $extra := .Values.gateway.extraEnv }}
{{- if and (include "claude-webui.redisSecret" .) (not (hasKey $extra "REDIS_URL")) }}
- name: REDIS_URL
  valueFrom:
    secretKeyRef: { name: {{ include "claude-webui.redisSecret" . }}, key: url }
{{- end }}
{{- if and .Values.oidc.issuer .Values.oidc.existingSecret (not (hasKey $extra "OIDC_CLIENT_SECRET")) }}
- name: OIDC_CLIENT_SECRET
  valueFrom:
    secretKeyRef: { name: {{ .Values.oidc.existingSecret }}, key: client-secret }
{{- end }}
{{- end -}}
