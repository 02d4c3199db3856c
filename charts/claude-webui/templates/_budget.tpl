{{- /* A PodDisruptionBudget: dict "root" $ "of" .Values.gateway "component" "gateway" */ -}}
{{- define "claude-webui.budget" -}}
{{- if .of.podDisruptionBudget.enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "claude-webui.fullname" .root }}-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "claude-webui.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .of.podDisruptionBudget.maxUnavailable }}
  # A pod that is not ready holds up nothing.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "claude-webui.selector" . | nindent 6 }}
{{- end -}}
{{- end -}}
