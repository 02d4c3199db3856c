import type { RunnerMeasure } from '@claude-webui/protocol';
import type { HookEvent } from '../claude/hooks';

/** Tools that run side by side. A hook that never came must not keep its start for ever. */
const MAX_RUNNING_TOOLS = 64;

/** How long Claude's tools take, from the hooks before and after each. */
export class ToolTimes {
  private readonly started = new Map<string, number>();

  constructor(private readonly listener: { measure(measure: RunnerMeasure): void }) {}

  observe(event: Extract<HookEvent, { type: 'tool' }>): void {
    if (event.phase === 'start') {
      if (this.started.size < MAX_RUNNING_TOOLS) this.started.set(event.id, event.at);
      return;
    }
    const startedAt = this.started.get(event.id);
    this.started.delete(event.id);
    if (startedAt === undefined) return;
    this.listener.measure({ name: 'command', group: event.name, seconds: (event.at - startedAt) / 1000 });
  }
}
