import { PolicyError, parsePolicy, told } from './parse';

function problemsOf(text: string): string[] {
  try {
    parsePolicy('p', text);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.problems.map((problem) => told('p', problem));
    throw error;
  }
}

test.each([
  ['nothing', '', 'p:1:1: The file is not right: Invalid input: expected object, received null'],
  ['no version', 'everyone: {}\n', 'p:1:1: version must be 1'],
  ['a key that is not known', 'version: 1\neveryon: {}\n', 'p:2:1: everyon is not known here'],
  [
    'a key that is not known further down',
    'version: 1\neveryone:\n  claudeCode:\n    permissions:\n      denny: [WebFetch]\n',
    'p:5:7: everyone.claudeCode.permissions.denny is not known here',
  ],
  [
    'a rule that is none',
    "version: 1\neveryone:\n  claudeCode:\n    permissions:\n      deny:\n        - WebFetch\n        - 'Bash(curl'\n",
    'p:7:11: everyone.claudeCode.permissions.deny.1 must be a rule such as Bash(curl:*), Read(./secrets/**) or WebFetch',
  ],
  [
    'a verdict that is none',
    'version: 1\neveryone:\n  sequences:\n    output: { title: no }\n',
    'p:4:22: everyone.sequences.output.title must be allow or deny',
  ],
  [
    'a path that could lead elsewhere',
    'version: 1\nroles:\n  admin:\n    programs:\n      others: [{ path: /bin/../tmp/x }]\n',
    'p:5:24: roles.admin.programs.others.0.path must be an absolute path without . and .. and double slashes',
  ],
  [
    'an argument that would undo the policy',
    "version: 1\neveryone:\n  programs:\n    claude: { arguments: ['--settings *'] }\n",
    'p:4:27: everyone.programs.claude.arguments.0 must not name --settings: the server sets it by itself, or it would undo the policy',
  ],
  [
    'the mode that asks for nothing',
    'version: 1\neveryone:\n  claudeCode:\n    permissions: { defaultMode: bypassPermissions }\n',
    'p:4:33: everyone.claudeCode.permissions.defaultMode must be one of default, acceptEdits, plan, dontAsk',
  ],
  [
    'a limit that is no number',
    'version: 1\neveryone:\n  limits: { lineBytes: many }\n',
    'p:3:24: everyone.limits.lineBytes must be a whole number from 0 to 16777216',
  ],
  ['a key twice', 'version: 1\nversion: 1\n', 'p:2:1: Map keys must be unique'],
  ['a role that there is not', 'version: 1\nroles:\n  root: {}\n', 'p:3:3: roles.root is not known here'],
])('%s is told with its place', (_what, text, problem) => {
  expect(problemsOf(text)).toEqual([problem]);
});

test('YAML that is none is told with its place', () => {
  expect(problemsOf('version: 1\neveryone: [\n')[0]).toMatch(/^p:3:1: Flow sequence/);
});

test('all problems are told at once, in the order of the file', () => {
  const text = 'version: 2\nextra: 1\neveryone:\n  limits: { lineBytes: -1 }\n';
  expect(problemsOf(text).map((line) => line.split(': ')[0])).toEqual(['p:1:10', 'p:2:1', 'p:4:24']);
});

test('a file of aliases that grow without end is refused', () => {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map((pair) => pair.split('')))
    lines.push(`${to!}: &${to!} [${Array.from({ length: 10 }, () => `*${from!}`).join(', ')}]`);
  expect(problemsOf(lines.join('\n'))).toHaveLength(1);
});

test('comments, anchors and an empty policy are fine', () => {
  expect(problemsOf('# for now\nversion: 1\n')).toEqual([]);
  expect(problemsOf('version: 1\neveryone: &all\n  limits: { lineBytes: 0 }\nroles: { admin: *all }\n')).toEqual([]);
});

test.each([
  ['lists', '['.repeat(100_000)],
  ['maps', '{"a":'.repeat(100_000)],
  ['whole lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['entries', '- '.repeat(100_000)],
  ['keys', '? '.repeat(100_000)],
  ['lines', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
])('%s nested without end are a problem, and not the end of the process', (_what, text) => {
  expect(() => parsePolicy('policy.yaml', text)).toThrow(/nested too deeply/);
});

test('of very many problems the first are told', () => {
  expect(problemsOf(`a: ${'!t '.repeat(10_000)}b`)).toHaveLength(100);
});
