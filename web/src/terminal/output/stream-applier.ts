import type { TerminalSize } from '@claude-webui/protocol';

/** After so much work in a row the browser may draw and hear of keys. Less than a frame of 60 a second. Milliseconds. */
const SLICE_MS = 12;
/** What has come since a snapshot is kept until its scrollback is there, but no more than this. */
const MAX_RECORD_BYTES = 2 * 1024 * 1024;

/** A terminal that does at once what it is told. */
export interface StreamTarget {
  parse(data: Uint8Array): void;
  resize(size: TerminalSize): void;
  /** Becomes as a new terminal of this size is. */
  renew(size: TerminalSize): void;
  /** Calls `rebuild`, which draws all anew and then some; afterwards the person sees what was seen before. */
  keepingView(rebuild: () => void): void;
}

export interface StreamApplierOptions {
  /** Milliseconds. */
  now: () => number;
  /** Calls back soon, but after the browser had its turn. */
  defer: (run: () => void) => void;
  /** Output up to this offset has been parsed. */
  parsed: (offset: number) => void;
}

type Step =
  | { do: 'parse'; data: Uint8Array; offset: number; isReplay: boolean; isDone: boolean }
  | { do: 'resize'; size: TerminalSize; isDone: boolean }
  | { do: 'renew'; size: TerminalSize }
  | { do: 'rebuild'; record: Recording; scrollback: Uint8Array }
  | { do: 'end'; last: () => Uint8Array };

/** All that has led to the present screen. */
interface Recording {
  size: TerminalSize;
  snapshot: Uint8Array;
  /** What came after the snapshot, whether it has been done or waits. */
  steps: Extract<Step, { isDone: boolean }>[];
  bytes: number;
}

/**
 * Applies a session's stream to a terminal: output, changes of size and whole screens, one after the other as they stand in it, a
 * slice at a time. What waits is bounded by the session's flow control; a new screen makes all that waits superfluous.
 */
export class StreamApplier {
  private queue: Step[] = [];
  /** Null where no scrollback is awaited. */
  private record: Recording | null = null;
  private isRunning = false;
  private isDeferred = false;
  private isClosed = false;
  private parsing: 'nothing' | 'output' | 'replay' = 'nothing';

  constructor(
    private readonly target: StreamTarget,
    private readonly options: StreamApplierOptions,
  ) {}

  /** Whether the terminal is parsing output: what it gives out now is its answer, and no key. */
  get isParsing(): boolean {
    return this.parsing !== 'nothing';
  }

  /** Whether that output is a replay, which acts on nothing but the screen. */
  get isReplaying(): boolean {
    return this.parsing === 'replay';
  }

  output(data: Uint8Array, offset: number, isReplay: boolean): void {
    this.add({ do: 'parse', data, offset, isReplay, isDone: false });
  }

  resize(size: TerminalSize): void {
    this.add({ do: 'resize', size, isDone: false });
  }

  /** The screen begins anew, empty. */
  renew(size: TerminalSize): void {
    this.record = null;
    this.queue = [{ do: 'renew', size }];
    this.run();
  }

  /** The screen is another from here on. @param awaitsScrollback whether what is above it is to follow */
  snapshot(size: TerminalSize, data: Uint8Array, offset: number, awaitsScrollback: boolean): void {
    this.record = awaitsScrollback ? { size, snapshot: data, steps: [], bytes: 0 } : null;
    this.queue = [
      { do: 'renew', size },
      { do: 'parse', data, offset, isReplay: true, isDone: false },
    ];
    this.run();
  }

  /** What is above the last snapshot's screen. False if so much has come since that it cannot be put there any more. */
  scrollback(data: Uint8Array): boolean {
    const { record } = this;
    if (record === null) return false;
    this.record = null;
    // All that waits is in the record too.
    this.queue = [{ do: 'rebuild', record, scrollback: data }];
    this.run();
    return true;
  }

  /** The stream is over. @param last what is drawn then, asked for when all that has come is on the screen */
  end(last: () => Uint8Array): void {
    this.record = null;
    this.queue.push({ do: 'end', last });
    this.run();
  }

  close(): void {
    this.isClosed = true;
    this.queue = [];
    this.record = null;
  }

  private add(step: Extract<Step, { isDone: boolean }>): void {
    this.queue.push(step);
    if (this.record !== null) {
      this.record.steps.push(step);
      this.record.bytes += step.do === 'parse' ? step.data.length : 0;
      if (this.record.bytes > MAX_RECORD_BYTES) this.record = null;
    }
    this.run();
  }

  /** Does what waits, as far as a slice goes, unless that is under way or planned. */
  private run(): void {
    if (this.isRunning || this.isDeferred) return;
    this.isRunning = true;
    const end = this.options.now() + SLICE_MS;
    try {
      for (let step = this.queue.shift(); step !== undefined; step = this.queue.shift()) {
        this.apply(step);
        if (this.options.now() >= end) break;
      }
    } finally {
      this.isRunning = false;
    }
    // Also where nothing waits: what comes next may be as much again.
    if (this.queue.length === 0 && this.options.now() < end) return;
    this.isDeferred = true;
    this.options.defer(() => {
      this.isDeferred = false;
      if (!this.isClosed) this.run();
    });
  }

  private apply(step: Step): void {
    switch (step.do) {
      case 'parse':
        this.parse(step.data, step.isReplay);
        step.isDone = true;
        return this.options.parsed(step.offset);
      case 'resize':
        this.target.resize(step.size);
        step.isDone = true;
        return;
      case 'renew':
        return this.target.renew(step.size);
      case 'rebuild':
        return this.target.keepingView(() => this.rebuild(step.record, step.scrollback));
      case 'end':
        return this.parse(step.last(), true);
    }
  }

  /** In one go, or the person would see it happen. */
  private rebuild({ size, snapshot, steps }: Recording, scrollback: Uint8Array): void {
    this.target.renew(size);
    this.parse(scrollback, true);
    this.parse(snapshot, true);
    for (const step of steps)
      if (!step.isDone) this.apply(step);
      else if (step.do === 'parse') this.parse(step.data, true);
      else this.target.resize(step.size);
  }

  private parse(data: Uint8Array, isReplay: boolean): void {
    this.parsing = isReplay ? 'replay' : 'output';
    try {
      this.target.parse(data);
    } finally {
      this.parsing = 'nothing';
    }
  }
}
