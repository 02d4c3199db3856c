/**
 * What may import what (docs/ARCHITECTURE.md): no circle, no way into another workspace but by its name, and arrows that lead down.
 * `npm run lint` asks it of every file that is written by hand.
 */
const MAY_IMPORT = {
  protocol: [],
  'kubernetes-api': ['protocol'],
  'session-runner': ['protocol'],
  web: ['protocol'],
  operator: ['protocol', 'kubernetes-api'],
  gateway: ['protocol', 'kubernetes-api', 'session-runner'],
  testing: ['protocol', 'kubernetes-api', 'web'],
  hack: ['protocol', 'kubernetes-api', 'session-runner', 'operator', 'gateway', 'web', 'testing'],
  e2e: ['protocol', 'kubernetes-api', 'session-runner', 'operator', 'gateway', 'testing', 'hack'],
};
/** Their tests also use what is in `testing`. */
const TESTED = ['session-runner', 'operator', 'gateway'];
const WORKSPACES = Object.keys(MAY_IMPORT);
const TESTS = '\\.test\\.tsx?$|\\.kubernetes-test\\.ts$|/testing/';

const oneOf = (names) => `^(?:node_modules/@claude-webui/)?(?:${names.join('|')})/`;
const others = (workspace, ...permitted) =>
  WORKSPACES.filter((name) => name !== workspace && !permitted.includes(name));

const arrows = (workspace) => {
  const comment = `${workspace} may import ${MAY_IMPORT[workspace].join(', ') || 'no other workspace'}.`;
  const rule = (name, from, permitted) => ({
    name,
    comment,
    severity: 'error',
    from,
    to: { path: oneOf(others(workspace, ...permitted)) },
  });
  if (!TESTED.includes(workspace))
    return [rule(`arrow-${workspace}`, { path: `^${workspace}/` }, MAY_IMPORT[workspace])];
  return [
    rule(`arrow-${workspace}`, { path: `^${workspace}/`, pathNot: TESTS }, MAY_IMPORT[workspace]),
    rule(`arrow-${workspace}-tests`, { path: `^${workspace}/.*(?:${TESTS})` }, [...MAY_IMPORT[workspace], 'testing']),
  ];
};

module.exports = {
  forbidden: [
    { name: 'no-circle', comment: 'Types count too.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'by-name',
      comment: "Another workspace is imported by its package's name, whose exports are what it offers.",
      severity: 'error',
      from: { path: '^([^/]+)/' },
      to: { path: `^(?:${WORKSPACES.join('|')})/`, pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@claude-webui/session-runner$' },
    },
    ...WORKSPACES.flatMap(arrows),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules|(^|/)dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
    },
  },
};
