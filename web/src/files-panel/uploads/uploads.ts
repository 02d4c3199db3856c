import { background } from '@claude-webui/protocol';
import type { FilePlace } from '@claude-webui/protocol';
import type { FilesApi } from '../../api/files';
import { ApiError, sentenceOf } from '../../api/problem';
import type { Delay } from '../delay';
import { isolated } from '../../ui/name';
import type { FilesToSend } from './dropped-files';
import { numbered } from './free-name';
import { FileSender, NameTaken, Unreadable } from './send-file';
import type { UploadApi } from './send-file';

/** Files that are sent at once: browsers keep six connections to a server, and the page needs others. */
const MAX_SENDING = 3;
/** Files that wait. Whoever wants more sends an archive. */
export const MAX_QUEUED = 10_000;
/** Lines that are shown. */
const MAX_SHOWN = 20;
/** Names that are tried to keep both. */
const MAX_NUMBER = 100;

export type UploadsApi = UploadApi & Pick<FilesApi, 'makeFolder'>;

/** What happens to a name that is taken. */
export type Answer = 'replace' | 'keep-both' | 'skip';

export interface Upload {
  id: number;
  path: string;
  /** Bytes. */
  size: number;
  /** Bytes that have gone out. */
  sent: number;
  state: 'queued' | 'sending' | 'waiting' | 'asks' | 'failed';
  /** Why it failed. */
  problem: string | null;
}

/** All uploads as they are shown. */
export interface UploadsView {
  /** What is being done or has failed; of those that wait only the next. */
  shown: readonly Upload[];
  /** How many are not done and have not failed. */
  left: number;
  failed: number;
  /** How much of what is to be sent has gone out, from 0 to 1. */
  progress: number;
  question: { upload: Upload; others: number } | null;
}

const NONE: UploadsView = { shown: [], left: 0, failed: 0, progress: 0, question: null };

interface Batch {
  folder: string;
  answer: Answer | null;
  left: number;
  /** Top-level name → its absolute path when it has arrived, in the order in which they were chosen. */
  arrived: Map<string, string | null>;
  hasFailed: boolean;
  settle: (sessionPaths: string[]) => void;
}

interface Item extends Upload {
  batch: Batch;
  /** Where it was to go at first, below the batch's folder. */
  wanted: string;
  /** Null for a folder that is empty. */
  file: File | null;
  overwrite: boolean;
  number: number;
  sender: FileSender | null;
  abort: AbortController;
}

/** Files on their way into one session's workspace, few at a time. */
export class Uploads {
  private items: Item[] = [];
  private nextId = 1;
  /** Of all that was asked for since nothing was left to do. */
  private finishedBytes = 0;
  private readonly listeners = new Set<() => void>();
  private view = NONE;

  constructor(
    private readonly api: UploadsApi,
    /** Hears why something could not be sent, once for all that was asked for together. */
    private readonly failed: (sentence: string) => void,
    private readonly clock: { now: () => number; delay: Delay },
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): UploadsView => this.view;

  get isBusy(): boolean {
    return this.view.left > 0;
  }

  /** Resolves when nothing is left to do, with the absolute paths of what has arrived: of folders only their own. */
  add(folder: string, { files, emptyFolders, isCut }: FilesToSend): Promise<string[]> {
    if (isCut || this.items.length + files.length + emptyFolders.length > MAX_QUEUED) {
      this.failed('This is too much at once. Send an archive, and unpack it in the terminal.');
      return Promise.resolve([]);
    }
    return new Promise((settle) => {
      const left = files.length + emptyFolders.length;
      if (left === 0) return settle([]);
      const tops = [...files.map(({ path }) => path), ...emptyFolders].map(topOf);
      const arrived = new Map(tops.map((top) => [top, null]));
      const batch: Batch = { folder, answer: null, left, arrived, hasFailed: false, settle };
      for (const { file, path } of files) this.items.push(this.item(batch, path, file));
      for (const path of emptyFolders) this.items.push(this.item(batch, path, null));
      this.work();
    });
  }

  /** @param forAll whether it is the answer for all that was asked for together */
  answer(id: number, answer: Answer, forAll: boolean): void {
    const asked = this.items.find((item) => item.id === id);
    if (asked?.state !== 'asks') return;
    if (forAll) asked.batch.answer = answer;
    for (const item of this.items.filter((one) => one === asked || (forAll && one.batch === asked.batch)))
      if (item.state === 'asks') this.resolve(item, answer);
    this.work();
  }

  retry(id: number): void {
    for (const item of this.items) if (item.id === id && item.state === 'failed') this.requeue(item);
    this.work();
  }

  /** Gives up one that is not done, or puts away one that has failed. */
  cancel(id: number): void {
    for (const item of this.items) if (item.id === id) this.drop(item);
    this.work();
  }

  cancelAll(): void {
    for (const item of [...this.items]) this.drop(item);
    this.work();
  }

  close(): void {
    this.cancelAll();
    this.listeners.clear();
  }

  private item(batch: Batch, wanted: string, file: File | null): Item {
    const path = batch.folder === '' ? wanted : `${batch.folder}/${wanted}`;
    const size = file?.size ?? 0;
    const [id, abort] = [this.nextId++, new AbortController()];
    const fresh = { sent: 0, state: 'queued', problem: null, overwrite: false, number: 1, sender: null } as const;
    return { ...fresh, id, path, size, batch, wanted, file, abort };
  }

  /** Sends as much as may be sent at once. */
  private work(): void {
    let free = MAX_SENDING - this.items.filter(isGoing).length;
    for (const item of this.items) {
      if (free <= 0) break;
      if (item.state !== 'queued') continue;
      free -= 1;
      background('file-transfer', this.send(item));
    }
    if (!this.items.some(isLeft)) this.finishedBytes = 0;
    this.publish();
  }

  private async send(item: Item): Promise<void> {
    item.state = 'sending';
    const { abort } = item;
    try {
      const place =
        item.file === null ? await this.makeFolder(item) : await this.sendFile(item, item.file, abort.signal);
      if (!abort.signal.aborted) this.done(item, place);
    } catch (error) {
      if (!abort.signal.aborted) this.refused(item, error);
    }
    this.work();
  }

  private async makeFolder({ path }: Item): Promise<FilePlace> {
    try {
      return await this.api.makeFolder(path);
    } catch (error) {
      // A folder of this name is what was wanted.
      if (error instanceof ApiError && ['file-exists', 'is-a-folder'].includes(error.code)) {
        const found = await this.api.lookUp(path);
        if (found.kind === 'folder') return found;
      }
      throw error;
    }
  }

  private sendFile(item: Item, file: File, signal: AbortSignal): Promise<FilePlace> {
    const { path, overwrite } = item;
    item.sender ??= new FileSender(this.api, path, file, {
      overwrite,
      progress: (bytes) => {
        item.sent = Math.min(bytes, item.size);
        this.publish();
      },
      waiting: (isWaiting) => {
        if (isGoing(item)) item.state = isWaiting ? 'waiting' : 'sending';
        this.publish();
      },
      ...this.clock,
    });
    return item.sender.send(signal);
  }

  private done(item: Item, place: FilePlace): void {
    const { batch, wanted } = item;
    batch.arrived.set(topOf(wanted), topPath(place, wanted.split('/').length));
    this.finishedBytes += item.size;
    this.remove(item);
    this.settle(batch);
  }

  private refused(item: Item, error: unknown): void {
    item.sent = 0;
    if (error instanceof NameTaken) {
      item.sender = null;
      const { answer } = item.batch;
      // The number that was tried is taken too.
      if (item.number > 1 && item.number < MAX_NUMBER) this.resolve(item, 'keep-both');
      else if (answer !== null) this.resolve(item, answer);
      else item.state = 'asks';
      return;
    }
    item.state = 'failed';
    item.problem = error instanceof Unreadable ? UNREADABLE : sentenceOf(error);
    if (!item.batch.hasFailed) this.failed(`${isolated(item.path)} was not sent. ${item.problem}`);
    item.batch.hasFailed = true;
    this.settle(item.batch);
  }

  private resolve(item: Item, answer: Answer): void {
    if (answer === 'skip') return this.drop(item);
    if (answer === 'replace') item.overwrite = true;
    else item.path = this.freePath(item);
    this.requeue(item);
  }

  private freePath(item: Item): string {
    item.number += 1;
    const { folder } = item.batch;
    return numbered(folder === '' ? item.wanted : `${folder}/${item.wanted}`, item.number);
  }

  private requeue(item: Item): void {
    if (item.state === 'failed') item.batch.left += 1;
    item.state = 'queued';
    item.problem = null;
  }

  private drop(item: Item): void {
    item.abort.abort();
    item.sender?.giveUp();
    this.remove(item);
    if (item.state !== 'failed') this.settle(item.batch);
  }

  private remove(item: Item): void {
    this.items = this.items.filter((other) => other !== item);
  }

  /** One of them is done, has failed, or was given up. */
  private settle(batch: Batch): void {
    batch.left -= 1;
    // Whatever is tried again later is told nobody any more.
    if (batch.left === 0) batch.settle([...batch.arrived.values()].filter((path) => path !== null));
  }

  private publish(): void {
    this.view = viewOf(this.items, this.finishedBytes);
    for (const listener of this.listeners) listener();
  }
}

const UNREADABLE = 'The browser cannot read it: it has been moved or changed. Choose it again.';

const isGoing = ({ state }: Upload) => state === 'sending' || state === 'waiting';
const isLeft = ({ state }: Upload) => state !== 'failed';

const topOf = (path: string) => path.split('/')[0] ?? path;

/** Absolute path of the folder, or the file itself, `depth` names from the end of where something has arrived. */
function topPath({ sessionPath }: FilePlace, depth: number): string {
  const names = sessionPath.split('/');
  return names.slice(0, names.length - depth + 1).join('/');
}

function viewOf(items: readonly Item[], finishedBytes: number): UploadsView {
  const left = items.filter(isLeft);
  const asked = items.find(({ state }) => state === 'asks');
  const [queued, others] = [
    items.filter(({ state }) => state === 'queued'),
    items.filter(({ state }) => state !== 'queued'),
  ];
  const sum = (of: (item: Item) => number) => left.reduce((total, item) => total + of(item), finishedBytes);
  const [sent, size] = [sum((item) => item.sent), sum((item) => item.size)];
  return {
    shown: [...others, ...queued].slice(0, MAX_SHOWN).map(asShown),
    left: left.length,
    failed: items.length - left.length,
    progress: size === 0 ? 0 : sent / size,
    question:
      asked === undefined
        ? null
        : { upload: asShown(asked), others: items.filter(({ batch }) => batch === asked.batch).length - 1 },
  };
}

const asShown = ({ id, path, size, sent, state, problem }: Item): Upload => ({ id, path, size, sent, state, problem });
