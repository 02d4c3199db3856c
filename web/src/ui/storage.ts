/** What the page remembers in this browser, by trying: a browser may refuse storage at any call, or have none. */
export interface PageStorage {
  read(key: string): string | null;
  /** False if it is remembered only until the page is left. */
  write(key: string, value: string): boolean;
  /** Whether anything is remembered longer. */
  isKept(): boolean;
}

const PROBE_KEY = 'claude-webui.probe';

/** @param open gives the browser's storage, and may throw */
export function storageOf(
  open: () => Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'> | null,
): PageStorage {
  const unsaved = new Map<string, string>();
  return {
    read: (key) => {
      const here = unsaved.get(key);
      if (here !== undefined) return here;
      try {
        return open()?.getItem(key) ?? null;
      } catch {
        return null;
      }
    },
    write: (key, value) => {
      try {
        const storage = open();
        if (storage === null) throw new Error('There is no storage.');
        storage.setItem(key, value);
        unsaved.delete(key);
        return true;
      } catch {
        unsaved.set(key, value);
        return false;
      }
    },
    isKept: () => {
      try {
        const storage = open();
        storage?.setItem(PROBE_KEY, '1');
        storage?.removeItem(PROBE_KEY);
        return storage !== null;
      } catch {
        return false;
      }
    },
  };
}

/** For all pages of this browser, until somebody clears it. */
export const browserStorage = storageOf(() => window.localStorage);
/** For this browser tab, over reloads. */
export const tabStorage = storageOf(() => window.sessionStorage);
