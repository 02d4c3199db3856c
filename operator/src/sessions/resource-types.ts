import type { ClaudeSession, SessionTemplate } from '@claude-webui/protocol/kubernetes';
import { API_GROUP, API_VERSION } from '@claude-webui/protocol/kubernetes';
import type { ResourceType } from '../controller/resource-type';

export const CLAUDE_SESSION: ResourceType<ClaudeSession> = {
  group: API_GROUP,
  version: API_VERSION,
  kind: 'ClaudeSession',
  plural: 'claudesessions',
};

export const SESSION_TEMPLATE: ResourceType<SessionTemplate> = {
  group: API_GROUP,
  version: API_VERSION,
  kind: 'SessionTemplate',
  plural: 'sessiontemplates',
};
