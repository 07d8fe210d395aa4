/** The settings of a target that is started and ended with the run: its command, and when it is ready. */
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Micros } from '../core/units.ts';
import type { RawSettings } from './raw-settings.ts';
import { readOrDefault } from './value.ts';

/** What must happen before a target can be measured. */
export interface TargetStart {
  /** A line for the shell that starts it; null: it runs anyway. */
  readonly line: string | null;
  /** Answers as soon as the target is ready. */
  readonly url: string;
  /** Whether only a status below 400 means ready; else any response does. */
  readonly strict: boolean;
  readonly patience: Micros;
}

/** @returns null: there is nothing to start and nothing to wait for. @throws {RampartError} */
export function targetStartOf(given: RawSettings, { target }: Pick<Plan, 'target'>): TargetStart | null {
  const { start, waitFor } = given.settings;
  const label = (name: 'start' | 'waitFor' | 'waitTimeout'): string => given.originOf(name).label;
  if (start === undefined && waitFor === undefined) {
    if (given.settings.waitTimeout !== undefined)
      throw new RampartError(
        'usage',
        `${label('waitTimeout')}: nothing is waited for`,
        'Say what with --wait-for URL, or start the target with --start COMMAND.',
      );
    return null;
  }
  const patience = readOrDefault(given, 'waitTimeout');
  const labels = { line: label('start'), waitFor: label('waitFor') };
  return startOf({ line: start ?? null, waitFor, address: target.url, patience }, labels);
}

/**
 * @param address of the target, which tells that it is ready where nothing else is named.
 * @param labels what a person calls the command and the address to wait for.
 * @throws {RampartError}
 */
export function startOf<Line extends string | null>(
  {
    line,
    waitFor,
    address,
    patience,
  }: {
    readonly line: Line;
    readonly waitFor: string | undefined;
    readonly address: string;
    readonly patience: Micros;
  },
  labels: { readonly line: string; readonly waitFor: string },
): TargetStart & { readonly line: Line } {
  if (line?.trim() === '') throw new RampartError('bad-flag', `${labels.line}: the command is empty`);
  if (waitFor !== undefined && !(URL.canParse(waitFor) && /^https?:$/.test(new URL(waitFor).protocol)))
    throw new RampartError(
      'bad-flag',
      `${labels.waitFor}: "${waitFor}" is no address to wait for`,
      'Write it whole: http://127.0.0.1:8000/health',
    );
  if (waitFor === undefined && /^http\+unix:/i.test(address))
    throw new RampartError(
      'usage',
      `${labels.line}: a Unix socket cannot be asked whether it is ready`,
      'Say what answers with --wait-for URL.',
    );
  return { line, url: waitFor ?? new URL(address).origin, strict: waitFor !== undefined, patience };
}
