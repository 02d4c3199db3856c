import { MAX_SEEN_FOLDERS } from '@claude-webui/protocol';
import type { FileLookup, SeenFolder } from '@claude-webui/protocol';
import type { FilesApi } from '../../api/files';
import { ApiError, sentenceOf } from '../../api/problem';
import { backoffMs } from '../../connection/backoff';
import type { Delay } from '../delay';
import type { ListedFolder, TreeRow } from './tree-rows';
import { foldersTo, isWithin, parentOf, treeRows } from './tree-rows';

/** What is always changing is listed anew no more often than this. Milliseconds. */
const PACE_MS = 1000;
/** Pages of one folder that are looked through for a name: 20,000 entries. */
const MAX_PAGES = 20;

export type TreeApi = Pick<FilesApi, 'list' | 'changes'>;

/** The tree as it is shown. */
export interface TreeView {
  rows: readonly TreeRow[];
  selected: string;
  /** Why it may not be as the workspace is now. */
  problem: string | null;
}

/** The folders of a workspace that somebody has opened, kept as they are there. */
export class WorkspaceTree {
  private readonly folders = new Map<string, ListedFolder>();
  /** Those opened last are last. */
  private readonly open = new Set<string>(['']);
  private selected = '';
  private problem: string | null = null;
  private readonly listeners = new Set<() => void>();
  private view: TreeView = { rows: treeRows(this.folders, this.open), selected: '', problem: null };
  /** Ends a wait for changes in folders that are no longer all that are open. */
  private rewatch = new AbortController();

  constructor(
    private readonly api: TreeApi,
    private readonly delay: Delay,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): TreeView => this.view;

  select(path: string): void {
    this.selected = path;
    this.publish();
  }

  /** Opens a folder, and lists it. @throws ApiError if it cannot be listed; it stays closed then */
  async openFolder(path: string): Promise<void> {
    await this.list(path);
    this.open.delete(path);
    this.open.add(path);
    this.followed();
  }

  closeFolder(path: string): void {
    for (const folder of this.open) if (isWithin(folder, path)) this.open.delete(folder);
    for (const folder of this.folders.keys()) if (isWithin(folder, path)) this.folders.delete(folder);
    if (isWithin(this.selected, path)) this.selected = path;
    this.followed();
  }

  /** Lists the entries that follow those which are listed. */
  async more(path: string): Promise<void> {
    const before = this.folders.get(path);
    if (before === undefined) return;
    const { listing } = await this.api.list(path, before.entries.at(-1)?.name ?? '');
    // Another listing may have come meanwhile.
    if (this.folders.get(path) !== before) return;
    const [first] = listing.entries;
    this.folders.set(path, {
      ...before,
      entries: [...before.entries, ...listing.entries],
      truncated: listing.truncated,
    });
    if (first !== undefined) this.selected = path === '' ? first.name : `${path}/${first.name}`;
    this.publish();
  }

  /** Opens all folders on the way to something and selects it. */
  async reveal({ path, kind }: Pick<FileLookup, 'path' | 'kind'>): Promise<void> {
    for (const folder of foldersTo(path)) await this.openFolder(folder);
    if (kind === 'folder') await this.openFolder(path);
    for (let page = 1; page < MAX_PAGES && !this.has(path); page += 1) {
      if (this.folders.get(parentOf(path))?.truncated !== true) break;
      await this.more(parentOf(path));
    }
    this.select(path);
  }

  /** Lists a folder anew, if it is open. Never throws: what fails is shown, and comes again by `follow`. */
  async refresh(path: string): Promise<void> {
    if (!this.open.has(path)) return;
    try {
      await this.list(path);
      this.followed();
    } catch (error) {
      this.failed(path, error);
    }
  }

  /** Something has been deleted or renamed. */
  async left(path: string): Promise<void> {
    const { rows } = this.view;
    const at = rows.findIndex((row) => row.path === path);
    const next = rows.slice(at + 1).find((row) => !isWithin(row.path, path));
    if (isWithin(this.selected, path))
      this.selected =
        next !== undefined && parentOf(next.path) === parentOf(path) ? next.path : (rows[at - 1]?.path ?? '');
    this.forget(path);
    await this.refresh(parentOf(path));
  }

  /** Keeps the open folders as they are in the workspace, until `signal` aborts or the session has ended. */
  async follow(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      this.rewatch = new AbortController();
      const isStale = AbortSignal.any([signal, this.rewatch.signal]);
      try {
        if (!this.folders.has('')) await this.list('');
        this.tell(null);
        const changed = await this.api.changes(this.seen(), isStale);
        await Promise.all(changed.map((path) => this.refresh(path)));
        failures = 0;
        if (changed.length > 0) await this.delay(PACE_MS, signal);
      } catch (error) {
        if (isStale.aborted) continue;
        this.tell(sentenceOf(error));
        if (isFinal(error)) return;
        await this.delay(backoffMs(failures, Math.random()), signal);
        failures += 1;
      }
    }
  }

  /** Only so many can be followed: the workspace, and those opened last. The others are listed anew when they are opened again. */
  private seen(): SeenFolder[] {
    const [root, ...others] = ['', ...[...this.open].filter((path) => path !== '')].flatMap((path) => {
      const etag = this.folders.get(path)?.etag;
      return etag === undefined ? [] : [{ path, etag }];
    });
    return root === undefined ? [] : [root, ...others.slice(1 - MAX_SEEN_FOLDERS)];
  }

  private async list(path: string): Promise<void> {
    const { listing, etag } = await this.api.list(path, '');
    const wanted = this.folders.get(path)?.entries.length ?? 0;
    let { entries, truncated } = listing;
    while (truncated && entries.length < wanted) {
      const { listing: page } = await this.api.list(path, entries.at(-1)?.name ?? '');
      entries = [...entries, ...page.entries];
      ({ truncated } = page);
    }
    this.folders.set(path, { entries, etag, truncated });
  }

  private failed(path: string, error: unknown): void {
    const isGone = error instanceof ApiError && ['file-not-found', 'not-a-folder', 'file-is-link'].includes(error.code);
    if (path !== '' && isGone) this.forget(path);
    else this.tell(sentenceOf(error));
  }

  private forget(path: string): void {
    for (const folder of this.open) if (isWithin(folder, path)) this.open.delete(folder);
    for (const folder of this.folders.keys()) if (isWithin(folder, path)) this.folders.delete(folder);
    this.followed();
  }

  private has(path: string): boolean {
    return treeRows(this.folders, this.open).some((row) => row.path === path);
  }

  private tell(problem: string | null): void {
    this.problem = problem;
    this.publish();
  }

  private followed(): void {
    this.rewatch.abort();
    this.publish();
  }

  private publish(): void {
    const rows = treeRows(this.folders, this.open);
    if (!rows.some(({ path }) => path === this.selected)) this.selected = nearest(this.selected, rows);
    this.view = { rows, selected: this.selected, problem: this.problem };
    for (const listener of this.listeners) listener();
  }
}

/** What is left of the way to something that is not there any more. */
function nearest(path: string, rows: readonly TreeRow[]): string {
  const there = new Set(rows.map((row) => row.path));
  return foldersTo(path).findLast((folder) => there.has(folder)) ?? '';
}

/** Whether it will stay so: the session has ended, or is not this person's. */
const isFinal = (error: unknown): boolean => error instanceof ApiError && [403, 404, 410].includes(error.status);
