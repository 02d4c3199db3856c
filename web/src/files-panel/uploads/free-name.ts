/** `notes.txt` → `notes (2).txt`; what begins with a dot, or has none, gets the number at its end. */
export function numbered(path: string, number: number): string {
  const at = path.lastIndexOf('/') + 1;
  const [folder, name] = [path.slice(0, at), path.slice(at)];
  const [, stem = name, extension = ''] = /^(.+?)((?:\.tar)?\.[^.]+)$/.exec(name) ?? [];
  return `${folder}${stem} (${number})${extension}`;
}
