{{- /* Pieces of NetworkPolicies. */ -}}
{{- define "claude-webui.toDns" -}}
- ports:
    {{- range .Values.networkPolicy.dnsPorts }}
    - { port: {{ . }}, protocol: UDP }
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- end -}}

{{- /* A NetworkPolicy sees the API server behind its Service, where it has the port of the control plane. */ -}}
{{- define "claude-webui.toApiServer" -}}
- ports:
    {{- range .Values.networkPolicy.apiServerPorts }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
  {{- with .Values.networkPolicy.apiServerCIDRs }}
  to:
    {{- range . }}
    - ipBlock: { cidr: {{ . | quote }} }
    {{- end }}
  {{- end }}
{{- end -}}

{{- /* Who reads metrics, as a peer; nothing where nobody does: dict "root" $ "monitor" .Values.metrics.serviceMonitor */ -}}
{{- define "claude-webui.fromMonitoring" -}}
{{- with .root.Values.networkPolicy.monitoringNamespace -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . }}
{{- else -}}
{{- if .monitor.enabled -}}
- namespaceSelector: {}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "claude-webui.sessionPods" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ include "claude-webui.sessionsNamespace" . }}
  podSelector:
    matchLabels:
      app.kubernetes.io/name: claude-webui-session
{{- end -}}
