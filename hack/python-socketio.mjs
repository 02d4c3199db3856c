/** Makes an environment with `python-socketio` from PyPI, if there is none. Prints where its Python is. */
import { join } from 'node:path';
import { pythonEnvironment } from './python-environment.mjs';

const VERSION = '5.18.1';
const PACKAGES = [`python-socketio==${VERSION}`, 'websocket-client==1.9.2', 'requests==2.32.5'];

process.stdout.write(`${join(pythonEnvironment(`python-socketio-${VERSION}`, PACKAGES), 'python')}\n`);
