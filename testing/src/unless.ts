/**
 * Tests that need something which a machine may lack: without it they are skipped, and skipped-tests.cjs reads from their names
 * why. `missing` is what is not there and how to get it, or null.
 */
const reasoned = (missing: string | null, name: string) => (missing === null ? name : `${name} (skipped: ${missing})`);

export function describeUnless(missing: string | null, name: string, body: () => void): void {
  (missing === null ? describe : describe.skip)(reasoned(missing, name), body);
}

export function testUnless(missing: string | null, name: string, body: () => Promise<void>, timeoutMs?: number): void {
  (missing === null ? test : test.skip)(reasoned(missing, name), body, timeoutMs);
}
