/**
 * What owners are to know of sessions whose machine is about to be emptied: each is told once of each pod and each time that its machine is
 * cordoned, and whoever opens the page later as long as it is so.
 */
import type { Notice } from '@claude-webui/protocol';
import { MAX_NOTICE_CHARACTERS } from '@claude-webui/protocol';
import { sessionName } from './found-session';
import type { SessionObjects } from './session-objects';

export class MachineNotices {
  /** By name of the session. */
  private readonly current = new Map<string, { owner: string; notice: Notice }>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly objects: Pick<SessionObjects, 'get' | 'all' | 'subscribe'>,
    private readonly tell: (owner: string, notice: Notice) => void,
  ) {
    this.unsubscribe = objects.subscribe((name) => this.look(name));
    for (const { metadata } of objects.all()) this.look(metadata.name);
  }

  /** Those that hold now. */
  of(owner: string): Notice[] {
    return [...this.current.values()].filter((one) => one.owner === owner).map(({ notice }) => notice);
  }

  /** May be called twice. */
  close(): void {
    this.unsubscribe();
  }

  private look(name: string): void {
    const object = this.objects.get(name);
    const draining = object?.status?.conditions?.find(({ type }) => type === 'NodeDraining');
    if (object === undefined || draining?.status !== 'True') {
      this.current.delete(name);
      return;
    }
    const { owner } = object.spec;
    // The same from every gateway, so that a page which is connected to another one knows it again.
    const id = `${object.status?.podUID ?? ''}/${draining.lastTransitionTime}`;
    if (this.current.get(name)?.notice.id === id) return;
    // Anybody may have written into the object: no more than fits is passed on.
    const text = `${sessionName(object)}: ${draining.message}`.slice(0, MAX_NOTICE_CHARACTERS);
    const notice: Notice = { id, text, from: 'Cluster', at: draining.lastTransitionTime };
    this.current.set(name, { owner, notice });
    this.tell(owner, notice);
  }
}
