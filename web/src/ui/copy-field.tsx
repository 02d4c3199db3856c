import { background } from '@claude-webui/protocol';
import { copyText } from './clipboard';
import { useToast } from './toasts';

/** Text to take along: selected by a click, copied by the button. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const say = useToast();
  const copy = async () => {
    if (await copyText(value)) say(`${label} copied.`, 'info');
    else say('The browser does not allow copying: select the text and press Ctrl+C.');
  };
  return (
    <div className="row">
      <input aria-label={label} readOnly value={value} onFocus={({ target }) => target.select()} />
      <button type="button" onClick={() => background('clipboard', copy())}>
        Copy
      </button>
    </div>
  );
}
