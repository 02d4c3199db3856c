import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIT_EVENTS, auditSchema } from './events';

const docs = join(__dirname, '../../../docs');

test('the published schema is the one that is meant (claude-webui audit schema writes it)', () => {
  const published: unknown = JSON.parse(readFileSync(join(docs, 'audit-event.schema.json'), 'utf8'));
  expect(published).toEqual(JSON.parse(JSON.stringify(auditSchema())));
});

test('docs/AUDIT.md has every event with its outcome, its meaning and its fields, and no other', () => {
  const documented = readFileSync(join(docs, 'AUDIT.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| `(?!actor)[a-z]+\./.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, ...cells]) => cells.slice(0, 4));
  const meant = Object.entries(AUDIT_EVENTS).map(([event, { outcome, help, fields }]) => [
    `\`${event}\``,
    outcome,
    help,
    Object.keys(fields)
      .map((name) => `\`${name}\``)
      .join(', ') || '–',
  ]);
  expect(documented).toEqual(meant);
});
