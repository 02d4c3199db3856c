// Before uninstall, while the operator still runs: ends every session, so that no pod is left that nobody ends.
import { setTimeout as delay } from 'node:timers/promises';
import { call, Refusal, run } from './api.mjs';

const { SESSION_NAMESPACE } = process.env;
const LOOK_EVERY_MS = 1000;
const sessions = `/apis/claude-webui.io/v1alpha1/namespaces/${SESSION_NAMESPACE}/claudesessions`;

async function count() {
  try {
    return (await call('GET', sessions)).items.length;
  } catch (error) {
    // The definitions or the namespace are gone already.
    if (error instanceof Refusal && error.status === 404) return 0;
    throw error;
  }
}

run(async () => {
  // The Job's deadline ends this if the operator does not. Until then people may still start some.
  for (let left = await count(); left > 0; left = await count()) {
    await call('DELETE', sessions);
    console.log(`${left} sessions have not ended yet`);
    await delay(LOOK_EVERY_MS);
  }
  console.log('no session is left');
});
