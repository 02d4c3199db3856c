{{- /* Labels: dict "root" $ "component" "gateway" */ -}}
{{- define "claude-webui.selector" -}}
app.kubernetes.io/name: claude-webui
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- /* Of pods: no version, or each one of the chart would restart what has not changed. */ -}}
{{- define "claude-webui.podLabels" -}}
{{ include "claude-webui.selector" . }}
app.kubernetes.io/part-of: claude-webui
{{- with .root.Values.commonLabels }}
{{- range $label, $_ := . }}
{{- if or (hasPrefix "app.kubernetes.io/" $label) (eq $label "helm.sh/chart") }}
{{- fail (printf "commonLabels has %s, which the chart sets itself. Take another name." $label) }}
{{- end }}
{{- end }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "claude-webui.labels" -}}
{{ include "claude-webui.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end -}}
