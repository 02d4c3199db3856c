import { FormDialog } from '../ui/form-dialog';
import { Name, isolated } from '../ui/name';
import type { SessionFiles } from './files-of-sessions';
import type { TreeRow } from './tree/tree-rows';
import { joined, parentOf } from './tree/tree-rows';

export type FileDialog = { kind: 'new-folder'; folder: string } | { kind: 'rename' | 'remove'; row: TreeRow };

/** What is asked about a file or folder before something is done with it. */
export function FileDialogs({
  dialog,
  files,
  onClose,
}: {
  dialog: FileDialog;
  files: SessionFiles;
  onClose: () => void;
}) {
  switch (dialog.kind) {
    case 'new-folder':
      return <NewFolderDialog files={files} folder={dialog.folder} onClose={onClose} />;
    case 'rename':
      return <RenameFileDialog files={files} row={dialog.row} onClose={onClose} />;
    case 'remove':
      return <RemoveDialog files={files} row={dialog.row} onClose={onClose} />;
  }
}

interface DialogProps {
  files: SessionFiles;
  onClose: () => void;
}

function NewFolderDialog({ files, folder, onClose }: DialogProps & { folder: string }) {
  const make = async ({ name = '' }: Record<string, string>) => {
    const { path } = await files.api.makeFolder(joined(folder, name));
    await files.tree.reveal({ path, kind: 'folder' });
  };
  return (
    <FormDialog title="New folder" submit="Make folder" onClose={onClose} onSubmit={make}>
      <NameField value="" />
      <p className="muted">In {folder === '' ? 'the workspace' : <Name of={folder} />}</p>
    </FormDialog>
  );
}

function RenameFileDialog({ files, row, onClose }: DialogProps & { row: TreeRow }) {
  const rename = async ({ name = '' }: Record<string, string>) => {
    if (name === row.name) return;
    const { path } = await files.api.move(row.path, joined(parentOf(row.path), name));
    await files.tree.left(row.path);
    await files.tree.reveal({ path, kind: 'file' });
  };
  return (
    <FormDialog title={`Rename ${isolated(row.name)}`} submit="Rename" onClose={onClose} onSubmit={rename}>
      <NameField value={row.name} />
    </FormDialog>
  );
}

function RemoveDialog({ files, row, onClose }: DialogProps & { row: TreeRow }) {
  const remove = async () => {
    await files.api.remove(row.path);
    await files.tree.left(row.path);
  };
  return (
    <FormDialog title={`Delete ${isolated(row.name)}?`} submit="Delete" onClose={onClose} onSubmit={remove}>
      <p>
        {row.kind === 'folder' ? 'The folder and everything in it will be deleted. ' : ''}
        This cannot be undone.
      </p>
    </FormDialog>
  );
}

const NameField = ({ value }: { value: string }) => (
  <label>
    Name
    <input name="name" type="text" required maxLength={255} pattern="[^\/]+" spellCheck={false} defaultValue={value} />
  </label>
);
