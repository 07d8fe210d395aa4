/** Tests that need what this machine lacks: skipped, never silently. */
import type { TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test was skipped; the summary of all suites prints it. */
    reason?: string;
  }
}

/** Ends a test that this machine cannot run, with the reason. */
export function skipFor(test: TestContext, reason: string): never {
  test.task.meta.reason = reason;
  return test.skip(reason);
}
