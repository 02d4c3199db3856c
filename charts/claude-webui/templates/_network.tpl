{{- /* Pieces of NetworkPolicies. */ -}}
{{- define "claude-webui.toDns" -}}
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
{{- end -}}

{{- /* A NetworkPolicy sees the API server behind its Service, where it has the port of the control plane. */ -}}
{{- define "claude-webui.toApiServer" -}}
- ports:
    - { port: 443, protocol: TCP }
    - { port: 6443, protocol: TCP }
  {{- with .Values.networkPolicy.apiServerCIDRs }}
  to:
    {{- range . }}
    - ipBlock: { cidr: {{ . | quote }} }
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "claude-webui.fromMonitoring" -}}
- namespaceSelector:
    {{- if .Values.networkPolicy.monitoringNamespace }}
    matchLabels:
      kubernetes.io/metadata.name: {{ .Values.networkPolicy.monitoringNamespace }}
    {{- else }}
    {}
    {{- end }}
{{- end -}}

{{- define "claude-webui.sessionPods" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ include "claude-webui.sessionsNamespace" . }}
  podSelector:
    matchLabels:
      app.kubernetes.io/name: claude-webui-session
{{- end -}}
