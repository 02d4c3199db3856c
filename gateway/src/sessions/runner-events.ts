import type { RunnerEvent } from '@claude-webui/protocol';
import type { ProvenSettings } from '../policy/proven-settings';
import type { SessionDirectory } from './directory';
import type { Ends } from './ends';
import type { CountMeasure } from './measures';

export interface RunnerEventParts {
  directory: SessionDirectory;
  proven: ProvenSettings;
  countMeasure: CountMeasure;
  ends: Ends;
}

/** Takes what a session's runner tells of it. @throws AppError not-ready */
export async function takeRunnerEvent(parts: RunnerEventParts, id: string, event: RunnerEvent): Promise<void> {
  const { directory, proven, countMeasure, ends } = parts;
  switch (event.type) {
    case 'report': {
      const { activity, attachments, lastActivityAt } = event.report;
      const patch = { activity, attachments, lastActivityAt: new Date(lastActivityAt).toISOString() };
      await directory.update(id, patch);
      return;
    }
    case 'measure':
      return countMeasure(id, event.measure);
    case 'policy-proven':
      return proven.add(event.hash, event.cli);
    case 'ended':
      return ends.ended(id, event.end);
  }
}
