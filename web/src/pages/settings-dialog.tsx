import { background } from '@claude-webui/protocol';
import { useState } from 'react';
import { Dialog } from '../ui/dialog';
import { FONT_SIZES, changeSettings, useSettings } from '../ui/settings';
import type { Settings } from '../ui/settings';
import { playSound } from '../ui/sound';
import { browserStorage } from '../ui/storage';

const THEMES: Record<Settings['theme'], string> = {
  system: 'As the system',
  dark: 'Dark',
  light: 'Light',
  contrast: 'High contrast',
};
const SOUNDS: Record<Settings['sound'], string> = {
  never: 'Never',
  asks: 'When it asks something',
  both: 'When it asks something or is done',
};
const CLIPBOARD: Record<Settings['clipboardWrite'], string> = {
  ask: 'Ask each time',
  always: 'Always',
  never: 'Never',
};
const OPTION_KEYS: Record<Settings['optionAsMeta'], string> = {
  none: 'Neither: both compose characters',
  left: 'The left one',
  right: 'The right one',
  both: 'Both',
};
const RENDERERS: Record<Settings['renderer'], string> = {
  automatic: 'Automatic',
  dom: 'Without graphics acceleration',
};

/** What a person may choose in this browser. */
export function SettingsDialog({ onClose, onPassword }: { onClose: () => void; onPassword: () => void }) {
  const settings = useSettings();
  const [isKept] = useState(() => browserStorage.isKept());
  return (
    <Dialog title="Settings" onClose={onClose}>
      {!isKept && (
        <p className="stale" role="status">
          This browser lets the page store nothing: what you choose here holds until the page is reloaded or closed.
        </p>
      )}
      <Choice label="Theme" value={settings.theme} options={THEMES} onChange={(theme) => changeSettings({ theme })} />
      <label>
        Font size
        <select
          value={settings.fontSize}
          onChange={({ target }) => changeSettings({ fontSize: FONT_SIZES[target.selectedIndex] ?? settings.fontSize })}
        >
          {FONT_SIZES.map((size) => (
            <option key={size} value={size}>
              {size}
            </option>
          ))}
        </select>
      </label>
      <Choice
        label="A sound when Claude wants me and I look elsewhere"
        value={settings.sound}
        options={SOUNDS}
        onChange={(sound) => {
          changeSettings({ sound });
          // As a sample, and because browsers want a click before the first sound.
          if (sound !== 'never') playSound(sound === 'asks' ? 'asks' : 'done');
        }}
      />
      <Choice
        label="Programs may write to the clipboard"
        value={settings.clipboardWrite}
        options={CLIPBOARD}
        onChange={(clipboardWrite) => changeSettings({ clipboardWrite })}
      />
      <Choice
        label="Option key as Meta (on a Mac)"
        value={settings.optionAsMeta}
        options={OPTION_KEYS}
        onChange={(optionAsMeta) => changeSettings({ optionAsMeta })}
      />
      <Choice
        label="Renderer"
        value={settings.renderer}
        options={RENDERERS}
        onChange={(renderer) => changeSettings({ renderer })}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={settings.screenReader}
          onChange={({ target }) => changeSettings({ screenReader: target.checked })}
        />
        Read the terminal to screen readers
      </label>
      <div className="buttons">
        <Notifications />
        <button type="button" onClick={onPassword}>
          Change password
        </button>
      </div>
    </Dialog>
  );
}

function Choice<Value extends string>(props: {
  label: string;
  value: Value;
  options: Record<Value, string>;
  onChange: (value: Value) => void;
}) {
  const isOption = (value: string): value is Value => value in props.options;
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={({ target: { value } }) => isOption(value) && props.onChange(value)}>
        {Object.entries<string>(props.options).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Where the browser has them at all: only pages from HTTPS or this machine may notify. */
function Notifications() {
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'granted'));
  if (permission === 'granted') return null;
  if (permission === 'denied') return <p className="muted">Notifications are blocked in the browser’s settings.</p>;
  return (
    <button type="button" onClick={() => background('page', Notification.requestPermission().then(setPermission))}>
      Allow notifications
    </button>
  );
}
