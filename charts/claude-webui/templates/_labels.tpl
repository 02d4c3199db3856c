{{- /* Labels: dict "root" $ "component" "gateway" */ -}}
{{- define "claude-webui.selector" -}}
app.kubernetes.io/name: claude-webui
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "claude-webui.labels" -}}
{{ include "claude-webui.selector" . }}
app.kubernetes.io/part-of: claude-webui
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
