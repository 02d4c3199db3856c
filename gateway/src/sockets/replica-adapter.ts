import { createAdapter } from '@socket.io/redis-adapter';
import type { ServerOptions } from 'socket.io';
import * as z from 'zod';
import { jsonIn } from '../json';
import type { Logger } from '../log';
import type { RedisConnections } from '../redis/connection';

const EVENT_PACKET = 2;
const rooms = z.array(z.string());
/** What one gateway sends to the clients of the others: notices, and nothing else. */
const message = z.tuple([
  z.string(),
  z.object({
    type: z.literal(EVENT_PACKET),
    nsp: z.string(),
    data: z.tuple([
      z.literal('notice'),
      z.object({ id: z.string(), text: z.string(), from: z.string(), at: z.string() }),
    ]),
  }),
  z.object({ rooms, except: rooms, flags: z.object({}).optional() }),
]);
/** The adapter passes over a message without a packet. */
const NO_MESSAGE = [null, null, null];

/**
 * Brings a broadcast to the clients of every gateway. Socket.IO's adapter takes what comes over Redis as it is, and throws where
 * nobody catches: here a message must be one of ours, requests of other servers (to disconnect sockets, for one) are not heard,
 * and a broadcast that Redis cannot take reaches the clients of this gateway.
 */
export function replicaAdapter(
  { commands, subscriber, prefix }: RedisConnections,
  log: Logger,
): NonNullable<ServerOptions['adapter']> {
  const failed = (error: unknown) => log.warn({ err: error }, 'a broadcast stays in this gateway: Redis is away');
  const decode = (bytes: Buffer): unknown => {
    const parsed = message.safeParse(jsonIn(bytes.toString()));
    if (!parsed.success) log.warn({ channel: 'socket.io' }, 'a message of another kind is ignored');
    return parsed.data ?? NO_MESSAGE;
  };
  const publisher = {
    on: () => undefined,
    publish: (channel: string, bytes: Buffer) => commands.publish(channel, bytes).catch(failed),
  };
  const listener = {
    on: (event: string, listen: () => void) => {
      if (event === 'pmessageBuffer') subscriber.on(event, listen);
    },
    psubscribe: (pattern: string) => subscriber.psubscribe(pattern).catch(failed),
    subscribe: () => undefined,
  };
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value));
  return createAdapter(publisher, listener, { key: `${prefix}socket.io`, parser: { encode, decode } });
}
