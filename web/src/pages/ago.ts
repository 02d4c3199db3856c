const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long ago a time (ISO 8601) is at `now` (milliseconds since the epoch), for people. */
export function ago(time: string, now: number): string {
  const seconds = (now - Date.parse(time)) / 1000;
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? [];
  return unit === undefined ? 'just now' : format.format(-Math.floor(seconds / size), unit);
}
