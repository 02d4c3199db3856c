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
