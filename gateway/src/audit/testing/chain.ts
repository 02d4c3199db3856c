import type { AuditEvent } from '../events';
import { NO_HASH, nextLine } from '../line';
import type { Chain } from '../line';

export const TIME = '2026-01-01T00:00:00.000Z';
export const event: AuditEvent = {
  event: 'auth.signed-in',
  actor: { kind: 'person', id: 'alice' },
  method: 'password',
};

/** Lines of one writer: opened, signed in `count` times, closed. */
export function chained(count: number, head = NO_HASH, writer = '00000000-0000-4000-8000-000000000001'): string[] {
  const opened: AuditEvent = { event: 'audit.opened', actor: { kind: 'gateway' }, torn: false };
  const closed: AuditEvent = { event: 'audit.closed', actor: { kind: 'gateway' } };
  let chain: Chain = { writer, seq: 0, head };
  return [opened, ...Array<AuditEvent>(count).fill(event), closed].map((one) => {
    const line = nextLine(chain, one, TIME);
    chain = line.chain;
    return line.text;
  });
}

export const hashIn = (line: string) => (JSON.parse(line) as { hash: string }).hash;
