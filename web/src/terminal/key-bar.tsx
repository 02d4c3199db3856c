const KEYS = [
  ['Esc', 'Escape', '\x1b'],
  ['Tab', 'Tab', '\t'],
  ['⇧Tab', 'Shift Tab', '\x1b[Z'],
  ['^C', 'Control C', '\x03'],
  ['←', 'Left', '\x1b[D'],
  ['↑', 'Up', '\x1b[A'],
  ['↓', 'Down', '\x1b[B'],
  ['→', 'Right', '\x1b[C'],
] as const;

/** The keys that a touch screen's keyboard does not have. Shown where there is no fine pointer. */
export function KeyBar({ onKey, onControl }: { onKey: (text: string) => void; onControl: () => void }) {
  return (
    <div className="key-bar" role="toolbar" aria-label="Terminal keys">
      <button type="button" aria-label="Control, with the next key" onClick={onControl}>
        Ctrl
      </button>
      {KEYS.map(([text, label, sequence]) => (
        <button key={label} type="button" aria-label={label} onClick={() => onKey(sequence)}>
          {text}
        </button>
      ))}
    </div>
  );
}
