/** Variables of a session pod that the product sets. A template cannot: a wrong value would break the session or open it. */

/** Names, and beginnings of names. RE2 and JavaScript both read this, so that the API server and the operator agree. */
const RESERVED = [
  // The runner's own, and what tells it who it is.
  'POD_.*',
  'RUNNER_.*',
  'KUBERNETES_.*',
  'CLAUDE_WEBUI_.*',
  'CLAUDE_WORKING_DIR',
  'LOG_LEVEL',
  // Where model calls go, and the token for them.
  'ANTHROPIC_BASE_URL',
  'ANTHROPIC_AUTH_TOKEN',
  // The user, the directories and the terminal of the session.
  'HOME',
  'HOSTNAME',
  'LOGNAME',
  'OLDPWD',
  'PWD',
  'SHELL',
  'SHLVL',
  'TMPDIR',
  'USER',
  'TERM',
  'COLORTERM',
  '_',
  // Claude Code without updates, reports and another renderer.
  'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
  'CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL',
  'CLAUDE_CODE_NO_FLICKER',
  'DISABLE_AUTOUPDATER',
];

/** The whole name matches. */
export const RESERVED_VARIABLES_PATTERN = `^(${RESERVED.join('|')})$`;

const pattern = new RegExp(RESERVED_VARIABLES_PATTERN);

export const isReservedVariable = (name: string) => pattern.test(name);
