import { SHORTCUTS, keysOf } from '../terminal/keyboard/shortcuts';
import { Dialog } from '../ui/dialog';
import './shortcuts-dialog.css';

/** What else keys do in the terminal that people look for. */
const IN_THE_TERMINAL = [
  [['Shift', 'Enter'], 'New line in Claude’s prompt'],
  [['Ctrl', 'V'], 'Paste; pictures are put into the workspace'],
  [['Shift', 'Page Up'], 'Scroll back'],
] as const;

/** All keys that the page takes, and the way out of the terminal. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.map((shortcut) => (
          <Row key={shortcut.id} keys={keysOf(shortcut)} what={shortcut.what} />
        ))}
        {IN_THE_TERMINAL.map(([keys, what]) => (
          <Row key={what} keys={keys} what={what} />
        ))}
        <Row keys={['?']} what="This list, outside the terminal" />
      </dl>
    </Dialog>
  );
}

const Row = ({ keys, what }: { keys: readonly string[]; what: string }) => (
  <div>
    <dt>
      {keys.map((key, index) => (
        <span key={key}>
          {index > 0 && ' + '}
          <kbd>{key}</kbd>
        </span>
      ))}
    </dt>
    <dd>{what}</dd>
  </div>
);
