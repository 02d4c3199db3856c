{{- /* What every container of the release must not be able to do: Pod Security's profile "restricted", and a read-only root. */ -}}
{{- define "claude-webui.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "claude-webui.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .uid }}
runAsGroup: {{ .uid }}
fsGroup: {{ .uid }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- /* Where pods may run: dict "root" $ "of" .Values.gateway "component" "gateway"; "early" true: before the release's own objects are there. */ -}}
{{- define "claude-webui.placement" -}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- $class := .of.priorityClassName }}
{{- if and (not $class) .root.Values.priorityClasses.create (not .early) }}
{{- $class = printf "%s-system" (include "claude-webui.fullname" .root) }}
{{- end }}
{{- with $class }}
priorityClassName: {{ . }}
{{- end }}
{{- with .of.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $selector := dict "labelSelector" (dict "matchLabels" (include "claude-webui.selector" . | fromYaml)) }}
{{- with .of.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - {{- toYaml (merge (deepCopy .) $selector) | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* A value as text. Helm reads every number as a floating-point one, and writes large ones as 5e+07. */ -}}
{{- define "claude-webui.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}{{ int64 . }}{{- else -}}{{ toString . }}{{- end -}}
{{- end -}}

{{- /* Variables by name, as a list: dict "env" dict, "extra" dict. The second wins. */ -}}
{{- define "claude-webui.env" -}}
{{- $all := mergeOverwrite (dict) .env (.extra | default dict) -}}
{{- range $name := keys $all | sortAlpha }}
- name: {{ $name }}
  value: {{ include "claude-webui.text" (index $all $name) | quote }}
{{- end }}
{{- end -}}
