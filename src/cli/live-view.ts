/** The terminal of a run under way: what it shows, the keys that it takes, and where outputs are heard. */

import type { Plan } from '../core/plan.ts';
import { isSteerable } from '../core/procedure.ts';
import type { World } from '../core/world.ts';
import { ConsoleView } from '../report/console.ts';
import type { Steering } from '../run/steering.ts';
import type { Voice } from '../session/outputs.ts';
import { colourOf } from './colour.ts';
import { steerByKeys } from './keys.ts';
import type { RunManagerOptions } from './run-manager.ts';

/**
 * Whether a person looks at the live view, in a terminal. Then a page outlives its run; in CI and in scripts the command
 * ends with it.
 */
export const isWatched = ({ stderr, env }: World): boolean => stderr.isTTY && !env['CI'];

/** Keys are for those who see what they do. */
const keyboardFor = (world: World): World['keyboard'] => (isWatched(world) ? world.keyboard : null);

/** Returns what gives the keys back; null where there are none. */
export function takeKeys(world: World, steering: Steering, stop: () => void, view: ConsoleView): (() => void) | null {
  const keyboard = keyboardFor(world);
  if (keyboard === null) return null;
  return steerByKeys({
    keyboard,
    steering,
    stop,
    onChange: (change) => view.steered(change),
    onRefusal: (reason) => view.note(reason),
  });
}

export function createView(world: World, plan: Plan): ConsoleView {
  const { stderr, env } = world;
  return new ConsoleView({
    plan,
    write: (text) => stderr.write(text),
    get columns() {
      return stderr.columns;
    },
    isTTY: isWatched(world),
    keys: keyboardFor(world) !== null && isSteerable(plan),
    colour: colourOf(stderr, env),
  });
}

/** The terminal shows a test that the page started as it does its own, and takes the same keys. */
export function followFor(world: World): RunManagerOptions['follow'] {
  return ({ plan }, steering, stop) => {
    const view = createView(world, plan);
    return { view, leave: takeKeys(world, steering, stop, view) ?? (() => {}) };
  };
}

/** Where outputs are heard. */
export function voiceOf({ stdout, stderr }: World, view: ConsoleView | null): Voice {
  return {
    print: (text) => stdout.write(text),
    warn: (sentence) => (view === null ? stderr.write(`rampart: ${sentence}\n`) : view.note(`■ ${sentence}`)),
  };
}
