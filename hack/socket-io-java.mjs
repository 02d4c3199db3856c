/** Copies Socket.IO's client for Java and what it needs from Maven Central, if they are not there. Prints the folder of the jars. */
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE } from './cache.mjs';

const VERSION = '2.1.2';
const POM = fileURLToPath(new URL('../gateway/src/sockets/testing/clients/pom.xml', import.meta.url));
const directory = join(CACHE, `socket.io-client-java-${VERSION}`);

if (!existsSync(directory)) {
  const begun = `${directory}.begun`;
  rmSync(begun, { recursive: true, force: true });
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  const { status } = spawnSync(
    'mvn',
    ['-q', '-B', '-f', POM, goal, `-DoutputDirectory=${begun}`, `-Dversion.socket.io=${VERSION}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) {
    process.stderr.write('The jars could not be copied. It needs a JDK from 17 up, Maven, and Maven Central.\n');
    process.exit(1);
  }
  renameSync(begun, directory);
}
process.stdout.write(`${directory}\n`);
