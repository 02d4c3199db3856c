/**
 * Says at the end of a run which tests were not run, and why: a run that passes on a machine without some program must not look
 * like one that has tested everything. The reason is in the test's name, or in the name of a group around it: "(skipped: REASON)".
 */
class SkippedTests {
  constructor({ testNamePattern }) {
    this.someWereAskedFor = testNamePattern !== undefined && testNamePattern !== '';
  }

  onRunComplete(_contexts, { testResults }) {
    // Jest counts the others among the skipped.
    if (this.someWereAskedFor) return;
    /** @type {Map<string, string[]>} */
    const byReason = new Map();
    for (const { testFilePath, testResults: tests } of testResults) {
      for (const { status, fullName } of tests) {
        if (status !== 'pending' && status !== 'todo' && status !== 'disabled') continue;
        const reason = /\(skipped: (.*?)\)(?: |$)/.exec(fullName)?.[1] ?? 'no reason is given';
        byReason.set(reason, [...(byReason.get(reason) ?? []), testFilePath]);
      }
    }
    for (const [reason, files] of byReason) {
      const names = [...new Set(files.map((file) => file.replace(`${process.cwd()}/`, '')))];
      process.stderr.write(
        `\nNot run, ${files.length} tests: ${reason}\n${names.map((name) => `  ${name}\n`).join('')}`,
      );
    }
  }
}

module.exports = SkippedTests;
