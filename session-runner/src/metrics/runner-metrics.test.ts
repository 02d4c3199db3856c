import { RunnerMetrics } from './runner-metrics';

test('a command counts in every bucket that it fits in', () => {
  const metrics = new RunnerMetrics();
  metrics.measure({ name: 'command', group: 'Bash', seconds: 3 });
  metrics.measure({ name: 'command', group: 'a name from outside "}', seconds: 100_000 });
  metrics.measure({ name: 'backpressure-drop' });
  const text = metrics.exposition(null);
  expect(text).toContain('app_command_latency_seconds_bucket{command_group="Bash",le="1"} 0\n');
  expect(text).toContain('app_command_latency_seconds_bucket{command_group="Bash",le="5"} 1\n');
  expect(text).toContain('app_command_latency_seconds_bucket{command_group="Bash",le="+Inf"} 1\n');
  expect(text).toContain('app_command_latency_seconds_bucket{command_group="other",le="28800"} 0\n');
  expect(text).toContain('app_command_latency_seconds_count{command_group="other"} 1\n');
  expect(text).toContain('app_output_backpressure_drops_total 1\n');
});
