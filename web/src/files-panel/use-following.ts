import { background } from '@claude-webui/protocol';
import { useEffect, useSyncExternalStore } from 'react';
import type { WorkspaceTree } from './tree/workspace-tree';

/** Keeps a tree as its workspace is while somebody can see it: each page that waits for changes has one of the browser's few connections. */
export function useFollowing(tree: WorkspaceTree): void {
  const isVisible = useSyncExternalStore(onVisibility, () => document.visibilityState === 'visible');
  useEffect(() => {
    if (!isVisible) return;
    const ended = new AbortController();
    background('file-transfer', tree.follow(ended.signal));
    return () => ended.abort();
  }, [tree, isVisible]);
}

function onVisibility(changed: () => void): () => void {
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
}
