/**
 * What the command policy says of one session, as its session-runner holds it. JSON, so that it travels with a start and
 * with a bind alike. The gateway's `policy/` makes it from the policy file.
 */

export type Verdict = 'allow' | 'deny';

/** Kinds of control sequences that a program may be kept from sending to terminals. */
export const OUTPUT_SEQUENCES = [
  /** OSC 52 with text: the terminal's clipboard is written. */
  'clipboardWrite',
  /** OSC 52 with `?`: the terminal is asked for its clipboard. */
  'clipboardRead',
  /** OSC 0, 1, 2, and the stack of titles (CSI 22 t, CSI 23 t). */
  'title',
  /** CSI 20 t and CSI 21 t: the terminal would type its title. */
  'titleReports',
  /** ENQ: the terminal would type its answer-back message. */
  'answerback',
  /** DECRQSS, XTGETTCAP, DECRQCRA and DECRQPSR: the terminal would type what the program has named. */
  'settingReports',
  /** CSI 11, 13 to 19 t: the terminal would type numbers. */
  'sizeReports',
  /** CSI 1 to 10 t: windows are moved, resized and raised. */
  'windowControl',
  /** OSC 8. */
  'links',
  /** OSC 9, 99 and 777. */
  'notifications',
  /** OSC of any kind that is not known to be harmless: fonts, files, what a vendor has made up. */
  'otherCommands',
  /** DCS: graphics, keys, what is to be passed on to a terminal further out. */
  'deviceControl',
  /** APC, PM and SOS. */
  'applicationStrings',
] as const;
export type OutputSequence = (typeof OUTPUT_SEQUENCES)[number];

/** Kinds of answers that a terminal may be kept from typing to a program. */
export const INPUT_SEQUENCES = [
  /** OSC 52: the clipboard. */
  'clipboardReports',
  /** OSC l and OSC L: the title. */
  'titleReports',
  /** Answers to DECRQSS and XTGETTCAP. */
  'settingReports',
  /** CSI … t: sizes. */
  'sizeReports',
  /** OSC 4 and 10 to 19: colours. */
  'colorReports',
  /** DCS > | and DCS ! |: name and version of the terminal. */
  'versionReports',
] as const;
export type InputSequence = (typeof INPUT_SEQUENCES)[number];

/** A rule of the policy that a session-runner has applied, as metrics and the audit log name it. */
export type PolicyRule = `output.${OutputSequence}` | `input.${InputSequence}` | 'input.line';

export const POLICY_RULES: readonly PolicyRule[] = [
  ...OUTPUT_SEQUENCES.map((kind) => `output.${kind}` as const),
  ...INPUT_SEQUENCES.map((kind) => `input.${kind}` as const),
  'input.line',
];

/** What a session starts, once the policy has allowed it. */
export interface SessionCommand {
  /** Absolute path of a program in the place of Claude Code; null: Claude Code. */
  program: string | null;
  /** Of that program, or for Claude Code before those that the runner adds itself. */
  args: string[];
  /**
   * The session that begins a conversation of its own: its id, so that it goes on with that after a restart. Without it the
   * workspace's last conversation goes on.
   */
  newConversationOf?: string | undefined;
}

export interface SessionPolicy {
  /** Names what the self-test proves: all that Claude Code is told by `claudeSettings`. */
  hash: string;
  /** Claude Code's managed settings, without the runner's own hooks. A JSON object. */
  claudeSettings: Record<string, unknown>;
  /** Claude Code binaries (as `policy-proven` names them) that are known to obey these settings; they are not tested again. */
  provenFor: string[];
  output: Record<OutputSequence, Verdict>;
  input: Record<InputSequence, Verdict>;
  /** Longest line that may be typed or pasted, in bytes. 0: any. */
  maxLineBytes: number;
}

/** What holds where nobody has written a policy, and in a runner that does not know its session yet. */
export const PRESET_SESSION_POLICY: SessionPolicy = {
  hash: 'preset',
  // Asks before it acts, and shows no banner for the "auto" mode that it would start in.
  claudeSettings: { disableAutoMode: 'disable', permissions: { defaultMode: 'default' } },
  provenFor: [],
  output: {
    clipboardWrite: 'allow',
    clipboardRead: 'deny',
    title: 'allow',
    titleReports: 'deny',
    answerback: 'deny',
    settingReports: 'deny',
    sizeReports: 'allow',
    windowControl: 'deny',
    links: 'allow',
    notifications: 'allow',
    otherCommands: 'deny',
    deviceControl: 'deny',
    applicationStrings: 'deny',
  },
  input: {
    clipboardReports: 'deny',
    titleReports: 'deny',
    settingReports: 'deny',
    sizeReports: 'allow',
    colorReports: 'allow',
    versionReports: 'allow',
  },
  maxLineBytes: 4 * 1024 * 1024,
};
