/** Our gateway in a process of its own, with the workload in its sessions in the place of Claude Code. */
import { startGateway } from '@claude-webui/gateway/gateway';
import { allowHeapGrowth } from '@claude-webui/gateway/heap-growth';
import { loadConfig } from '@claude-webui/gateway/config/config';

async function main(workload: string): Promise<void> {
  allowHeapGrowth();
  const gateway = await startGateway(loadConfig(process.env), { path: workload, args: [] });
  process.on('SIGTERM', () => {
    gateway.close().then(() => process.exit(0), fail);
  });
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

main(process.argv[2] ?? '').catch(fail);
