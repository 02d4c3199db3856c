import { useEffect, useId, useRef } from 'react';
import type { DragEvent, KeyboardEvent } from 'react';
import { Icon } from '../ui/icon';
import { Name, isolated } from '../ui/name';
import { byteSize } from './byte-size';
import type { TreeAction } from './tree/tree-key';
import { treeAction } from './tree/tree-key';
import type { TreeRow } from './tree/tree-rows';
import { isWithin, targetFolder } from './tree/tree-rows';

export interface FileTreeProps {
  rows: readonly TreeRow[];
  selected: string;
  /** Folder that something is dragged over. */
  target: string | null;
  onAction: (action: TreeAction) => void;
  onDragOver: (folder: string) => void;
  onDrop: (folder: string, data: DataTransfer) => void;
}

/**
 * A workspace's folders and files. The tree itself has the focus and says which row is meant, so that the focus is not lost with a
 * row that goes.
 */
export function FileTree({ rows, selected, target, onAction, onDragOver, onDrop }: FileTreeProps) {
  const id = useId();
  const current = useRef<HTMLDivElement>(null);
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest' });
  }, [selected, rows]);
  const keyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const action = treeAction(event.key, rows, selected);
    if (action === null) return;
    event.preventDefault();
    onAction(action);
  };
  const at = rows.findIndex(({ path }) => path === selected);
  const dragOver = (event: DragEvent, row: TreeRow) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    event.stopPropagation();
    onDragOver(targetFolder(row));
  };
  return (
    <div
      className="tree"
      role="tree"
      tabIndex={0}
      aria-label="Files of the workspace"
      aria-activedescendant={`${id}-${at}`}
      onKeyDown={keyDown}
    >
      {rows.map((row, index) => {
        const { path, name, kind, level, isOpen } = row;
        const isTarget = target !== null && kind !== 'more' && isWithin(path, target);
        return (
          <div
            key={path}
            id={`${id}-${index}`}
            ref={path === selected ? current : null}
            className={isTarget ? `row ${kind} target` : `row ${kind}`}
            role="treeitem"
            aria-level={level}
            aria-posinset={row.position}
            aria-setsize={row.siblings}
            aria-selected={path === selected}
            {...(isOpen === null ? {} : { 'aria-expanded': isOpen })}
            title={isolated(name)}
            style={{ paddingInlineStart: `${(level - 1) * 14 + 6}px` }}
            onClick={() => {
              onAction({ do: 'select', path });
              if (isOpen !== null) onAction({ do: isOpen ? 'close' : 'open', path });
              else if (kind === 'more') onAction({ do: 'activate' });
            }}
            onDoubleClick={() => isOpen === null && kind !== 'more' && onAction({ do: 'activate' })}
            onDragOver={(event) => dragOver(event, row)}
            onDrop={(event) => {
              event.preventDefault();
              event.stopPropagation();
              onDrop(targetFolder(row), event.dataTransfer);
            }}
          >
            <span className={isOpen === true ? 'chevron open' : 'chevron'}>
              {isOpen !== null && <Icon name="chevron" />}
            </span>
            {kind !== 'more' && <Icon name={ICONS[kind]} />}
            <span className="name">
              <Name of={name} />
            </span>
            {kind === 'link' && <span className="muted">link</span>}
            {kind === 'file' && <span className="muted">{byteSize(row.size)}</span>}
          </div>
        );
      })}
    </div>
  );
}

const ICONS = { folder: 'files', file: 'file', link: 'link', other: 'file' } as const;
