import { writeFileSync } from 'node:fs';
import type { SessionEnd } from '@claude-webui/protocol';

/** The kubelet takes 4096 bytes of a termination message, and JSON may double what it escapes. */
const MAX_DETAIL_CHARACTERS = 1000;

/** Leaves word of the end for the operator, who finds it in the container's status. One that crashes leaves none. */
export function writeTerminationLog(file: string, end: SessionEnd): void {
  const { detail } = end;
  const short = detail === undefined ? end : { ...end, detail: detail.slice(0, MAX_DETAIL_CHARACTERS) };
  writeFileSync(file, JSON.stringify(short));
}
