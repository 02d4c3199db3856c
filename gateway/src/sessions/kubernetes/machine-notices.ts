/** Tells of sessions whose machine is about to be emptied, each once for each of its pods. */
import { sessionName } from './found-session';
import type { SessionObjects } from './session-objects';

export interface MachineNotice {
  owner: string;
  /** For people; of what anybody may write into an object, no more than fits into a notice is passed on. */
  text: string;
}

export class MachineNotices {
  /** Sessions that were told of → uid of the pod that they were told for. */
  private readonly told = new Map<string, string>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly objects: Pick<SessionObjects, 'get' | 'all' | 'subscribe'>,
    private readonly tell: (notice: MachineNotice) => void,
  ) {
    this.unsubscribe = objects.subscribe((name) => this.look(name));
    for (const { metadata } of objects.all()) this.look(metadata.name);
  }

  /** May be called twice. */
  close(): void {
    this.unsubscribe();
  }

  private look(name: string): void {
    const object = this.objects.get(name);
    const draining = object?.status?.conditions?.find(({ type }) => type === 'NodeDraining');
    if (object === undefined || draining?.status !== 'True') {
      this.told.delete(name);
      return;
    }
    const { podUID = '' } = object.status ?? {};
    if (this.told.get(name) === podUID) return;
    this.told.set(name, podUID);
    this.tell({ owner: object.spec.owner, text: `${sessionName(object)}: ${draining.message}` });
  }
}
