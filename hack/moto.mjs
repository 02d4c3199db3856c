/** Makes the stand-in for AWS Secrets Manager that tests talk to, `moto` from PyPI, if it is not there. Prints where its server is. */
import { join } from 'node:path';
import { pythonEnvironment } from './python-environment.mjs';

const VERSION = '5.2.5';

process.stdout.write(`${join(pythonEnvironment(`moto-${VERSION}`, [`moto[server]==${VERSION}`]), 'moto_server')}\n`);
