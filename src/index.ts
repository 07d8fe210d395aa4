/**
 * The library: load on a target from a program, with the plans, figures and files of the command line.
 *
 * @packageDocumentation
 */
import type { RunResult } from './core/result.ts';
import { thisMachine } from './machine/machine.ts';
import type { FindSettings, ProbeSettings, RunSettings } from './plan/program.ts';
import { drawAgain, type Report, type ReportOptions } from './session/report.ts';
import { type FindResult, Session, type SessionOptions } from './session/start.ts';

export { exitCodeOf } from './analyze/verdict.ts';
export type * from './core/breaking-point.ts';
export type * from './core/command.ts';
export { ERROR_CODES, type ErrorCode, EXIT, type ExitCode, RampartError } from './core/errors.ts';
export type * from './core/event.ts';
export type { TagSet } from './core/flow.ts';
export type { CheckedResponse, FunctionSource, RequestContext } from './core/functions.ts';
export type { GoodputCounts, RequestLimit } from './core/goodput.ts';
export type { InMillis } from './core/in-millis.ts';
export type * from './core/latencies.ts';
export type * from './core/measures.ts';
export type { Output, OutputContext } from './core/output.ts';
export type * from './core/plan.ts';
export type { Clock } from './core/ports.ts';
export type * from './core/result.ts';
export { FILES, type FileName } from './core/run-files.ts';
export type * from './core/sample.ts';
export type * from './core/snapshot.ts';
export type * from './core/standstill.ts';
export type * from './core/streamed.ts';
export type { TraceKey } from './core/trace.ts';
export type * from './core/units.ts';
export type * from './core/verdict.ts';
export type { GrowingFile } from './core/world.ts';
export type { Asked, FindSettings, FromFile, ProbeSettings, RunSettings, TerminalSetting } from './plan/program.ts';
export type { RawStep, RawValue } from './plan/raw-steps.ts';
export {
  type FormValue,
  type Made,
  type MultipartValue,
  type ResponseCheck,
  type Scenario,
  type ScenarioFlow,
  type ScenarioForm,
  type ScenarioFrameRequest,
  type ScenarioLoad,
  type ScenarioMade,
  type ScenarioRequest,
  scenario,
} from './plan/scenario-module.ts';
export type { ResultFile } from './report/json.ts';
export type { Report, ReportOptions } from './session/report.ts';
export type { FindResult, Session, SessionOptions, WantedLoad } from './session/start.ts';
export type { SettingCommand, WrittenTarget } from './settings/setting.ts';
export type { SettingName, SettingOf, Settings, Written } from './settings/table.ts';

/** The threads lie where the package was built into, of which this file is one. */
const machine = thisMachine(new URL('..', import.meta.url));

/** Puts load on a target: virtual users, or arrivals at a rate. @throws RampartError where it cannot begin. */
export async function run(settings: RunSettings, options?: SessionOptions): Promise<RunResult> {
  return start(settings, options).result;
}

/** Looks for the breaking point of a target: the highest load that its SLOs hold at. @throws RampartError where it cannot begin. */
export async function find(settings: FindSettings, options?: SessionOptions): Promise<FindResult> {
  return start(settings, { ...options, kind: 'find' }).result;
}

/** Sends one request at a time: how long an idle target takes, and where the time goes. @throws RampartError where it cannot begin. */
export async function probe(settings: ProbeSettings, options?: SessionOptions): Promise<RunResult> {
  return start(settings, { ...options, kind: 'probe' }).result;
}

/** Begins a run (or what `kind` says), whose events and result are then read from what is returned, and whose load is steered by it. */
export function start(settings: RunSettings, options?: SessionOptions & { readonly kind?: 'run' }): Session;
export function start(settings: FindSettings, options: SessionOptions & { readonly kind: 'find' }): Session<FindResult>;
export function start(settings: ProbeSettings, options: SessionOptions & { readonly kind: 'probe' }): Session;
export function start(
  settings: RunSettings | FindSettings | ProbeSettings,
  { kind = 'run', ...options }: SessionOptions & { readonly kind?: 'run' | 'find' | 'probe' } = {},
): Session {
  return new Session(machine, kind, settings, options);
}

/**
 * Draws a finished run again from its journal.
 *
 * @param run its folder, or its journal.
 * @throws RampartError `bad-journal`, `bad-folder`
 */
export async function report(run: string, options?: ReportOptions): Promise<Report> {
  const { result, losses, file } = await drawAgain(machine, run, options);
  return { result, losses, file };
}
