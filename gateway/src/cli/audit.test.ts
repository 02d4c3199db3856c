import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Audit } from '../audit/audit';
import { FileSink } from '../audit/file-sink';
import { createLogger } from '../log';
import { runAudit } from './audit';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'audit-cli-'));
  path = join(directory, 'audit.jsonl');
  const sink = new FileSink({ path, maxBytes: 1_000_000, maxFiles: 2 });
  const audit = await Audit.open(sink, { log: createLogger('silent'), failures: { inc: () => undefined } });
  audit.record({ event: 'auth.signed-out', actor: { kind: 'person', id: 'alice' } });
  await audit.close();
});
afterEach(() => rmSync(directory, { recursive: true }));

async function audit(args: string[], stdin = ''): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runAudit(args, {
    stdin: Readable.from([stdin]),
    out: (text) => (said.out += `${text}\n`),
    err: (text) => (said.err += `${text}\n`),
  });
  return { code, ...said };
}

const hashOfLine = (line: string) => (JSON.parse(line) as { hash: string }).hash;
const text = () => readFileSync(path, 'utf8');

test('a whole log is OK, with its counts, its time span and its head', async () => {
  const { code, out } = await audit(['verify', path]);
  expect(out).toMatch(/^OK: 3 lines from 20\S+Z to 20\S+Z \(writers: 1, other lines: 0\)\.\n.* hash [0-9a-f]{64}\n$/);
  expect(code).toBe(0);
});

test('the first broken line is named by file and number', async () => {
  writeFileSync(path, text().replace('alice', 'mallory'));
  const { code, err } = await audit(['verify', path]);
  expect(err).toBe(`NOT OK: ${path}:2 was changed: its hash is not that of its content.\n`);
  expect(code).toBe(1);
});

test('lines missing at either end are noticed without being asked for', async () => {
  const lines = text().split('\n');
  writeFileSync(path, lines.slice(0, 2).join('\n'));
  const cut = await audit(['verify', path]);
  expect([cut.code, cut.err]).toEqual([1, expect.stringMatching(/^NOT OK: No line has/)]);
  rmSync(`${path}.head`);
  const unvouched = await audit(['verify', path]);
  expect([unvouched.code, unvouched.err]).toEqual([
    2,
    expect.stringMatching(/^INCOMPLETE: .* no closing line after line 1/),
  ]);
  writeFileSync(path, lines.slice(1).join('\n'));
  const headless = await audit(['verify', path]);
  expect([headless.code, headless.err]).toEqual([2, expect.stringMatching(/^INCOMPLETE: .*:1 begins/)]);
  expect((await audit(['verify', '--after', hashOfLine(lines[0]!), path])).code).toBe(0);
});

test('several files are read as one, and standard input as another', async () => {
  const lines = text().split('\n');
  writeFileSync(`${path}.1`, `${lines[0]!}\n`);
  expect((await audit(['verify', `${path}.1`, '-'], lines.slice(1).join('\n'))).code).toBe(0);
  expect((await audit(['verify', '-'], `${lines[0]!}\n${lines[2]!}\n`)).err).toContain(
    'standard input:2 does not follow',
  );
});

test('an expected hash that is not there is a cut end', async () => {
  const head = /hash (\S+)/.exec((await audit(['verify', path])).out)![1]!;
  expect((await audit(['verify', '--expect', head, path])).code).toBe(0);
  writeFileSync(path, text().split('\n').slice(0, 2).join('\n'));
  expect((await audit(['verify', '--expect', head, path])).err).toContain(`No line has the hash ${head}`);
});

test('mistakes are said in words', async () => {
  expect((await audit([])).err).toMatch(/^Usage:/);
  expect((await audit(['verify'])).err).toMatch(/^Usage:/);
  expect((await audit(['verify', '--expected', 'x', path])).err).toMatch(/^Usage:/);
  expect((await audit(['verify', join(directory, 'none')])).err).toMatch(/^The audit log cannot be read: ENOENT/);
  expect((await audit(['verify', directory])).err).toMatch(/^The audit log cannot be read: EISDIR/);
  expect((await audit(['verify', '-'], 'no audit here\n')).err).toContain('not one audit line');
});
