// Before uninstall, while the operator still runs: ends every session, so that no pod is left that nobody ends.
import { setTimeout as delay } from 'node:timers/promises';
import { call, Refusal, run } from './api.mjs';

const { SESSION_NAMESPACE } = process.env;
const LOOK_EVERY_MS = 1000;
const sessions = `/apis/claude-webui.io/v1alpha1/namespaces/${SESSION_NAMESPACE}/claudesessions`;
/** Those of sessions: they save their conversations while they end, when the session's object has gone. */
const pods = `/api/v1/namespaces/${SESSION_NAMESPACE}/pods?labelSelector=claude-webui.io/session`;

async function count(path) {
  try {
    return (await call('GET', path)).items.length;
  } catch (error) {
    // The definitions or the namespace are gone already.
    if (error instanceof Refusal && error.status === 404) return 0;
    throw error;
  }
}

run(async () => {
  // The Job's deadline ends this if the operator does not. Until then people may still start some.
  const leftOver = async () => (await count(sessions)) + (await count(pods));
  for (let left = await leftOver(); left > 0; left = await leftOver()) {
    if ((await count(sessions)) > 0) await call('DELETE', sessions);
    console.log(`${left} sessions and pods of sessions have not ended yet`);
    await delay(LOOK_EVERY_MS);
  }
  console.log('no session is left');
});
