import { SHORTCUTS, keysOf } from '../terminal/keyboard/shortcuts';
import { Dialog } from '../ui/dialog';
import './shortcuts-dialog.css';

/** What else keys do in the terminal that people look for. */
const IN_THE_TERMINAL = [
  { keys: ['Shift', 'Enter'], what: 'New line in Claude’s prompt', mode: 'drive' },
  { keys: ['Ctrl', 'V'], what: 'Paste; pictures are put into the workspace', mode: 'drive' },
  { keys: ['Shift', 'Page Up'], what: 'Scroll back', mode: 'view' },
] as const;

/**
 * All keys that the page takes, and the way out of the terminal.
 * @param mode `view`: only those for somebody who watches
 */
export function ShortcutsDialog({ mode, onClose }: { mode: 'drive' | 'view'; onClose: () => void }) {
  const isListed = (entry: { mode: 'drive' | 'view' }) => mode === 'drive' || entry.mode === 'view';
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.filter(isListed).map((shortcut) => (
          <Row key={shortcut.id} keys={keysOf(shortcut)} what={shortcut.what} />
        ))}
        {IN_THE_TERMINAL.filter(isListed).map(({ keys, what }) => (
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
