import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { HttpRefusal } from '@claude-webui/protocol/http';
import { addressGroup } from '../limits/address-group';
import { forgetOldest } from '../limits/forget-oldest';
import { Tally } from '../limits/tally';
import { Windows } from '../limits/windows';
import { TokenBucket } from './token-bucket';

/** Addresses whose rate is remembered. Above it the oldest is forgotten and begins anew. */
const MAX_ADDRESSES = 10_000;
const EVERYBODY = '';
/** All addresses together may connect as often as ten. */
const ALL_ADDRESSES = 10;
/** Connections that have not yet said who they are: saying so takes one message, so even a thousand tabs of one office are few at once. */
const MAX_UNIDENTIFIED_PER_ADDRESS = 100;
const MAX_UNIDENTIFIED = 2000;
/** What a connection may send before it has said who it is: tokens have at most 4096 characters. */
const MAX_UNIDENTIFIED_BYTES = 16 * 1024;
/** Links that do not exist may be tried so often from one address: an office may follow many old ones. */
const MAX_UNKNOWN_LINKS = 100;
const UNKNOWN_LINKS_WINDOW_MS = 10 * 60_000;
const RETRY_SECONDS = 10;

/** Why a connection is not taken. */
export type ConnectionRefusal = 'rate-of-address' | 'rate-of-all' | 'unidentified-of-address' | 'unidentified-of-all';

/**
 * Whether connections may be opened by those of whom nothing is known but the address. What they take is bounded per address and
 * in all; numbers are those of this process. A connection is told apart by the request that opened it.
 */
export class Admission {
  private readonly rates = new Map<string, TokenBucket>();
  private readonly unidentified = new Map<IncomingMessage, string>();
  private readonly unidentifiedOf = new Tally();
  private readonly unknownLinks = new Windows(UNKNOWN_LINKS_WINDOW_MS);

  /** @param perMinute connections that one address may open */
  constructor(
    private readonly perMinute: number,
    private readonly addressOf: (request: IncomingMessage) => string,
    private readonly refused: (reason: ConnectionRefusal, address: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts a connection that is about to be opened. @throws HttpRefusal */
  open(request: IncomingMessage): void {
    const address = this.addressOf(request);
    const group = addressGroup(address);
    const refuse = (reason: ConnectionRefusal, status: 429 | 503, waitMs: number) => {
      this.refused(reason, address);
      throw new HttpRefusal(status, 'too-many-connections', SENTENCES[status], Math.ceil(waitMs / 1000));
    };
    if (this.unidentifiedOf.of(group) >= MAX_UNIDENTIFIED_PER_ADDRESS)
      refuse('unidentified-of-address', 429, RETRY_SECONDS * 1000);
    if (this.unidentified.size >= MAX_UNIDENTIFIED) refuse('unidentified-of-all', 503, RETRY_SECONDS * 1000);
    const now = this.now();
    const [own, all] = [this.rateOf(group, 1), this.rateOf(EVERYBODY, ALL_ADDRESSES)];
    if (own.waitMs(now) > 0) refuse('rate-of-address', 429, own.waitMs(now));
    if (all.waitMs(now) > 0) refuse('rate-of-all', 503, all.waitMs(now));
    for (const rate of [own, all]) rate.take(1, now);
    this.unidentified.set(request, group);
    this.unidentifiedOf.add(group);
  }

  isUnidentified(request: IncomingMessage): boolean {
    return this.unidentified.has(request);
  }

  /** The connection has said who it is, or is gone, or was not opened after all. */
  settled(request: IncomingMessage): void {
    const group = this.unidentified.get(request);
    if (group === undefined) return;
    this.unidentified.delete(request);
    this.unidentifiedOf.remove(group);
  }

  /** Ends a connection that sends too much before it has said who it is. @param opening the request that opened it */
  boundBytes(socket: Socket, opening: IncomingMessage): void {
    let bytes = 0;
    const count = (data: Buffer) => {
      if (!this.isUnidentified(opening)) return void socket.off('data', count);
      bytes += data.length;
      if (bytes > MAX_UNIDENTIFIED_BYTES) socket.destroy();
    };
    socket.on('data', count);
  }

  /** The same for a connection whose messages are requests. @throws HttpRefusal */
  boundBody({ method, headers }: IncomingMessage, opening: IncomingMessage): void {
    if (method !== 'POST' || !this.isUnidentified(opening)) return;
    const length = headers['content-length'];
    if (length === undefined) throw new HttpRefusal(411, 'length-required', 'Say how long the body is.');
    if (Number(length) > MAX_UNIDENTIFIED_BYTES)
      throw new HttpRefusal(413, 'too-large', 'Sign in before you send so much.');
  }

  /**
   * Whether this address may try a link. It counts as unknown from here on, until `linkIsKnown` says otherwise: many that are tried at
   * once would all pass if each counted only when it has been looked up.
   */
  mayTryLink(request: IncomingMessage): boolean {
    const group = addressGroup(this.addressOf(request));
    if (this.unknownLinks.used(group, this.now()) >= MAX_UNKNOWN_LINKS) return false;
    this.unknownLinks.take(group, this.now());
    return true;
  }

  linkIsKnown(request: IncomingMessage): void {
    this.unknownLinks.giveBack(addressGroup(this.addressOf(request)));
  }

  /** @param times how many addresses it is for */
  private rateOf(key: string, times: number): TokenBucket {
    const { perMinute, rates } = this;
    const rate = rates.get(key) ?? new TokenBucket((times * perMinute) / 60, times * perMinute, this.now());
    // The most recent last, so that the first is the oldest.
    rates.delete(key);
    rates.set(key, rate);
    forgetOldest(rates, MAX_ADDRESSES);
    return rate;
  }
}

const SENTENCES = {
  429: 'Too many connections come from this address. Wait as long as Retry-After says, then try again.',
  503: 'The server has too many connections. Wait as long as Retry-After says, then try again.',
};
