/** What gateways tell each other, by channels of Redis. */
import { randomUUID } from 'node:crypto';
import type { ChainableCommander } from 'ioredis';
import type * as z from 'zod';
import { jsonIn } from '../json';
import type { Logger } from '../log';
import type { RedisConnections } from './connection';
import { ownKey } from './foreign-keys';

/** Between two looks whether everything that was told has been heard. Milliseconds. */
const CHECK_MS = 1000;
/** Counters outlive whatever they count: a sign-out is remembered for at most 30 days. Seconds. */
const COUNTER_SECONDS = 31 * 24 * 3600;
const MARK = 'mark';
/** Set again by every check. Seconds. */
const MARK_SECONDS = 3600;

/** Where a topic is in Redis. */
export interface ChannelPlace {
  name: string;
  /** Key of the number of messages told. Who publishes by a script counts there. */
  counter: string;
}

export const channelPlace = ({ prefix }: Pick<RedisConnections, 'prefix'>, topic: string): ChannelPlace => ({
  name: prefix + topic,
  counter: `told:${topic}`,
});

/** The part of a script that tells: names of the counter's key, of the channel and of the text. */
export const tellIn = (counter: string, channel: string, text: string) => `
  if type(redis.pcall('INCR', ${counter})) == 'table' then
    redis.call('SET', ${counter}, 1)
  end
  redis.call('EXPIRE', ${counter}, ${COUNTER_SECONDS})
  redis.call('PUBLISH', ${channel}, ${text})`;

const TELL = tellIn('KEYS[1]', 'ARGV[1]', 'ARGV[2]');

/** What is no number counts nothing. */
const countIn = (text: string | null | undefined) => Number(/^\d{1,15}$/.exec(text ?? '')?.[0] ?? 0);

/** Commands that are run all or none. */
export type Change = (all: ChainableCommander) => ChainableCommander;

/** One kind of message. */
export interface Topic<T> {
  name: string;
  /** What does not fit, as from another release, is ignored. */
  schema: z.ZodType<T>;
  heard(message: T): void;
  /** Reads what Redis has, and tells it again what it may have lost. Called whenever messages may have been missed. */
  exchange(channel: SharedChannel<T>): Promise<void>;
}

/**
 * The one place where gateways subscribe, hear, tell and catch up. Redis forgets a message once it is sent, so each is counted, and
 * who has heard fewer than were told catches up: when its subscriber connection is ready again, and at each check. So does everybody
 * when Redis has lost its data.
 */
export class SharedChannels {
  private readonly channels = new Map<string, SharedChannel<unknown>>();
  private readonly timer: NodeJS.Timeout;
  /** Random, and kept in Redis: another one means that it has lost its data. */
  private mark: string | null = null;
  private isChecking = false;

  constructor(
    private readonly redis: RedisConnections,
    private readonly log: Logger,
    checkMs = CHECK_MS,
  ) {
    redis.subscriber.on('message', this.hear);
    redis.subscriber.on('ready', this.catchUp);
    redis.commands.on('ready', this.catchUp);
    this.timer = setInterval(this.checkSoon, checkMs);
  }

  /** Resolves once this gateway hears and has caught up. @throws Error when Redis is away */
  async open<T>(topic: Topic<T>): Promise<SharedChannel<T>> {
    this.mark ??= await this.markNow();
    const channel = new SharedChannel(this.redis, topic, this.log);
    this.channels.set(channel.name, channel);
    await channel.catchUp();
    return channel;
  }

  close(): void {
    clearInterval(this.timer);
    this.redis.subscriber.off('message', this.hear);
    this.redis.subscriber.off('ready', this.catchUp);
    this.redis.commands.off('ready', this.catchUp);
    this.channels.clear();
  }

  private async markNow(): Promise<string | null> {
    const { commands } = this.redis;
    await commands.set(MARK, randomUUID(), 'EX', MARK_SECONDS, 'NX');
    await commands.expire(MARK, MARK_SECONDS);
    return ownKey(commands, MARK, commands.get(MARK), null, this.log);
  }

  private readonly hear = (name: string, message: string) => this.channels.get(name)?.hear(message);

  private readonly catchUp = () => {
    for (const channel of this.channels.values()) channel.catchUpSoon();
  };

  private readonly checkSoon = () => {
    if (this.isChecking) return;
    this.isChecking = true;
    this.check()
      .catch((error: unknown) => this.log.debug({ err: error }, 'channels not checked: Redis is away'))
      .finally(() => (this.isChecking = false));
  };

  private async check(): Promise<void> {
    const channels = [...this.channels.values()];
    if (channels.length === 0) return;
    const told = await this.redis.commands.mget(...channels.map(({ counter }) => counter));
    const mark = await this.markNow();
    const isAnother = mark !== this.mark;
    this.mark = mark;
    channels.forEach((channel, at) => channel.check(countIn(told[at]), isAnother));
  }
}

/** One topic, as this gateway follows it. */
export class SharedChannel<T> {
  readonly name: string;
  readonly counter: string;
  /** Messages told and heard since this gateway began to count with Redis, both from the same number. */
  private heard = 0;
  private told = 0;
  private heardAtCheck = 0;
  /** It has not caught up, or could not tell, or does not hear. */
  private isBehind = false;
  private catching: Promise<void> | null = null;
  /** How often it was asked to catch up: who asks while it reads may know of a later loss. */
  private asked = 0;

  constructor(
    private readonly redis: RedisConnections,
    private readonly topic: Topic<T>,
    private readonly log: Logger,
  ) {
    ({ name: this.name, counter: this.counter } = channelPlace(redis, topic.name));
  }

  /** Makes a change and tells all gateways of it, this one too; both or neither. @throws Error when Redis is away */
  async tell(message: T, change: Change = (all) => all): Promise<void> {
    const all = change(this.redis.commands.multi()).eval(TELL, 1, this.counter, this.name, JSON.stringify(message));
    try {
      // Redis runs the others when one fails.
      for (const [error] of (await all.exec()) ?? []) if (error !== null) throw error;
    } catch (error) {
      // What could not be told is told by the next exchange.
      this.isBehind = true;
      throw error;
    }
  }

  hear(text: string): void {
    this.heard += 1;
    try {
      this.take(text);
    } catch (error) {
      this.log.error({ channel: this.topic.name, err: error }, 'a message could not be taken');
    }
  }

  /** Takes what was told before, as Redis has kept it. */
  take(text: string): void {
    const message = this.topic.schema.safeParse(jsonIn(text));
    if (message.success) this.topic.heard(message.data);
    else this.log.warn({ channel: this.topic.name }, 'a message of another kind is ignored');
  }

  /** @param told how many there were a moment ago; @param isAnother Redis is not the one that it was */
  check(told: number, isAnother: boolean): void {
    // What was told before the last check has had time to come.
    const isMissing = this.heard < this.told;
    const isForgotten = told < this.told;
    // An older release tells and does not count.
    if (this.heardAtCheck > told) this.heard = Math.min(this.heard, told);
    this.told = told;
    this.heardAtCheck = this.heard;
    if (isMissing || isForgotten || isAnother || this.isBehind) this.catchUpSoon();
  }

  catchUpSoon(): void {
    this.catchUp().catch((error: unknown) => {
      if (!this.isBehind) this.log.warn({ channel: this.topic.name, err: error }, 'not caught up: Redis is away');
      this.isBehind = true;
    });
  }

  /** Once more if it is asked for meanwhile. */
  catchUp(): Promise<void> {
    this.asked += 1;
    this.catching ??= this.catchUpAll().finally(() => (this.catching = null));
    return this.catching;
  }

  private async catchUpAll(): Promise<void> {
    for (let answered = 0; answered !== this.asked;) {
      answered = this.asked;
      // Listens, for certain, before it reads. While the subscriber is away, reading is better than nothing.
      this.isBehind = await this.redis.subscriber.subscribe(this.name).then(
        () => false,
        () => true,
      );
      const { commands } = this.redis;
      const told = countIn(await ownKey(commands, this.counter, commands.get(this.counter), null, this.log));
      this.heard = told;
      this.told = told;
      this.heardAtCheck = told;
      await this.topic.exchange(this);
    }
  }
}
