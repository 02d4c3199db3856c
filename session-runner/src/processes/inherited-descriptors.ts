import { closeSync, readFileSync, readdirSync } from 'node:fs';

/** Standard input, output and error. */
const LAST_STANDARD = 2;
/** O_CLOEXEC in the octal flags of proc_pid_fdinfo(5): the kernel closes it in every program that is started. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Closes what this process was started with and would hand on, beside its standard streams: whatever was open in the shell or the
 * service manager that started the server would be open in each session. What Node.js opens itself is never handed
 * on, and stays. Node.js marks what it finds at its start, the channel to its parent too, but only up to the first gap
 * (uv_disable_stdio_inheritance).
 */
export function closeInheritedDescriptors(): void {
  for (const descriptor of openDescriptors()) {
    if (descriptor > LAST_STANDARD && isHandedOn(descriptor)) closeSync(descriptor);
  }
}

function openDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch {
    // Not Linux.
    return [];
  }
}

function isHandedOn(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    // The one that listed them.
    return false;
  }
}
