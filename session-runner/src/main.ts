/** The session-runner's process: `pod [program arguments…]` in a cluster, without arguments as a gateway's child. */
import { runChild } from './child/child';
import { runPod } from './pod/main';
import { closeInheritedDescriptors } from './processes/inherited-descriptors';

closeInheritedDescriptors();
const [, , mode, ...program] = process.argv;
if (mode === 'pod') runPod(program);
else runChild();
