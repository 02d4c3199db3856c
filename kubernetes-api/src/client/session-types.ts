/** Where the API server keeps the objects of this project. */
import type { ClaudeSession, SessionTemplate } from '../objects';
import { API_GROUP, API_VERSION } from '../objects';
import type { ResourceType } from './resource-type';

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
