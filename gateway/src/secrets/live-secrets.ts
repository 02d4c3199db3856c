/** Secrets that are read again while the gateway runs, so that a new one is in use without a restart. */
import { background } from '@claude-webui/protocol';
import type { Logger } from '../log';
import type { Metrics } from '../metrics/metrics';
import type { SecretName, SecretsProvider } from './provider';
import { SecretError } from './provider';
import { ShapeError } from './shapes';
import type { Shape } from './shapes';

/** Between two readings that are not due yet. Milliseconds. */
const MIN_REREAD_MS = 5000;

/** What a secret means now; null if it was never there. */
export interface LiveSecret<T> {
  readonly value: T | null;
}

type Changed<T> = (before: T, now: T) => void;

export interface LiveSecretsOptions {
  /** Between two readings of all secrets, in milliseconds. */
  pollMs: number;
  log: Logger;
  metrics: Pick<Metrics, 'secretReadFailures' | 'secretLastRead'>;
}

/** Follows the secrets of one provider. At the start a failure is the caller's; later the last good value goes on. */
export class LiveSecrets {
  private readonly followed: Pick<Followed<unknown>, 'readOrKeep'>[] = [];
  private readonly timer: NodeJS.Timeout;
  private reading: Promise<void> | null = null;
  /** How often it was asked to read again: who asks while it reads may know of a later change. */
  private asked = 0;
  private isClosed = false;
  private lastReadMs = performance.now();

  constructor(
    readonly provider: SecretsProvider,
    private readonly options: LiveSecretsOptions,
  ) {
    const readAgain = () => background('secret-reading', this.readAgain());
    provider.watch(readAgain);
    this.timer = setInterval(readAgain, options.pollMs).unref();
  }

  /** Reads a secret now, and follows it: `changed` hears of each other value. @throws SecretError when it cannot be read or used */
  async follow<T>(name: SecretName, shape: Shape<T>, changed: Changed<T> = () => undefined): Promise<LiveSecret<T>> {
    const secret = new Followed(this.provider, name, shape, this.options, changed);
    await secret.read();
    this.followed.push(secret);
    return secret;
  }

  /** As `follow`, of a secret that has to be there. @throws SecretError */
  async need<T>(name: SecretName, shape: Shape<T>, changed?: Changed<T>): Promise<() => T> {
    const secret = await this.follow(name, shape, changed);
    const first = secret.value;
    if (first === null)
      throw new SecretError(`${this.provider.placeOf(name)} is not there. ${this.provider.changedBy(name)}`);
    return () => secret.value ?? first;
  }

  /** Reads everything again; once more if it is asked for while it reads. */
  async readAgain(): Promise<void> {
    if (this.isClosed) return;
    this.asked += 1;
    this.reading ??= this.readAll().finally(() => (this.reading = null));
    await this.reading;
  }

  /** Reads again unless that was just done: whoever makes up tokens must not make us ask all the time. */
  readSoon(): void {
    if (performance.now() - this.lastReadMs >= MIN_REREAD_MS) background('secret-reading', this.readAgain());
  }

  /** Lets a reading in flight finish, for it would call the provider broken; afterwards nothing is read. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    await this.reading;
    this.provider.close();
  }

  private async readAll(): Promise<void> {
    for (let answered = 0; answered !== this.asked;) {
      answered = this.asked;
      for (const secret of this.followed) await secret.readOrKeep();
    }
    this.lastReadMs = performance.now();
  }
}

class Followed<T> implements LiveSecret<T> {
  value: T | null = null;
  private text: string | null = null;
  private isFailing = false;

  constructor(
    private readonly provider: SecretsProvider,
    private readonly name: SecretName,
    private readonly shape: Shape<T>,
    private readonly options: LiveSecretsOptions,
    private readonly changed: Changed<T>,
  ) {}

  /** @throws SecretError */
  async read(): Promise<void> {
    const text = await this.provider.read(this.name);
    if (text === null && this.text !== null) throw new SecretError(`${this.provider.placeOf(this.name)} is gone.`);
    if (text !== null && text !== this.text) this.value = this.parsed(text);
    this.text = text;
    this.options.metrics.secretLastRead.setToCurrentTime({ secret: this.name });
  }

  /** Says once that it fails, and once that it does no more. */
  async readOrKeep(): Promise<void> {
    const { log, metrics } = this.options;
    const before = this.value;
    try {
      await this.read();
    } catch (error) {
      metrics.secretReadFailures.inc({ secret: this.name });
      const reason = error instanceof SecretError ? error.message : String(error);
      if (!this.isFailing)
        log.warn({ secret: this.name, reason }, 'a secret cannot be read: its last good value goes on');
      this.isFailing = true;
      return;
    }
    if (this.isFailing) log.info({ secret: this.name }, 'a secret can be read again');
    if (this.value !== before) {
      log.info({ secret: this.name }, 'a secret has changed and is in use');
      if (before !== null && this.value !== null) this.changed(before, this.value);
    }
    this.isFailing = false;
  }

  private parsed(text: string): T {
    try {
      return this.shape(text);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new SecretError(`${this.provider.placeOf(this.name)} ${error.message}`);
    }
  }
}
