import { FrameType, MAX_OUTPUT_PAYLOAD_BYTES, OUTPUT_WINDOW_BYTES } from '@claude-webui/protocol';
import { SignInNeeded } from '../api/sign-in-needed';
import type { Credential } from './link-opener';
import { TerminalConnection } from './terminal-connection';
import { RecordingConsumer } from './testing/recording-consumer';
import { SIZE, ScriptedGateway } from './testing/scripted-gateway';
import type { ClientLink } from './testing/scripted-gateway';

/** Long enough for loopback, short enough to wait for. */
const PATIENCE = { acknowledgementMs: 300, probeMs: 300, credentialMs: 300 };

let gateway: ScriptedGateway;
let consumer: RecordingConsumer;
let connection: TerminalConnection;

beforeEach(async () => {
  gateway = await ScriptedGateway.start();
});
afterEach(async () => {
  connection.close();
  await gateway.close();
});

function connect(credential: (rejected: string | null) => Promise<Credential> = () => Promise.resolve({ token: 't' })) {
  consumer = new RecordingConsumer();
  connection = new TerminalConnection(
    { url: gateway.url, mode: 'drive', size: () => SIZE, scrollback: true, credential, patience: PATIENCE },
    consumer,
  );
  consumer.connection = connection;
}

/** A link that is attached from the first byte on. */
async function attached(): Promise<ClientLink> {
  connect();
  const link = await gateway.links.next();
  link.attach();
  await consumer.reaches('attached');
  return link;
}

const WATCHING = {
  role: 'observer',
  driven: true,
  attachments: 2,
  size: SIZE,
  activity: 'working',
  idleEndsInMs: null,
} as const;

const bytes = (text: string) => new TextEncoder().encode(text);

async function typed(link: ClientLink): Promise<{ sequence: number; text: string }> {
  const frame = await link.frames.nextThat(({ type }) => type === 'input');
  if (frame.type !== 'input') throw new Error('unreachable');
  return { sequence: frame.sequence, text: new TextDecoder().decode(frame.data) };
}

/** As much as is sent without an acknowledgement. */
function sendWindow(link: ClientLink, from: number): void {
  for (let offset = from; offset < from + OUTPUT_WINDOW_BYTES; offset += MAX_OUTPUT_PAYLOAD_BYTES)
    link.output(offset, 'x'.repeat(MAX_OUTPUT_PAYLOAD_BYTES));
}

const acknowledges = (link: ClientLink, offset: number) =>
  link.frames.nextThat((frame) => frame.type === 'ack' && frame.offset === offset);

describe('a link that ends', () => {
  test('what the link before has brought meanwhile is acknowledged on the new one, which would stand still', async () => {
    const old = await attached();
    sendWindow(old, 0);
    await acknowledges(old, OUTPUT_WINDOW_BYTES);
    old.dismiss('draining');
    const fresh = await gateway.links.next();
    expect(fresh.handshake).toMatchObject({ resumeFrom: OUTPUT_WINDOW_BYTES, resumeStream: 'a' });
    sendWindow(old, OUTPUT_WINDOW_BYTES);
    // The old one's bytes first: they are one link's answer to the other's attach.
    await old.settled();
    fresh.attach({ offset: OUTPUT_WINDOW_BYTES });
    await old.gone;
    sendWindow(fresh, OUTPUT_WINDOW_BYTES);
    await acknowledges(fresh, 2 * OUTPUT_WINDOW_BYTES);
  });

  test('what is typed while a server moves goes through the old link, and is not sent again by the new one', async () => {
    const old = await attached();
    old.dismiss('draining');
    const fresh = await gateway.links.next();
    connection.type(bytes('a'));
    expect(await typed(old)).toEqual({ sequence: 1, text: 'a' });
    fresh.attach({ inputSequence: 1 });
    await old.gone;
    connection.type(bytes('b'));
    expect(await typed(fresh)).toEqual({ sequence: 2, text: 'b' });
  });

  test('one that is closed because more was typed than it may carry is replaced, and what was not taken is sent again', async () => {
    const old = await attached();
    connection.type(bytes('a'));
    await typed(old);
    old.dismiss('too-much-input');
    const fresh = await gateway.links.next();
    fresh.attach({ inputSequence: 0 });
    expect(await typed(fresh)).toEqual({ sequence: 1, text: 'a' });
  });

  test('before it could say that input was refused: the next one says it, and no other once more', async () => {
    const TOO_LONG = { code: 'line-too-long', sequence: 1 } as const;
    const first = await attached();
    connection.type(bytes('a line'));
    await typed(first);
    first.socket.disconnect(true);
    const second = await gateway.links.next();
    second.attach({ inputSequence: 1, refused: TOO_LONG });
    await second.settled();
    expect(consumer.refusals).toEqual(['line-too-long']);
    connection.type(bytes('another line'));
    await typed(second);
    second.send({ type: 'refused', refused: { code: 'line-too-long', sequence: 2 } });
    await second.settled();
    expect(consumer.refusals).toEqual(['line-too-long', 'line-too-long']);
    second.socket.disconnect(true);
    const third = await gateway.links.next();
    third.attach({ inputSequence: 2, refused: { code: 'line-too-long', sequence: 2 } });
    await third.settled();
    expect(consumer.refusals).toHaveLength(2);
    third.socket.disconnect(true);
    const another = await gateway.links.next();
    another.attach({ stream: 'b', inputSequence: 1, refused: TOO_LONG });
    await another.settled();
    expect(consumer.refusals).toHaveLength(3);
  });

  test('leaves who watched watching: what they type meanwhile is refused, not kept', async () => {
    connect();
    const first = await gateway.links.next();
    first.attach({ state: WATCHING });
    await consumer.reaches('attached');
    first.socket.disconnect(true);
    await consumer.reaches('reconnecting');
    connection.type(bytes('lost'));
    expect(consumer.refusals).toEqual(['not-driver']);
    const second = await gateway.links.next();
    second.attach();
    await consumer.reaches('attached');
    connection.type(bytes('sent'));
    expect(await typed(second)).toEqual({ sequence: 1, text: 'sent' });
  });

  test('while another has taken over: what was typed is not typed any more, and its person is told how much', async () => {
    const old = await attached();
    connection.type(bytes('taken'));
    await typed(old);
    old.socket.disconnect(true);
    await consumer.reaches('reconnecting');
    for (const key of ['l', 'o', 's', 't']) connection.type(bytes(key));
    expect(consumer.kept).toBe(5);
    const fresh = await gateway.links.next();
    fresh.attach({ inputSequence: 1, state: WATCHING });
    await consumer.reaches('attached');
    expect(consumer.kept).toBe(0);
    expect(consumer.discards).toEqual([4]);
    // The session goes on behind its number, whoever has sent it.
    expect(await typed(fresh)).toEqual({ sequence: 2, text: '' });
    fresh.send({ type: 'state', state: { ...WATCHING, role: 'driver' } });
    await consumer.reaches('attached');
    connection.type(bytes('mine again'));
    expect(await typed(fresh)).toEqual({ sequence: 3, text: 'mine again' });
  });

  test('once another has taken over: what was typed just before is not said to be kept, nor sent again', async () => {
    const old = await attached();
    connection.type(bytes('a'));
    await typed(old);
    old.send({ type: 'state', state: WATCHING });
    await consumer.reaches('attached');
    old.socket.disconnect(true);
    await consumer.reaches('reconnecting');
    expect(consumer.kept).toBe(0);
    const fresh = await gateway.links.next();
    fresh.attach({ inputSequence: 0, state: WATCHING });
    await consumer.reaches('attached');
    expect(consumer.discards).toEqual([1]);
    expect(await typed(fresh)).toEqual({ sequence: 1, text: '' });
  });

  test('once a WebSocket has passed, a gateway that refuses one is tried again rather than polled', async () => {
    connect();
    const first = await gateway.links.next();
    expect(first.socket.conn.transport.name).toBe('websocket');
    gateway.refusals = 1;
    first.socket.disconnect(true);
    expect((await gateway.links.next()).socket.conn.transport.name).toBe('websocket');
  });

  test('a frame that is cut short costs the link, and the next goes on where it was', async () => {
    const link = await attached();
    link.output(0, 'before');
    link.sendRaw(Uint8Array.of(FrameType.output, 1, 2));
    const next = await gateway.links.next();
    expect(next.handshake).toMatchObject({ resumeFrom: 6 });
    next.attach({ offset: 6 });
    next.output(6, ' after');
    await next.settled();
    expect(consumer.text).toBe('before after');
  });

  test('a peer that sends without end before anything is acknowledged is asked for the screen alone', async () => {
    const link = await attached();
    consumer.isParsing = false;
    for (let sent = 0; sent <= 17 * 1024 * 1024; sent += MAX_OUTPUT_PAYLOAD_BYTES)
      link.output(sent, 'x'.repeat(MAX_OUTPUT_PAYLOAD_BYTES));
    const next = await gateway.links.next();
    expect(next.handshake).not.toHaveProperty('resumeFrom');
  });
});

describe('a link that does not answer', () => {
  test('what was typed and is not acknowledged is said, and sent once more by a link that is opened beside', async () => {
    const dead = await attached();
    for (const key of ['a', 'b']) connection.type(bytes(key));
    dead.send({ type: 'input-ack', sequence: 1 });
    await consumer.reaches('unresponsive');
    const fresh = await gateway.links.next();
    fresh.attach({ inputSequence: 1 });
    expect(await typed(fresh)).toEqual({ sequence: 2, text: 'b' });
    fresh.send({ type: 'input-ack', sequence: 2 });
    await consumer.reaches('attached');
    await dead.gone;
    connection.type(bytes('c'));
    expect(await typed(fresh)).toEqual({ sequence: 3, text: 'c' });
  });

  test('answers that another has taken over: what it has not been sent is discarded, and nothing is kept', async () => {
    const slow = await attached();
    for (let key = 0; key < 100; key += 1) connection.type(bytes('k'));
    await consumer.reaches('unresponsive');
    expect(consumer.kept).toBe(100);
    slow.send({ type: 'state', state: WATCHING });
    await consumer.reaches('unresponsive');
    expect(consumer.kept).toBe(0);
    // Of the others the session says itself that they are refused.
    expect(consumer.discards).toEqual([100 - 64]);
  });

  test('goes on if it answers before another is there', async () => {
    const slow = await attached();
    connection.type(bytes('a'));
    await consumer.reaches('unresponsive');
    const beside = await gateway.links.next();
    slow.send({ type: 'input-ack', sequence: 1 });
    await beside.gone;
    await consumer.reaches('attached');
    slow.output(0, 'alive');
    await slow.settled();
    expect(consumer.text).toBe('alive');
  });

  test('is kept while no other can be opened', async () => {
    const slow = await attached();
    connection.type(bytes('a'));
    gateway.refusals = Number.MAX_SAFE_INTEGER;
    await consumer.reaches('unresponsive');
    slow.output(0, 'still here');
    await slow.settled();
    expect(consumer.text).toBe('still here');
  });

  test('is found when somebody looks, though nothing was typed', async () => {
    const dead = await attached();
    connection.look();
    await consumer.reaches('unresponsive');
    (await gateway.links.next()).attach();
    await consumer.reaches('attached');
    await dead.gone;
  });

  test('one that answers stays when somebody looks', async () => {
    const link = await attached();
    const asked = new Promise<void>((resolve) =>
      link.socket.on('probe', (answer: () => void) => {
        answer();
        resolve();
      }),
    );
    connection.look();
    await asked;
    await new Promise((resolve) => setTimeout(resolve, 2 * PATIENCE.probeMs));
    expect(link.socket.connected).toBe(true);
  });
});

describe('the stream', () => {
  const settledText = async (link: ClientLink) => {
    await link.settled();
    return consumer.text;
  };

  test('a size stands where it came, and one that another link has brought is not taken again', async () => {
    const old = await attached();
    old.send({ type: 'resized', offset: 0, size: { cols: 100, rows: 30 } });
    old.output(0, 'before');
    old.send({ type: 'resized', offset: 6, size: { cols: 60, rows: 20 } });
    old.output(6, ' after');
    expect(await settledText(old)).toBe('[100×30]before[60×20] after');
    old.dismiss('draining');
    const fresh = await gateway.links.next();
    fresh.attach({ offset: 0 });
    fresh.send({ type: 'resized', offset: 0, size: { cols: 100, rows: 30 } });
    fresh.output(0, 'before');
    fresh.send({ type: 'resized', offset: 6, size: { cols: 60, rows: 20 } });
    fresh.output(6, ' after it');
    expect(await settledText(fresh)).toBe('[100×30]before[60×20] after it');
  });

  test('what is a replay is told from what is not, to the byte', async () => {
    connect();
    const link = await gateway.links.next();
    link.attach({ replayTo: 4 });
    link.output(0, 'ab');
    link.output(2, 'cdef');
    link.output(6, 'gh');
    expect(await settledText(link)).toBe('(ab)(cd)efgh');
  });

  test('a client that comes back takes the part of it that it does not know for a replay too', async () => {
    const link = await attached();
    link.output(0, 'abc');
    link.socket.disconnect(true);
    const next = await gateway.links.next();
    next.attach({ offset: 0, replayTo: 5 });
    next.output(0, 'abcdefg');
    expect(await settledText(next)).toBe('abc(de)fg');
  });

  describe('that begins with a screen', () => {
    async function snapshot(): Promise<ClientLink> {
      connect();
      const link = await gateway.links.next();
      link.attach({ resume: 'snapshot', offset: 50 });
      link.send({ type: 'snapshot', offset: 50, size: { cols: 9, rows: 3 }, data: bytes('screen') });
      return link;
    }
    const piece = (position: number, text: string) =>
      ({ type: 'scrollback', offset: 50, position, total: 6, more: true, data: bytes(text) }) as const;
    const wants = (link: ClientLink) => link.frames.nextThat(({ type }) => type === 'want-scrollback');

    test('fetches what is above it piece by piece', async () => {
      const link = await snapshot();
      expect(await wants(link)).toEqual({ type: 'want-scrollback', offset: 50, position: 0 });
      link.send(piece(0, 'abc'));
      expect(await wants(link)).toEqual({ type: 'want-scrollback', offset: 50, position: 3 });
      link.output(50, ' more');
      link.send(piece(3, 'def'));
      expect(await settledText(link)).toBe('…abcdef|[9×3](screen) more');
    });

    test('takes no piece that it has not asked for', async () => {
      const link = await snapshot();
      await wants(link);
      link.send({ ...piece(0, 'xyz'), offset: 49 });
      link.send(piece(3, 'def'));
      link.send({ ...piece(0, ''), total: 2 ** 32 - 1 });
      expect(await settledText(link)).toBe('[9×3](screen)');
    });

    test('asks for the screen again where the link broke before all was there', async () => {
      const link = await snapshot();
      await wants(link);
      link.socket.disconnect(true);
      const next = await gateway.links.next();
      expect(next.handshake).not.toHaveProperty('resumeFrom');
      next.attach({ resume: 'snapshot', offset: 60 });
      next.send({ type: 'snapshot', offset: 60, size: { cols: 9, rows: 3 }, data: bytes('newer') });
      expect(await wants(next)).toEqual({ type: 'want-scrollback', offset: 60, position: 0 });
      expect(await settledText(next)).toBe('[9×3](newer)');
    });

    test('goes on at its byte once all is there', async () => {
      const link = await snapshot();
      link.send({ ...piece(0, 'abcdef'), more: false });
      await link.settled();
      link.socket.disconnect(true);
      expect((await gateway.links.next()).handshake).toMatchObject({ resumeFrom: 50 });
    });
  });
});

describe('a credential', () => {
  test.each([
    ['the network is gone', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['a proxy answers with its own page', () => Promise.reject(new SyntaxError('Unexpected token <'))],
    ['nothing answers at all', () => new Promise<never>(() => undefined)],
  ])('is asked for again where %s', async (_what, failure: () => Promise<never>) => {
    let asked = 0;
    connect(() => (++asked < 3 ? failure() : Promise.resolve({ token: 't' })));
    (await gateway.links.next()).attach();
    await consumer.reaches('attached');
  });

  test('that only the person can renew ends in the sign-in', async () => {
    connect(() => Promise.reject(new SignInNeeded()));
    expect(await consumer.reaches('refused')).toEqual({ phase: 'refused', code: 'unauthorized' });
  });

  test.each(['unauthorized', 'signed-out', 'token-expired'])(
    'that the server refuses (%s) is renewed once before the person is asked',
    async (code) => {
      gateway.handshakeRefusals.push(code);
      const asked: (string | null)[] = [];
      connect((rejected) => {
        asked.push(rejected);
        return Promise.resolve({ token: `token ${asked.length}` });
      });
      (await gateway.links.next()).attach();
      await consumer.reaches('attached');
      expect(asked).toEqual([null, 'token 1']);
    },
  );

  test('that is refused although it was renewed ends in the sign-in', async () => {
    gateway.handshakeRefusals.push('unauthorized', 'unauthorized');
    connect();
    expect(await consumer.reaches('refused')).toEqual({ phase: 'refused', code: 'unauthorized' });
  });

  test('a share link that is over is not tried again', async () => {
    gateway.handshakeRefusals.push('share-ended');
    connect(() => Promise.resolve({ share: 's' }));
    expect(await consumer.reaches('refused')).toEqual({ phase: 'refused', code: 'share-ended' });
  });
});
