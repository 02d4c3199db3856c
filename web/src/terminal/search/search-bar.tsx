import type { SearchAddon } from '@xterm/addon-search';
import { useEffect, useState } from 'react';

const DECORATIONS = {
  matchBackground: '#6b4a2f',
  activeMatchBackground: '#c2703d',
  // The match is selected too, and xterm.js draws a selection over its background.
  activeMatchBorder: '#f2b84b',
  matchOverviewRuler: '#c2703d',
  activeMatchColorOverviewRuler: '#f2b84b',
};

/** Searches the screen and everything above it. */
export function SearchBar({ search, onClose }: { search: SearchAddon; onClose: () => void }) {
  const [term, setTerm] = useState('');
  const [found, setFound] = useState<{ resultIndex: number; resultCount: number } | null>(null);
  useEffect(() => {
    const subscription = search.onDidChangeResults(setFound);
    return () => {
      subscription.dispose();
      search.clearDecorations();
    };
  }, [search]);

  const find = (text: string, backwards: boolean) => {
    const options = { decorations: DECORATIONS, incremental: !backwards };
    if (backwards) search.findPrevious(text, options);
    else search.findNext(text, options);
  };
  const count = found === null || term === '' ? '' : `${found.resultIndex + 1} of ${found.resultCount}`;
  return (
    <search className="search-bar">
      <input
        type="search"
        aria-label="Search the terminal"
        placeholder="Search"
        value={term}
        autoFocus
        onChange={({ target }) => {
          setTerm(target.value);
          find(target.value, false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
          if (event.key === 'Enter') find(term, !event.shiftKey);
        }}
      />
      <span role="status">{count}</span>
      <button type="button" className="quiet" aria-label="Previous match" onClick={() => find(term, true)}>
        ↑
      </button>
      <button
        type="button"
        className="quiet"
        aria-label="Next match"
        onClick={() => search.findNext(term, { decorations: DECORATIONS })}
      >
        ↓
      </button>
      <button type="button" className="quiet" aria-label="Close search" onClick={onClose}>
        ×
      </button>
    </search>
  );
}
