import { startSeverableProxy } from './severable-proxy';
import type { SeverableProxy } from './severable-proxy';
import { openStage } from './stage';
import type { Stage } from './stage';

/** A stage, and a way to its server that can be cut. */
export interface SeverableStage {
  stage: Stage;
  proxy: SeverableProxy;
}

/**
 * For the tests of a file: opened before the first of them, mended, cleared and held against its complaints after each, closed after
 * the last. What is in it is there once the tests run.
 */
export function useSeverableStage(open: () => Promise<Stage> = openStage): Readonly<SeverableStage> {
  const scene = {} as SeverableStage;
  beforeAll(async () => {
    scene.stage = await open();
    scene.proxy = await startSeverableProxy(scene.stage.gateway.url);
  });
  afterEach(async () => {
    scene.proxy.mend();
    await scene.stage.clear();
    expect(scene.stage.complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await scene.proxy.close();
    await scene.stage.close();
  });
  return scene;
}
