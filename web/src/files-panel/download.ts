import type { FilesApi } from '../api/files';

/** Room for the browser to begin with what it was given. Milliseconds. */
const KEEP_MS = 60_000;

/**
 * Downloads a file, or a folder with all that is in it. By a link, so that the browser writes it to disk as it comes; where it keeps
 * no cookie the link is not allowed, and the content goes through memory. @throws ApiError
 */
export async function download(api: FilesApi, path: string, kind: 'file' | 'folder', name: string): Promise<void> {
  await api.allowLinks();
  const link = api.link(path, kind);
  const filename = kind === 'folder' ? `${name}.tar.gz` : name;
  if (await isAllowed(link)) return save(link, filename);
  const url = URL.createObjectURL(await api.content(path, kind));
  save(url, filename);
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}

async function isAllowed(link: string): Promise<boolean> {
  return (await fetch(link, { method: 'HEAD', credentials: 'include' })).ok;
}

function save(href: string, download: string): void {
  Object.assign(document.createElement('a'), { href, download }).click();
}
