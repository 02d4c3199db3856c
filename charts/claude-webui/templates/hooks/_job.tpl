{{- /* A Job of a hook: dict "root" $ "component" "prepare" "script" "prepare.mjs" "env" dict */ -}}
{{- define "claude-webui.hookJob" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "claude-webui.fullname" .root }}-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "claude-webui.labels" . | nindent 4 }}
  annotations:
    {{- include "claude-webui.hook" (dict "on" .on "weight" "0") | nindent 4 }}
spec:
  backoffLimit: 3
  activeDeadlineSeconds: {{ .root.Values.hooks.timeoutSeconds }}
  template:
    metadata:
      labels:
        {{- include "claude-webui.podLabels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ include "claude-webui.fullname" .root }}-{{ .component }}
      automountServiceAccountToken: true
      enableServiceLinks: false
      restartPolicy: Never
      securityContext:
        {{- include "claude-webui.podSecurity" (dict "uid" 10001) | nindent 8 }}
      {{- include "claude-webui.placement" (dict "root" .root "component" .component "early" true "of" (dict "nodeSelector" .root.Values.gateway.nodeSelector "tolerations" .root.Values.gateway.tolerations)) | nindent 6 }}
      containers:
        - name: {{ .component }}
          image: {{ include "claude-webui.image" (dict "root" .root "of" .root.Values.gateway.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: [node, /hooks/{{ .component }}.mjs]
          env:
            {{- include "claude-webui.env" (dict "env" (merge .env (dict "NODE_EXTRA_CA_CERTS" "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"))) | nindent 12 }}
          resources:
            requests: { cpu: 50m, memory: 64Mi }
            limits: { memory: 256Mi }
          securityContext:
            {{- include "claude-webui.containerSecurity" . | nindent 12 }}
          volumeMounts:
            - { name: hooks, mountPath: /hooks, readOnly: true }
            - { name: crds, mountPath: /crds, readOnly: true }
            - { name: tmp, mountPath: /tmp }
      volumes:
        - name: hooks
          configMap:
            name: {{ include "claude-webui.fullname" .root }}-{{ .component }}
        - name: crds
          configMap:
            name: {{ include "claude-webui.fullname" .root }}-{{ .component }}-crds
            optional: true
        - name: tmp
          emptyDir: { sizeLimit: 16Mi }
{{- end -}}

{{- /* Annotations of a hook, which goes when it has succeeded: dict "on" "pre-install" "weight" "-5" */ -}}
{{- define "claude-webui.hook" -}}
helm.sh/hook: {{ .on }}
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{- /* ServiceAccount, scripts and network of a hook: dict "root" $ "component" "prepare" "on" "pre-install" */ -}}
{{- define "claude-webui.hookParts" -}}
{{- $name := printf "%s-%s" (include "claude-webui.fullname" .root) .component -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "claude-webui.labels" . | nindent 4 }}
  annotations:
    {{- include "claude-webui.hook" (dict "on" .on "weight" "-10") | nindent 4 }}
automountServiceAccountToken: false
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "claude-webui.labels" . | nindent 4 }}
  annotations:
    {{- include "claude-webui.hook" (dict "on" .on "weight" "-10") | nindent 4 }}
data:
  {{- range $file := list "api.mjs" (printf "%s.mjs" .component) }}
  {{ $file }}: |
    {{- $.root.Files.Get (printf "files/hooks/%s" $file) | nindent 4 }}
  {{- end }}
{{- if .root.Values.networkPolicy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "claude-webui.labels" . | nindent 4 }}
  annotations:
    {{- include "claude-webui.hook" (dict "on" .on "weight" "-10") | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "claude-webui.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress: []
  egress:
    {{- include "claude-webui.toDns" .root | nindent 4 }}
    {{- include "claude-webui.toApiServer" .root | nindent 4 }}
{{- end }}
{{- end -}}
