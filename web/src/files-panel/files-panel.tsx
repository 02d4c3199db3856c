import { background } from '@claude-webui/protocol';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { DragEvent, SubmitEvent } from 'react';
import { sentenceOf } from '../api/problem';
import { Icon } from '../ui/icon';
import { useToast } from '../ui/toasts';
import { download } from './download';
import type { FileDialog } from './file-dialogs';
import { FileDialogs } from './file-dialogs';
import { FileTree } from './file-tree';
import type { SessionFiles } from './files-of-sessions';
import './files-panel.css';
import type { TreeAction } from './tree/tree-key';
import { isNamed } from './tree/tree-key';
import type { TreeRow } from './tree/tree-rows';
import { parentOf, targetFolder } from './tree/tree-rows';
import { UploadList } from './upload-list';
import { chosenFiles, droppedFiles } from './uploads/dropped-files';
import type { FilesToSend } from './uploads/dropped-files';
import { useFollowing } from './use-following';

/** The workspace of the session in view, beside its terminal. */
export function FilesPanel({
  isOverTerminal,
  files,
  onClose,
  onEscape,
}: {
  /** Then it takes the focus: keys are not for a terminal that it hides. */
  isOverTerminal: boolean;
  files: SessionFiles;
  onClose: () => void;
  onEscape: () => void;
}) {
  const { tree, uploads, api } = files;
  const { rows, selected, problem } = useSyncExternalStore(tree.subscribe, tree.snapshot);
  const [dialog, setDialog] = useState<FileDialog | null>(null);
  const [target, setTarget] = useState<string | null>(null);
  const panel = useRef<HTMLElement>(null);
  const say = useToast();
  useFollowing(tree);
  useEffect(() => {
    if (isOverTerminal || isOpenedByKey()) panel.current?.querySelector<HTMLElement>('[role=tree]')?.focus();
  }, []);
  const attempt = useCallback(
    (action: Promise<unknown>) =>
      background(
        'file-transfer',
        action.catch((error: unknown) => say(sentenceOf(error))),
      ),
    [say],
  );

  const row = rows.find(({ path }) => path === selected);
  const send = (folder: string, what: FilesToSend) => background('file-transfer', uploads.add(folder, what));
  const drop = (folder: string, data: DataTransfer) => {
    setTarget(null);
    droppedFiles(data).then(
      (what) => send(folder, what),
      () => say('The browser cannot read what was dropped. Choose it by Upload.'),
    );
  };
  const save = (one: TreeRow) => {
    const kind = one.kind === 'folder' ? 'folder' : 'file';
    attempt(download(api, one.path, kind, one.path === '' ? 'workspace' : one.name));
  };
  const act = (action: TreeAction) => {
    switch (action.do) {
      case 'select':
        return tree.select(action.path);
      case 'open':
        return attempt(tree.openFolder(action.path));
      case 'close':
        return tree.closeFolder(action.path);
      case 'rename':
      case 'remove':
        return row === undefined ? undefined : setDialog({ kind: action.do, row });
      case 'activate':
        if (row === undefined) return;
        if (row.kind === 'more') return attempt(tree.more(parentOf(row.path)));
        if (row.isOpen === null) return save(row);
        return row.isOpen ? tree.closeFolder(row.path) : attempt(tree.openFolder(row.path));
    }
  };
  return (
    <aside
      ref={panel}
      id="files"
      className="files"
      aria-label="Files"
      onKeyDown={({ key }) => key === 'Escape' && dialog === null && onEscape()}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setTarget('');
      }}
      onDragLeave={(event) => isOutside(event) && setTarget(null)}
      onDrop={(event) => {
        event.preventDefault();
        drop('', event.dataTransfer);
      }}
    >
      <header>
        <h2>Files</h2>
        <button type="button" className="quiet" aria-label="Close files" title="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <GoTo onGo={async (path) => tree.reveal(await api.lookUp(path))} />
      <FileActions
        row={row}
        onUpload={(what) => send(targetFolder(row), what)}
        onNewFolder={() => setDialog({ kind: 'new-folder', folder: targetFolder(row) })}
        onDownload={save}
        onDialog={(kind, one) => setDialog({ kind, row: one })}
      />
      {problem !== null && (
        <p className="stale" role="status">
          {problem}
        </p>
      )}
      <FileTree
        rows={rows}
        selected={selected}
        target={target}
        onAction={act}
        onDragOver={setTarget}
        onDrop={(folder, data) => drop(folder, data)}
      />
      <UploadList uploads={uploads} />
      {dialog !== null && <FileDialogs dialog={dialog} files={files} onClose={() => setDialog(null)} />}
    </aside>
  );
}

/** A field for paths as programs print them. */
function GoTo({ onGo }: { onGo: (path: string) => Promise<void> }) {
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const path = new FormData(form).get('path');
    if (typeof path !== 'string' || path.trim() === '') return;
    onGo(path.trim()).then(
      () => {
        setProblem(null);
        form.closest('aside')?.querySelector<HTMLElement>('[role=tree]')?.focus();
      },
      (error: unknown) => setProblem(sentenceOf(error)),
    );
  };
  return (
    <form className="go-to" role="search" onSubmit={submit}>
      <input
        name="path"
        type="text"
        aria-label="Go to path"
        placeholder="Go to path"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      <p role="alert">{problem}</p>
    </form>
  );
}

function FileActions({
  row,
  onUpload,
  onNewFolder,
  onDownload,
  onDialog,
}: {
  row: TreeRow | undefined;
  onUpload: (what: FilesToSend) => void;
  onNewFolder: () => void;
  onDownload: (row: TreeRow) => void;
  onDialog: (kind: 'rename' | 'remove', row: TreeRow) => void;
}) {
  const named = row !== undefined && isNamed(row) ? row : null;
  const saved = row !== undefined && (row.kind === 'file' || row.kind === 'folder') ? row : null;
  return (
    <div className="actions" role="group" aria-label="File actions">
      <FileChooser label="Upload" onChoose={onUpload} />
      <FileChooser label="Upload folder" folders onChoose={onUpload} />
      <button type="button" onClick={onNewFolder}>
        New folder
      </button>
      <button type="button" disabled={saved === null} onClick={() => saved !== null && onDownload(saved)}>
        Download
      </button>
      <button type="button" disabled={named === null} onClick={() => named !== null && onDialog('rename', named)}>
        Rename
      </button>
      <button type="button" disabled={named === null} onClick={() => named !== null && onDialog('remove', named)}>
        Delete
      </button>
    </div>
  );
}

/** A button for the browser's own dialog. */
function FileChooser({
  label,
  folders = false,
  onChoose,
}: {
  label: string;
  folders?: boolean;
  onChoose: (what: FilesToSend) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current !== null) input.current.webkitdirectory = folders;
  }, [folders]);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label={`${label}: choose`}
        onChange={({ target }) => {
          onChoose(chosenFiles(target.files ?? []));
          // So that the same file can be chosen again.
          target.value = '';
        }}
      />
    </>
  );
}

/** Who has opened it by a key goes on there; a click leaves the focus in the terminal. */
const isOpenedByKey = () => document.activeElement?.getAttribute('aria-controls') === 'files';

const isOutside = ({ currentTarget, relatedTarget }: DragEvent) =>
  !(relatedTarget instanceof Node && currentTarget.contains(relatedTarget));
