import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLogger } from '../log';
import { Audit } from './audit';
import type { AuditEvent } from './events';
import { FileSink } from './file-sink';
import type { AuditSink } from './sink';
import { streamSink } from './sink';
import { linesOf, verifyText } from './testing/lines';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  path = join(directory, 'audit.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (options: { maxBytes?: number; maxFiles?: number } = {}) =>
  new FileSink({ path, maxBytes: 1_000_000, maxFiles: 5, ...options });

const created = (workspace: string): AuditEvent => ({
  event: 'session.created',
  actor: { kind: 'person', id: 'alice', address: '192.0.2.1' },
  sessionId: randomUUID(),
  workspace,
});

/** An audit, what its log said, and how many events it counted as failed. */
async function start(sink: AuditSink) {
  const logged: string[] = [];
  const failed = { count: 0, inc: (n: number) => void (failed.count += n) };
  const log = createLogger('info', { write: (line) => void logged.push(line) });
  return { audit: await Audit.open(sink, { log, failures: failed }), logged, failed };
}

const written = () => readFileSync(path, 'utf8');

test('events are written in the order they were recorded, in a file that only its owner reads', async () => {
  const { audit } = await start(file());
  for (let n = 0; n < 2000; n += 1) audit.record(created(`w${n}`));
  await Promise.all([audit.close(), audit.close()]);
  const lines = linesOf(written());
  expect(lines.map(({ event }) => event).slice(0, 2)).toEqual(['audit.opened', 'session.created']);
  expect(lines.slice(1, -1).map(({ workspace }) => workspace)).toEqual(Array.from({ length: 2000 }, (_, n) => `w${n}`));
  expect(lines.at(-1)?.event).toBe('audit.closed');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await verifyText(written())).toMatchObject({ problem: null, notes: [], lines: 2002, writers: 1 });
});

test('the log has the head of the chain, where cutting the file does not reach it', async () => {
  const { audit, logged } = await start(file());
  await audit.close();
  const head = linesOf(written()).at(-1)?.hash;
  expect(logged.some((line) => line.includes(`"hash":"${head}"`))).toBe(true);
});

test('the next start goes on with the chain of the one before', async () => {
  for (let n = 0; n < 3; n += 1) await (await start(file())).audit.close();
  expect(await verifyText(written())).toMatchObject({ problem: null, notes: [], writers: 3, lines: 6 });
});

test('full files are put aside, the oldest are dropped, and the chain goes across', async () => {
  const sink = file({ maxBytes: 20_000, maxFiles: 3 });
  const append = sink.append.bind(sink);
  let writes = 0;
  sink.append = (lines) => append(lines).then(() => void (writes += 1));
  const { audit } = await start(sink);
  // One write each, as over a day.
  for (let n = 0; n < 200; n += 1) {
    audit.record(created(`w${n}`));
    while (writes < n + 2) await new Promise(setImmediate);
  }
  await audit.close();
  expect(readdirSync(directory).sort()).toEqual(['audit.jsonl', 'audit.jsonl.1', 'audit.jsonl.2', 'audit.jsonl.head']);
  const kept = ['.2', '.1', ''].map((suffix) => readFileSync(path + suffix, 'utf8'));
  for (const text of kept) expect(text.length).toBeLessThanOrEqual(20_000);
  const report = await verifyText(kept.join(''));
  expect(report.problem).toBeNull();
  expect(report.gaps).toEqual([expect.stringContaining('begins inside a chain')]);
  expect((await verifyText(kept[0]! + kept[2]!)).problem).toMatch(/lines are missing before it/);
});

test('an end that was cut before a start is missed by the line of that start', async () => {
  const { audit } = await start(file());
  audit.record(created('w'));
  await audit.close();
  writeFileSync(path, `${written().split('\n')[0]!}\n`);
  await (await start(file())).audit.close();
  expect((await verifyText(written())).problem).toMatch(/end of the writer before it is missing/);
});

test('a stop right after a rotation loses no link', async () => {
  await (await start(file())).audit.close();
  const before = written();
  rmSync(path);
  writeFileSync(`${path}.1`, before);
  await (await start(file())).audit.close();
  expect(linesOf(written())[0]?.prev).toBe(linesOf(before).at(-1)?.hash);
  expect(await verifyText(before + written())).toMatchObject({ problem: null, notes: [], writers: 2 });
});

test('a file put aside by another program is left, and the chain goes on in the new one', async () => {
  const { audit } = await start(file());
  const before = written();
  rmSync(path);
  audit.record(created('main'));
  await audit.close();
  expect(await verifyText(before + written())).toMatchObject({ problem: null, notes: [], lines: 3 });
});

test('half a line left by a kill stays visible, and the next start begins behind it', async () => {
  const first = await start(file());
  first.audit.record(created('main'));
  await first.audit.close();
  appendFileSync(path, written().slice(0, 100));
  expect((await verifyText(written())).problem).toMatch(/^lines:4 is half a line/);
  await (await start(file())).audit.close();
  const report = await verifyText(written());
  expect(report).toMatchObject({ problem: null, lines: 5, writers: 2 });
  expect(report.notes).toEqual([expect.stringContaining('lines:4 is half a line')]);
});

test('a process killed in mid-write leaves a file that the next start goes on with', async () => {
  const program = `
    const { Audit } = require(${JSON.stringify(join(__dirname, '../../dist/audit/audit.js'))});
    const { FileSink } = require(${JSON.stringify(join(__dirname, '../../dist/audit/file-sink.js'))});
    const log = { info() {}, error() {} };
    Audit.open(new FileSink({ path: ${JSON.stringify(path)}, maxBytes: 1e9, maxFiles: 2 }), { log, failures: { inc() {} } }).then((audit) => {
      process.stdout.write('ready');
      setInterval(() => {
        for (let n = 0; n < 100; n += 1)
          audit.record({ event: 'session.created', actor: { kind: 'gateway' }, workspace: 'w'.repeat(200) });
      });
    });`;
  const child = spawn(process.execPath, ['-e', program]);
  const left = once(child, 'close');
  await once(child.stdout, 'data');
  while (statSync(path).size < 300_000) await new Promise(setImmediate);
  child.kill('SIGKILL');
  await left;
  await (await start(file())).audit.close();
  const report = await verifyText(written());
  expect(report).toMatchObject({ problem: null, writers: 2 });
  expect(report.lines).toBeGreaterThan(500);
});

test('what cannot be written is logged and counted, serving goes on, and a later line says how much is missing', async () => {
  const lines: string[] = [];
  let isFull = false;
  const { audit, logged, failed } = await start({
    open: () => Promise.resolve({ head: null, torn: false }),
    append: (text) => (isFull ? Promise.reject(new Error('ENOSPC')) : Promise.resolve(void lines.push(text))),
    close: () => Promise.resolve(),
  });
  isFull = true;
  audit.record(created('lost-one'));
  audit.record(created('lost-two'));
  while (failed.count < 2) await new Promise(setImmediate);
  isFull = false;
  audit.record(created('kept'));
  await audit.close();
  expect(logged.filter((line) => line.includes('audit event not written'))).toHaveLength(2);
  expect(logged.join('')).toContain('lost-one');
  const text = lines.join('');
  expect(linesOf(text).find(({ event }) => event === 'audit.lost')).toMatchObject({ lost: 2 });
  expect(linesOf(text).map(({ event }) => event)).toEqual([
    'audit.opened',
    'audit.opened',
    'audit.lost',
    'session.created',
    'audit.closed',
  ]);
  expect((await verifyText(text)).problem).toBeNull();
});

test('what comes after the end counts as lost, and a full disk refuses the start', async () => {
  const { audit, failed } = await start(streamSink(new Writable({ write: (_c, _e, done) => done() })));
  await audit.close();
  audit.record(created('late'));
  expect(failed.count).toBe(1);
  if (!existsSync('/dev/full')) return;
  const full = new FileSink({ path: '/dev/full', maxBytes: 1e6, maxFiles: 2 });
  await expect(start(full)).rejects.toThrow(/The audit log cannot be written .*ENOSPC.*AUDIT_LOG/);
});

test('a directory that cannot be written refuses the start in a sentence', async () => {
  writeFileSync(join(directory, 'not-a-directory'), '');
  path = join(directory, 'not-a-directory', 'audit.jsonl');
  await expect(start(file())).rejects.toThrow(/The audit log cannot be written .*set AUDIT_LOG/);
});

test('two writers of one stream have chains of their own', async () => {
  let text = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const [one, two] = [await start(streamSink(stream)), await start(streamSink(stream))];
  for (let n = 0; n < 10; n += 1) {
    one.audit.record(created(`one-${n}`));
    two.audit.record(created(`two-${n}`));
  }
  stream.write('{"level":"info","msg":"another log"}\nA word to the person at the terminal.\n');
  await Promise.all([one.audit.close(), two.audit.close()]);
  expect(await verifyText(text)).toMatchObject({ problem: null, notes: [], writers: 2, lines: 24, others: 2 });
});

test('strings from outside are bounded and cannot steer a terminal', async () => {
  const { audit } = await start(file());
  const hostile = 'a\x1b]52;c;x\x07\u009b31m\u202egpj.exe\u2028{"type":"audit"}\n{"type":"audit"}';
  audit.record(created(hostile));
  audit.record(created('x'.repeat(1_000_000)));
  await audit.close();
  expect(written()).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*(\n[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*)*$/u);
  const lines = linesOf(written());
  expect(lines).toHaveLength(4);
  expect(lines[1]?.workspace).toBe(hostile);
  expect(lines[2]?.workspace).toBe(`${'x'.repeat(255)}…`);
  expect((await verifyText(written())).problem).toBeNull();
});

test('a flood of refusals becomes two lines, and the second says how many it stands for', async () => {
  const { audit } = await start(file());
  const actor = { kind: 'unknown' as const, address: '192.0.2.1' };
  for (let n = 0; n < 1000; n += 1) audit.record({ event: 'access.refused', actor, reason: 'forbidden' });
  audit.record({ event: 'access.refused', actor: { ...actor, address: '192.0.2.2' }, reason: 'forbidden' });
  await audit.close();
  const refusals = linesOf(written()).filter(({ event }) => event === 'access.refused');
  expect(refusals.map(({ actor: { address }, repeats }) => [address, repeats])).toEqual([
    ['192.0.2.1', undefined],
    ['192.0.2.2', undefined],
    ['192.0.2.1', 999],
  ]);
});
