import type { PolicyRule, RunnerMeasure } from '@claude-webui/protocol';

/** A program can break a rule a million times a second; they are told together this often. Milliseconds. */
const TELL_INTERVAL_MS = 1000;

/** Counts how often each rule of the policy was applied, and tells it at most once a second. */
export class PolicyHits {
  private readonly counts = new Map<PolicyRule, number>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly listener: { measure(measure: RunnerMeasure): void }) {}

  add(rule: PolicyRule): void {
    this.counts.set(rule, (this.counts.get(rule) ?? 0) + 1);
    this.timer ??= setTimeout(() => this.tell(), TELL_INTERVAL_MS);
  }

  /** Tells what is left. */
  close(): void {
    this.tell();
  }

  private tell(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    for (const [rule, count] of this.counts) this.listener.measure({ name: 'policy-hit', rule, count });
    this.counts.clear();
  }
}
