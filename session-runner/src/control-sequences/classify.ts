/** Which rule of the policy a control sequence falls under. Pure. Null: none, it passes always. */
import type { InputSequence, OutputSequence } from '@claude-webui/protocol';
import type { Family } from './bytes';

/** A sequence that does not show its kind within this many bytes is none that anybody needs. */
const MAX_PREFIX_BYTES = 64;

/** Colours and their resets, the working directory, the pointer's shape, marks around prompts: nothing acts on them. */
const HARMLESS_OSC = /^(?:[457]|1\d|22|10[45]|11\d|133)$/;
const TITLE_OSC = /^(?:[0123]|[lLI].*)$/;
const NOTIFICATION_OSC = /^(?:9|99|777)$/;

/** Final bytes of those CSI sequences that any rule is about. */
export const RULED_CSI_FINALS: ReadonlySet<number> = new Set(Buffer.from('tywuRSi'));

/** @param text parameters, intermediates and final byte of a CSI sequence */
export function classifyCsi(text: string): OutputSequence | null {
  if (text.endsWith('t')) return classifyWindowOperation(text.slice(0, -1));
  // Checksums of the screen, cursor and tab stops, terminal state, stacked colours: the terminal types what was asked for.
  if (/(?:\*y|\$w|\$u|#[RS])$/.test(text)) return 'settingReports';
  // Printing.
  if (/^\??[\d;:]*i$/.test(text)) return 'deviceControl';
  return null;
}

/** XTWINOPS and what shares its final byte. */
function classifyWindowOperation(parameters: string): OutputSequence | null {
  if (parameters.startsWith('>')) return 'title';
  if (/[ -/]$/.test(parameters)) return null;
  const operation = Number.parseInt(parameters, 10);
  if (operation === 20 || operation === 21) return 'titleReports';
  if (operation === 22 || operation === 23) return 'title';
  return operation >= 11 && operation <= 19 && operation !== 12 && operation !== 17 ? 'sizeReports' : 'windowControl';
}

/**
 * @param text of a string sequence, as far as it has come
 * @param complete whether that is all of it; if not, the answer may be `undecided`
 */
export function classifyString(family: Family, text: string, complete: boolean): OutputSequence | null | 'undecided' {
  if (family === 'osc') return classifyOsc(text, complete);
  if (family !== 'dcs') return 'applicationStrings';
  // Parameters and intermediates, then a byte that says what it is about.
  const command = /^[0-?]*([ -/]*)([@-~])/.exec(text);
  if (command === null) return complete || text.length >= MAX_PREFIX_BYTES ? 'deviceControl' : 'undecided';
  return command[2] === 'q' && /[$+]$/.test(command[1] ?? '') ? 'settingReports' : 'deviceControl';
}

function classifyOsc(text: string, complete: boolean): OutputSequence | null | 'undecided' {
  if (!complete && text.length < MAX_PREFIX_BYTES && /^\d*$/.test(text)) return 'undecided';
  const digits = /^(\d+)(?=;|$)/.exec(text)?.[1];
  // As terminals read it: 052 is 52.
  const command = digits === undefined ? text : String(Number(digits));
  if (command === '52') return classifyClipboard(text, complete);
  if (command === '8') return 'links';
  if (TITLE_OSC.test(command)) return 'title';
  if (NOTIFICATION_OSC.test(command)) return 'notifications';
  return HARMLESS_OSC.test(command) ? null : 'otherCommands';
}

/** `52;selection;text`, or `?` in the place of the text. */
function classifyClipboard(text: string, complete: boolean): OutputSequence | 'undecided' {
  const payload = /^\d+;[^;]*;(.)/s.exec(text)?.[1];
  if (payload === '?') return 'clipboardRead';
  if (complete || payload !== undefined) return 'clipboardWrite';
  return text.length < MAX_PREFIX_BYTES ? 'undecided' : 'otherCommands';
}

/** What a terminal may be answering with: the rule; `typing`, for only a person would send it; or `undecided`. */
export function classifyAnswer(family: Family, text: string): InputSequence | 'typing' | 'undecided' {
  if (family === 'osc') {
    if (/^\d{0,4}$/.test(text)) return 'undecided';
    if (/^[lL]/.test(text)) return 'titleReports';
    const command = Number(/^(\d{1,4});/.exec(text)?.[1]);
    if (command === 52) return 'clipboardReports';
    return [4, 5].includes(command) || (command >= 10 && command <= 19) ? 'colorReports' : 'typing';
  }
  if (family !== 'dcs') return 'typing';
  if (/^(?:[01]?|[01][$+]|[>!])$/.test(text)) return 'undecided';
  if (/^[01][$+]r/.test(text)) return 'settingReports';
  return /^[>!]\|/.test(text) ? 'versionReports' : 'typing';
}
