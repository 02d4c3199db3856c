/** Links by which anybody may watch a session, until they expire or are taken back. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Access } from '../auth/access';
import type { Authority, Guest } from '../auth/authority';
import { AppError } from '../errors';
import type { SessionDirectory, SessionRecord } from './directory';
import type { Link, LinkStore } from './link-store';
import { assertRunning } from './running';
import type { Viewer } from './sessions';

const MAX_LINKS = 16;

export class Links {
  constructor(
    private readonly store: LinkStore,
    private readonly directory: Pick<SessionDirectory, 'get'>,
    private readonly authority: Authority,
  ) {}

  /** Makes a link. The secret is told once and kept nowhere. @throws AppError session-over, session-suspended, session-starting, too-many-shares, not-ready */
  async make({ id, role }: Viewer, session: SessionRecord, seconds: number): Promise<{ link: Link; secret: string }> {
    assertRunning(session);
    const secret = randomBytes(32).toString('base64url');
    const now = Date.now();
    const link = {
      id: randomUUID(),
      sessionId: session.id,
      owner: session.owner,
      maker: { id, role },
      secretHash: hashOf(secret),
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + seconds * 1000).toISOString(),
    };
    if (!(await this.store.add(link, MAX_LINKS))) throw new AppError('too-many-shares');
    return { link, secret };
  }

  /** Those that let somebody in now. @throws AppError not-ready */
  async of({ id, state }: SessionRecord): Promise<Link[]> {
    if (state === 'ended') return [];
    const links = await this.store.of(id);
    return links.filter((link) => this.authority.guest(link).stillHolds());
  }

  /** Whoever came by it is out everywhere, also while Redis is away. @throws AppError share-not-found, not-ready */
  async takeBack(session: SessionRecord, linkId: string): Promise<void> {
    const link = (await this.of(session)).find(({ id }) => id === linkId);
    if (link === undefined) throw new AppError('share-not-found');
    this.authority.endLink(link);
    await this.store.remove(link);
  }

  /** Who comes with a secret, and to which session. @throws AppError share-ended, not-ready */
  async enter(secret: string): Promise<{ access: Access<Guest>; record: SessionRecord }> {
    const link = await this.store.find(hashOf(secret));
    const access = link === null ? null : this.authority.guest(link);
    if (link === null || access?.stillHolds() !== true) throw new AppError('share-ended');
    const record = await this.directory.get(link.sessionId);
    if (record === null || record.state === 'ended') throw new AppError('share-ended');
    return { access, record };
  }
}

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');
