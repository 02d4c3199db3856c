import { sanitizeText } from './paste';

/** Of base64. A clipboard holds an answer or a file, not a disk. */
export const MAX_CLIPBOARD_CHARACTERS = 1024 * 1024;

export type ClipboardRequest = { kind: 'write'; text: string } | { kind: 'too-large' } | { kind: 'none' };

const NONE: ClipboardRequest = { kind: 'none' };

/**
 * What a program asks of the clipboard.
 * @param data of OSC 52: selections, `;`, and base64. A `?` in its place asks for what the person has copied; nobody is told that.
 */
export function clipboardRequest(data: string): ClipboardRequest {
  const payload = data.slice(data.indexOf(';') + 1);
  if (!data.includes(';') || payload === '?' || payload === '') return NONE;
  if (payload.length > MAX_CLIPBOARD_CHARACTERS) return { kind: 'too-large' };
  try {
    const text = new TextDecoder().decode(Uint8Array.from(atob(payload), (char) => char.charCodeAt(0)));
    const safe = sanitizeText(text);
    return safe === '' ? NONE : { kind: 'write', text: safe };
  } catch {
    // No base64.
    return NONE;
  }
}
