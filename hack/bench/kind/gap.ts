/** What a person sees of a rolling upgrade: the longest silence of a program that prints all the time, and whether a byte is missing. */
import type { TerminalClient } from '@claude-webui/testing/page/terminal-client';
import { Person } from '@claude-webui/testing/cluster/edge';
import { kubectl, NAMESPACE, settled, upgrade } from '@claude-webui/testing/cluster/kubernetes';
import { median, percentile } from '../terminal/statistics';

const SESSIONS = 6;
const UPGRADES = 6;
const DEPLOYMENT = 'deployment/terminal-gateway';
/** Twenty lines a second, numbered. */
const TICKER = 'i=0; while :; do i=$((i+1)); echo "line-$i"; sleep 0.05; done';

export async function measureGap(): Promise<string> {
  await upgrade('sessions.template=shell');
  const person = await Person.signIn();
  const tickers: Ticker[] = [];
  for (let count = 0; count < SESSIONS; count += 1) tickers.push(await Ticker.start(person));
  const gaps: number[] = [];
  for (let count = 0; count < UPGRADES; count += 1) {
    const usual = tickers.map((ticker) => ticker.usualInterval());
    for (const ticker of tickers) ticker.forget();
    await kubectl('--namespace', NAMESPACE, 'rollout', 'restart', DEPLOYMENT);
    await kubectl('--namespace', NAMESPACE, 'rollout', 'status', DEPLOYMENT, '--timeout', '180s');
    await settled();
    tickers.forEach((ticker, at) => gaps.push(Math.max(0, ticker.longestSilence() - (usual[at] ?? 0)) / 1000));
  }
  let lost = 0;
  let repeated = 0;
  let reconnecting = 0;
  for (const ticker of tickers) {
    ticker.close();
    lost += ticker.lost;
    repeated += ticker.repeated;
    reconnecting += ticker.timesWithoutConnection;
  }
  await person.endAll();
  return [
    `${UPGRADES} rolling upgrades of two gateways under ${SESSIONS} sessions`,
    '',
    '| | |',
    '|---|---|',
    `| reconnect_gap_seconds p50 | ${percentile(gaps, 0.5).toFixed(3)} |`,
    `| reconnect_gap_seconds p99 | ${percentile(gaps, 0.99).toFixed(3)} |`,
    `| times that a client was without a connection | ${reconnecting} |`,
    `| bytes lost | ${lost} |`,
    `| bytes repeated | ${repeated} |`,
  ].join('\n');
}

const bytesOf = (line: number) => `line-${line}\r\n`.length;

/** A session whose program prints all the time, and when each piece of it came. */
class Ticker {
  private arrivals: number[] = [];
  private unfinished = '';
  private last = 0;
  /** Bytes. */
  lost = 0;
  /** Bytes. */
  repeated = 0;

  private constructor(private readonly client: TerminalClient) {}

  static async start(person: Person): Promise<Ticker> {
    const { client } = await person.shell();
    const ticker = new Ticker(client);
    client.onData = (data) => ticker.read(data);
    client.type(`${TICKER}\n`);
    await client.shows('line-100');
    return ticker;
  }

  get timesWithoutConnection(): number {
    return this.client.phases.filter((phase) => phase === 'reconnecting').length;
  }

  private read(data: Uint8Array): void {
    this.arrivals.push(performance.now());
    const lines = (this.unfinished + Buffer.from(data).toString('latin1')).split('\r\n');
    this.unfinished = lines.pop() ?? '';
    for (const line of lines) {
      const number = Number(/^line-(\d+)$/.exec(line)?.[1]);
      if (Number.isNaN(number)) continue;
      if (number <= this.last) this.repeated += bytesOf(number);
      for (let missing = this.last + 1; missing < number; missing += 1) this.lost += bytesOf(missing);
      this.last = Math.max(this.last, number);
    }
  }

  private intervals(): number[] {
    return this.arrivals.slice(1).map((time, at) => time - (this.arrivals[at] ?? time));
  }

  usualInterval(): number {
    return median(this.intervals());
  }

  longestSilence(): number {
    return Math.max(...this.intervals());
  }

  forget(): void {
    this.arrivals = this.arrivals.slice(-1);
  }

  close(): void {
    this.client.close();
  }
}
