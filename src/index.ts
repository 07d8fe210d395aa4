/** The library: what the command line is made of, for embedding. */
export { RunFold } from './analyze/fold.ts';
export { exitCodeOf } from './analyze/verdict.ts';
export { EXIT, RampartError } from './core/errors.ts';
export type { RunEvent, RunSink } from './core/event.ts';
export type { Plan } from './core/plan.ts';
export type { LoadSource } from './core/ports.ts';
export type { RunResult } from './core/result.ts';
export type { IntervalSnapshot } from './core/snapshot.ts';
export { resolvePlan } from './plan/resolve.ts';
export { renderHtml } from './report/html.ts';
export { toResultJson } from './report/json.ts';
export { readJournal } from './run/journal.ts';
export { ThreadPool } from './run/threads.ts';
export { runSession } from './session/stream.ts';
