import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../audit/events';
import { createLogger } from '../log';
import { PolicyFile } from './policy-file';

const withLines = (bytes: number) => `version: 1\neveryone:\n  limits: { lineBytes: ${bytes} }\n`;

let directory: string;
let opened: PolicyFile | null = null;
let failures = 0;
const events: AuditEvent[] = [];
const watchers = new Set<() => void>();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'policy-'));
  failures = 0;
  events.length = 0;
});
afterEach(() => {
  opened?.close();
  opened = null;
  rmSync(directory, { recursive: true });
});

function open(file: string): PolicyFile {
  const record = (event: AuditEvent) => {
    events.push(event);
    for (const look of [...watchers]) look();
  };
  opened = PolicyFile.open(file, {
    log: createLogger('silent'),
    audit: { record },
    failures: { inc: () => (failures += 1) },
  });
  return opened;
}

/** Resolves when so many events of a kind were recorded. */
function recorded(kind: AuditEvent['event'], count = 1): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (events.filter(({ event }) => event === kind).length < count) return;
      watchers.delete(look);
      resolve();
    };
    watchers.add(look);
    look();
  });
}

const lineBytes = (file: PolicyFile) => file.current.for('user').limits.lineBytes;

test('a changed file is in force without a restart, and is told', async () => {
  const path = join(directory, 'policy.yaml');
  writeFileSync(path, withLines(1));
  const file = open(path);
  expect(lineBytes(file)).toBe(1);
  writeFileSync(path, withLines(2));
  await recorded('policy.reloaded');
  expect(lineBytes(file)).toBe(2);
});

test('a wrong file changes nothing, is told once, and the next good one is taken', async () => {
  const path = join(directory, 'policy.yaml');
  writeFileSync(path, withLines(1));
  const file = open(path);
  writeFileSync(path, 'version: 1\neveryone: { limit: 2 }\n');
  await recorded('policy.reload-failed');
  expect(lineBytes(file)).toBe(1);
  expect(failures).toBe(1);
  expect(events[0]).toMatchObject({
    reason: expect.stringContaining('policy.yaml:2:13: everyone.limit is not known') as string,
  });
  rmSync(path);
  await recorded('policy.reload-failed', 2);
  expect(lineBytes(file)).toBe(1);
  writeFileSync(path, withLines(3));
  await recorded('policy.reloaded');
  expect(lineBytes(file)).toBe(3);
});

test('a ConfigMap, whose directory is swapped behind a link, is followed', async () => {
  const version = (name: string, bytes: number) => {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'policy.yaml'), withLines(bytes));
  };
  version('..1', 1);
  symlinkSync('..1', join(directory, '..data'));
  symlinkSync('..data/policy.yaml', join(directory, 'policy.yaml'));
  const file = open(join(directory, 'policy.yaml'));
  expect(lineBytes(file)).toBe(1);
  version('..2', 2);
  symlinkSync('..2', join(directory, '..data_tmp'));
  renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
  await recorded('policy.reloaded');
  expect(lineBytes(file)).toBe(2);
});

test('a wrong file at the start is a failure that names the line', () => {
  const path = join(directory, 'policy.yaml');
  writeFileSync(path, 'version: one\n');
  expect(() => open(path)).toThrow(`${path}:1:10: version must be 1`);
});

test('a file that is not there at the start is a failure that says what to do', () => {
  expect(() => open(join(directory, 'none.yaml'))).toThrow(/cannot be read \(.*ENOENT.*Set POLICY_FILE/);
});
