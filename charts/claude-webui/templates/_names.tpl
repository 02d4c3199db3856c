{{- /* Names: of the release's objects, of images, of namespaces. */ -}}
{{- define "claude-webui.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "claude-webui.sessionsNamespace" -}}
{{- .Values.sessions.namespace | default (printf "%s-sessions" (include "claude-webui.fullname" .)) -}}
{{- end -}}

{{- /* image: dict "root" $ "of" .Values.gateway.image */ -}}
{{- define "claude-webui.image" -}}
{{- $tag := .of.tag | default .root.Values.image.tag | default .root.Chart.AppVersion -}}
{{- $registry := .root.Values.image.registry | trimSuffix "/" -}}
{{- if not (or $registry (eq .root.Values.image.pullPolicy "Never")) -}}
{{- fail "image.registry is empty. The images are in no public registry, where their name could be anybody's: build and push them (docs/IMAGES.md), or set image.pullPolicy to Never where nodes have them." -}}
{{- end -}}
{{- if $registry }}{{ $registry }}/{{ end }}{{ .of.repository }}{{ ternary "@" ":" (hasPrefix "sha256:" $tag) }}{{ $tag -}}
{{- end -}}

{{- define "claude-webui.jwtSecret" -}}
{{- .Values.secrets.jwt.existingSecret | default (printf "%s-jwt" (include "claude-webui.fullname" .)) -}}
{{- end -}}
{{- define "claude-webui.usersSecret" -}}
{{- .Values.secrets.users.existingSecret | default (printf "%s-users" (include "claude-webui.fullname" .)) -}}
{{- end -}}
{{- define "claude-webui.bindSecret" -}}
{{- .Values.secrets.runnerBind.existingSecret | default (printf "%s-runner-bind" (include "claude-webui.fullname" .)) -}}
{{- end -}}
{{- define "claude-webui.anthropicSecret" -}}
{{- .Values.provider.existingSecret | default (printf "%s-anthropic" (include "claude-webui.fullname" .)) -}}
{{- end -}}
{{- define "claude-webui.redisSecret" -}}
{{- if .Values.redis.bundled.enabled -}}
{{- printf "%s-redis" (include "claude-webui.fullname" .) -}}
{{- else -}}
{{- .Values.redis.existingSecret -}}
{{- end -}}
{{- end -}}
{{- define "claude-webui.administratorSecret" -}}
{{- printf "%s-administrator" (include "claude-webui.fullname" .) -}}
{{- end -}}
{{- /* Whether "helm test" has somebody to be. */ -}}
{{- define "claude-webui.hasTest" -}}
{{- if and .Values.tests.enabled (or .Values.tests.existingSecret (include "claude-webui.hasAdministrator" .)) -}}true{{- end -}}
{{- end -}}
{{- /* Whether the Job makes the administrator, and they may sign in. */ -}}
{{- define "claude-webui.hasAdministrator" -}}
{{- $made := has "users" (splitList "," (include "claude-webui.madeSecrets" .)) -}}
{{- if and $made .Values.hooks.enabled .Values.oidc.passwordSignIn -}}true{{- end -}}
{{- end -}}
{{- define "claude-webui.tlsSecret" -}}
{{- .Values.ingress.tls.secretName | default (printf "%s-tls" (include "claude-webui.fullname" .)) -}}
{{- end -}}

{{- /* Whether a secret comes by an ExternalSecret: dict "root" $ "key" "jwt" */ -}}
{{- define "claude-webui.isExternal" -}}
{{- if and .root.Values.externalSecrets.enabled (index .root.Values.externalSecrets.remoteKeys .key) -}}true{{- end -}}
{{- end -}}

{{- /* The secrets that the prepare Job makes, if nobody gave them. */ -}}
{{- define "claude-webui.madeSecrets" -}}
{{- $made := list -}}
{{- if eq .Values.secrets.source "kubernetes" -}}
{{- if not (or .Values.secrets.jwt.existingSecret (include "claude-webui.isExternal" (dict "root" . "key" "jwt"))) -}}
{{- $made = append $made "jwt" -}}
{{- end -}}
{{- if not (or .Values.secrets.users.existingSecret (include "claude-webui.isExternal" (dict "root" . "key" "users"))) -}}
{{- $made = append $made "users" -}}
{{- end -}}
{{- end -}}
{{- if not .Values.secrets.runnerBind.existingSecret -}}
{{- $made = append $made "runner-bind" -}}
{{- end -}}
{{- if .Values.redis.bundled.enabled -}}
{{- $made = append $made "redis" -}}
{{- end -}}
{{- join "," $made -}}
{{- end -}}

{{- /* What a PriorityClass says cannot be changed, so another value makes another class. */ -}}
{{- define "claude-webui.sessionsPriority" -}}
{{- printf "%s-sessions-v2-%s" (include "claude-webui.fullname" .) (include "claude-webui.text" .Values.priorityClasses.sessions | replace "-" "m") -}}
{{- end -}}
{{- define "claude-webui.warmPriority" -}}
{{- printf "%s-warm-v2-%s" (include "claude-webui.fullname" .) (include "claude-webui.text" .Values.priorityClasses.warmPods | replace "-" "m") -}}
{{- end -}}
