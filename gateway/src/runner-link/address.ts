import type { RunnerScope } from '@claude-webui/protocol';
import { RUNNER_TOKEN_AUDIENCE, RUNNER_TOKEN_SECONDS } from '@claude-webui/protocol';
import { sign } from 'jsonwebtoken';
import { AppError } from '../errors';
import type { SessionRecord } from '../sessions/directory';

/** Header that opens this session's runner for one purpose, for a moment. */
export function runnerAuthorization(record: SessionRecord, scope: RunnerScope): { authorization: string } {
  const token = sign({ scope }, record.attachKey, {
    algorithm: 'HS256',
    audience: RUNNER_TOKEN_AUDIENCE,
    subject: record.id,
    expiresIn: RUNNER_TOKEN_SECONDS,
  });
  return { authorization: `Bearer ${token}` };
}

/** Address of the runner's WebSocket. @throws AppError not-ready */
export function attachUrl(record: SessionRecord, pathAndQuery: string): string {
  const socketPath = socketPathOf(record);
  return socketPath === null
    ? `${endpointOf(record).replace(/^http/, 'ws')}${pathAndQuery}`
    : `ws+unix:${socketPath}:${pathAndQuery}`;
}

/** What http.request needs to reach the runner. @throws AppError not-ready */
export function requestTarget(record: SessionRecord): { socketPath: string } | { host: string; port: string } {
  const socketPath = socketPathOf(record);
  if (socketPath !== null) return { socketPath };
  const { hostname, port } = new URL(endpointOf(record));
  return { host: hostname, port };
}

function endpointOf(record: SessionRecord): string {
  if (record.endpoint === null) throw new AppError('not-ready');
  return record.endpoint;
}

function socketPathOf(record: SessionRecord): string | null {
  const endpoint = endpointOf(record);
  return endpoint.startsWith('unix:') ? endpoint.slice('unix:'.length) : null;
}
