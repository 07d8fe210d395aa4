/** The keys that change a load under way, as a terminal takes them. */
import type { LoadChange } from '../core/command.ts';
import type { LoadProfile } from '../core/plan.ts';
import type { World } from '../core/world.ts';
import { readEdit } from '../plan/edit.ts';
import type { Steering } from '../run/steering.ts';

/** Users, or requests per second, that a key adds. */
const STEPS: Readonly<Record<string, number>> = { w: 1, W: 10, s: -1, S: -10 };

export interface KeySteering {
  readonly keyboard: NonNullable<World['keyboard']>;
  readonly steering: Steering;
  /** What `q` does. */
  readonly stop: () => void;
  readonly onChange: (change: LoadChange) => void;
  /** With the reason why a key did nothing. */
  readonly onRefusal: (reason: string) => void;
}

/** Lets a person change the load under way from the terminal, until the returned function is called. */
export function steerByKeys({ keyboard, steering, stop, onChange, onRefusal }: KeySteering): () => void {
  const change = (step: number): void => {
    const { present } = steering;
    if (present === null) {
      onRefusal(steering.idle);
      return;
    }
    const reading = readEdit(present.load, fieldsFor(present.load, present.value, step));
    if (!reading.ok) {
      onRefusal(reading.errors.map(({ message }) => message).join('; '));
      return;
    }
    const reply = steering.push({ type: 'edit', edit: reading.edit });
    if (reply.ok) onChange(reply.change);
    else onRefusal(reply.reason);
  };
  return keyboard.onKey((key) => {
    const step = STEPS[key];
    if (key === 'q') stop();
    else if (step !== undefined) change(step);
  });
}

/** A ramp under way ends where it is: the step is from there. */
function fieldsFor({ model }: LoadProfile, value: number, step: number): Record<string, number> {
  if (model === 'closed') return { vus: Math.max(0, Math.round(value) + step) };
  return { rate: Math.max(0, Math.round((value + step) * 100) / 100) };
}
