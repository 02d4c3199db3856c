{{- /*
The groups of files/rules for this release alone: another release in the cluster has a PrometheusRule of its own, and a container
that is called "gateway" may be anybody's. The series get their label "release" from the monitors.
*/ -}}
{{- define "claude-webui.ruleGroups" -}}
{{- $name := include "claude-webui.fullname" . -}}
{{- $namespace := printf "namespace=%q" .Release.Namespace -}}
{{- $release := printf "%s, release=%q" $namespace .Release.Name -}}
{{- $own := dict
  "job=~?\"[^\"]+\"" (printf "${0}, %s" $release)
  "[a-z_]+:[a-z0-9_]+" (printf "${0}{%s}" $release)
  "container=~\"gateway[|]operator\"" (printf "${0}, %s, pod=~\"%s-(gateway|operator)-[^-]+-[^-]+\"" $namespace $name)
  "container=\"session-runner\"" (printf "${0}, namespace=%q" (include "claude-webui.sessionsNamespace" .))
-}}
{{- $groups := list -}}
{{- range (.Files.Get "files/rules/claude-webui.yaml" | fromYaml).groups -}}
{{- if not (or (eq .name "claude-webui-compose") (and (eq .name "claude-webui-operator") (not $.Values.operator.enabled))) -}}
{{- range $rule := .rules -}}
{{- range $selector, $narrowed := $own -}}
{{- $_ := set $rule "expr" (regexReplaceAll $selector $rule.expr $narrowed) -}}
{{- end -}}
{{- $_ := set $rule "labels" (merge (dict "release" $.Release.Name) ($rule.labels | default dict)) -}}
{{- end -}}
{{- $groups = append $groups . -}}
{{- end -}}
{{- end -}}
{{- toYaml $groups -}}
{{- end -}}
