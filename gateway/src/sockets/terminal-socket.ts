import { randomUUID } from 'node:crypto';
import type { AttachQuery, SessionEnd, StatusCode } from '@claude-webui/protocol';
import { FrameType, decodeRunnerFrame, encodeRunnerFrame } from '@claude-webui/protocol';
import type { WebSocket } from 'ws';
import type { AuditTrail } from '../audit/audit';
import { isRefusal } from '../audit/refusals';
import { AppError } from '../errors';
import type { Logger } from '../log';
import type { Metrics } from '../metrics/metrics';
import type { SocketLimits } from '../policy/policy';
import { dialRunner } from '../runner-link/dial';
import { onMessage } from '../runner-link/on-message';
import type { SessionRecord } from '../sessions/directory';
import type { Sessions, Viewer } from '../sessions/sessions';
import { AttachmentAudit } from './attachment-audit';
import { speakFrames } from './frames-client';
import { InputGate } from './input-gate';
import type { Dialect } from './frames-client';
import { speakPlain } from './plain-client';
import type { ClientSocket } from './types';
import { about, by, closeSocket } from './types';

/** Messages kept while the session is still starting; a person types no more in that time. */
const MAX_EARLY_FRAMES = 64;
/** Input on its way to the session-runner. No client that waits for acknowledgements gets near it. */
const MAX_LINK_BUFFER_BYTES = 4 * 1024 * 1024;

export interface TerminalSocketParts {
  sessions: Sessions;
  metrics: Metrics;
  log: Logger;
  audit: AuditTrail;
}

/** One browser's connection to one session: frames from the one to the other. */
export class TerminalSocket {
  private link: WebSocket | null = null;
  private readonly early: Uint8Array[] = [];
  private readonly dialect: Dialect;
  private readonly gate: InputGate;
  private readonly gone = new AbortController();
  private attachment: AttachmentAudit | null = null;
  /** Somebody opens the session to work in it; a page that only comes back to it does not undo a suspension. */
  private wantsBack: boolean;

  constructor(
    private readonly socket: ClientSocket,
    private readonly parts: TerminalSocketParts,
    limits: SocketLimits,
    /** Throws an AppError if the session has too many connections. */
    private readonly admit: (sessionId: string) => void,
  ) {
    const tooMuch = () => closeSocket(socket, 'too-much-input');
    this.gate = new InputGate(limits, (frame) => this.toRunner(frame), tooMuch);
    socket.conn.on('data', () => this.gate.message());
    this.wantsBack = this.mode === 'drive' && socket.data.handshake.resumeFrom === undefined;
    const speak = socket.data.handshake.encoding === 'frames' ? speakFrames : speakPlain;
    this.dialect = speak(
      socket,
      (frame) => this.gate.frame(frame),
      (reason) => {
        socket.emit('status', { state: 'error', reason });
      },
      parts.metrics,
    );
    socket.once('disconnect', () => this.close());
  }

  /** Finds or makes the session that the client wants, and attaches to it. */
  async open(): Promise<void> {
    try {
      const wanted = await this.session();
      this.admit(wanted.id);
      const record = await this.parts.sessions.settled(wanted.id, this.gone.signal, (starting) =>
        this.starting(starting),
      );
      if (record.state === 'ended') return this.ended(record.end ?? { reason: 'start-failed', exitCode: null });
      await this.attach(record);
    } catch (error) {
      if (this.gone.signal.aborted) return;
      if (!(error instanceof AppError))
        this.parts.log.error({ ...about(this.socket.data), err: error }, 'attach failed');
      else if (isRefusal(error.code))
        this.parts.audit.record({ event: 'access.refused', ...by(this.socket.data), reason: error.code });
      closeSocket(this.socket, reasonOf(error));
    }
  }

  private async session(): Promise<SessionRecord> {
    const { access, handshake, shown } = this.socket.data;
    if (access.who.kind === 'guest') {
      if (shown === null) throw new AppError('share-ended');
      return shown;
    }
    const { sub: id, name } = access.who.claims;
    const viewer = { id, role: access.role, name };
    if (handshake.sessionId !== undefined) return this.parts.sessions.get(viewer, handshake.sessionId);
    const waiting = await this.parts.sessions.newestDetached(viewer);
    return waiting ?? this.create(viewer);
  }

  private async create(viewer: Viewer): Promise<SessionRecord> {
    const { data } = this.socket;
    const record = await this.parts.sessions.create(viewer, { size: data.handshake.size });
    const { id: sessionId, workspace } = record;
    this.parts.audit.record({ event: 'session.created', ...by(data), sessionId, workspace });
    return record;
  }

  private async attach(record: SessionRecord): Promise<void> {
    const { mode } = this;
    const link = await dialRunner(record, mode, this.query(), this.gone.signal);
    if (this.gone.signal.aborted) return link.terminate();
    this.link = link;
    const context = { ...by(this.socket.data), sessionId: record.id };
    this.attachment = new AttachmentAudit(this.parts.audit, context, mode);
    const subjects = { ...about(this.socket.data), sessionId: record.id };
    this.parts.log.info({ ...subjects, mode }, 'attached');
    const failed = (error: unknown) => this.parts.log.warn({ ...subjects, err: error }, 'runner link failed');
    onMessage(link, (frame) => this.fromRunner(frame), failed);
    link.on('error', failed);
    // Without an end frame before it, the session is still there and the client shall come again.
    link.on('close', () => closeSocket(this.socket, 'runner-unreachable'));
    for (const frame of this.early.splice(0)) link.send(frame);
    link.resume();
  }

  private get mode(): 'drive' | 'view' {
    const { access, handshake } = this.socket.data;
    return access.role === 'viewer' || handshake.mode === 'view' ? 'view' : 'drive';
  }

  private query(): AttachQuery {
    const { encoding, clientId, resumeFrom, resumeStream, size } = this.socket.data.handshake;
    return {
      client: clientId ?? randomUUID(),
      ...(resumeFrom === undefined ? {} : { from: String(resumeFrom) }),
      ...(resumeStream === undefined ? {} : { stream: resumeStream }),
      ...(size === undefined ? {} : { cols: String(size.cols), rows: String(size.rows) }),
      // A client that knows nothing of drivers expects that it can type.
      ...(encoding === undefined ? { takeOver: '1' } : {}),
    };
  }

  private fromRunner(frame: Buffer): void {
    this.parts.metrics.wsBytesOut.inc(frame.length);
    this.attachment?.saw(frame);
    const end = frame[0] === FrameType.end ? decodeRunnerFrame(frame) : null;
    this.dialect.deliver(frame);
    if (end?.type === 'end') closeSocket(this.socket, end.end.reason);
  }

  private toRunner(frame: Uint8Array): void {
    this.parts.metrics.wsBytesIn.inc(frame.length);
    const { link } = this;
    if (link === null) {
      if (this.early.length < MAX_EARLY_FRAMES) this.early.push(frame);
      else closeSocket(this.socket, 'too-much-input');
    } else if (link.bufferedAmount > MAX_LINK_BUFFER_BYTES) {
      closeSocket(this.socket, 'too-much-input');
    } else {
      link.send(frame);
    }
  }

  /** Tells the client what the session waits for, which may be somebody who opens it. */
  private starting({ id: sessionId, progress }: SessionRecord): void {
    if (progress === null || progress === undefined) return;
    this.socket.emit('progress', { ...progress, sessionId });
    if (progress.code !== 'suspended' || !this.wantsBack) return;
    this.wantsBack = false;
    this.parts.sessions.resume(sessionId).catch((error: unknown) => {
      this.parts.log.error(
        { ...about(this.socket.data), sessionId, err: error },
        'a suspended session cannot be resumed',
      );
      closeSocket(this.socket, 'not-ready');
    });
  }

  /** The session was over before it could be attached to. */
  private ended(end: SessionEnd): void {
    this.dialect.deliver(Buffer.from(encodeRunnerFrame({ type: 'end', end })));
    closeSocket(this.socket, end.reason);
  }

  private close(): void {
    this.gone.abort();
    this.dialect.close();
    this.gate.close();
    this.link?.close();
    this.attachment?.detached(this.socket.data.closedFor);
    // The link's last frames may still arrive.
    this.attachment = null;
  }
}

function reasonOf(error: unknown): StatusCode {
  if (!(error instanceof AppError)) return 'start-failed';
  switch (error.code) {
    case 'session-not-found':
    case 'sessions-full':
    case 'sessions-full-user':
    case 'workspace-busy':
    case 'forbidden':
    case 'runner-unreachable':
    case 'not-ready':
    case 'too-many-connections':
      return error.code;
    default:
      return 'start-failed';
  }
}
