import { useEffect, useRef } from 'react';
import type { PointerEvent, ReactNode } from 'react';
import type { BarKey } from './key-sequence';
import type { HeldModifiers, Modifier } from './sticky-modifiers';

const KEYS: readonly (readonly [text: string, label: string, key: BarKey, repeats?: true])[] = [
  ['Esc', 'Escape', 'escape'],
  ['Tab', 'Tab', 'tab'],
  ['⇧Tab', 'Shift Tab', 'back-tab'],
  ['⇧⏎', 'New line in the prompt', 'new-line'],
  ['^C', 'Control C', 'interrupt'],
  ['←', 'Left', 'left', true],
  ['↑', 'Up', 'up', true],
  ['↓', 'Down', 'down', true],
  ['→', 'Right', 'right', true],
  ['PgUp', 'Page up', 'page-up', true],
  ['PgDn', 'Page down', 'page-down', true],
  ['Home', 'Home', 'home'],
  ['End', 'End', 'end'],
];
const MODIFIERS: readonly (readonly [text: string, label: string, modifier: Modifier])[] = [
  ['Ctrl', 'Control, with the next key', 'control'],
  ['Alt', 'Alt, with the next key', 'alt'],
];
/** As keyboards do. Milliseconds. */
const REPEAT_AFTER_MS = 450;
const REPEAT_EVERY_MS = 70;

export interface KeyBarProps {
  held: HeldModifiers;
  /** Whether something is selected in the terminal. */
  hasSelection: boolean;
  onKey: (key: BarKey) => void;
  onModifier: (modifier: Modifier) => void;
  onPaste: () => void;
  onCopy: () => void;
}

/** The keys that a touch screen's keyboard does not have. Shown where there is no fine pointer. */
export function KeyBar({ held, hasSelection, onKey, onModifier, onPaste, onCopy }: KeyBarProps) {
  return (
    // The focus stays where it is, and with it the on-screen keyboard.
    <div className="key-bar" role="toolbar" aria-label="Terminal keys" onMouseDown={(event) => event.preventDefault()}>
      {MODIFIERS.map(([text, label, modifier]) => (
        <button
          key={label}
          type="button"
          aria-label={label}
          aria-pressed={held[modifier]}
          onClick={() => onModifier(modifier)}
        >
          {text}
        </button>
      ))}
      {KEYS.map(([text, label, key, repeats]) => (
        <RepeatingButton key={label} label={label} repeats={repeats === true} onPress={() => onKey(key)}>
          {text}
        </RepeatingButton>
      ))}
      <button type="button" onClick={onPaste}>
        Paste
      </button>
      {hasSelection && (
        <button type="button" onClick={onCopy}>
          Copy
        </button>
      )}
    </div>
  );
}

interface RepeatingButtonProps {
  label: string;
  repeats: boolean;
  onPress: () => void;
  children: ReactNode;
}

function RepeatingButton({ label, repeats, onPress, children }: RepeatingButtonProps) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const hasRepeated = useRef(false);
  const press = useRef(onPress);
  press.current = onPress;
  const stop = () => clearTimeout(timer.current);
  useEffect(() => stop, []);
  const repeat = () => {
    hasRepeated.current = true;
    press.current();
    timer.current = setTimeout(repeat, REPEAT_EVERY_MS);
  };
  const down = (event: PointerEvent) => {
    hasRepeated.current = false;
    if (repeats && event.button === 0) timer.current = setTimeout(repeat, REPEAT_AFTER_MS);
  };
  return (
    <button
      type="button"
      aria-label={label}
      onPointerDown={down}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onContextMenu={(event) => event.preventDefault()}
      onClick={() => {
        // A press that has repeated is over; the click at its end is no further one.
        if (!hasRepeated.current) onPress();
        hasRepeated.current = false;
      }}
    >
      {children}
    </button>
  );
}
