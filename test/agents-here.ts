import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from '../src/agent/agent.ts';
import type { AgentOptions, Surroundings } from '../src/agent/agent-load.ts';
import { AllowedTargets } from '../src/agent/allowed.ts';
import { openNats } from '../src/agent/connection.ts';
import { Fleet, type FleetWorld } from '../src/agent/fleet.ts';
import { placeOf } from '../src/agent/place.ts';
import type { RunEvent } from '../src/core/event.ts';
import type { FleetSettings, NatsAccess } from '../src/core/fleet.ts';
import type { RunResult } from '../src/core/result.ts';
import type { IntervalSnapshot } from '../src/core/snapshot.ts';
import { seconds } from '../src/core/units.ts';
import { rampartIn, worldWith } from './world.ts';

/** Agents and a controller in this process, where it does not matter that they are processes of their own. */

const accessTo = (url: string): NatsAccess => ({ url, creds: null, ca: null, cert: null, key: null });

/** Returns what ends it. */
export async function agentHere(
  url: string,
  name: string,
  changes: Partial<AgentOptions> = {},
  surroundings: Partial<Surroundings> = {},
): Promise<() => Promise<void>> {
  const world = worldWith();
  const nats = await openNats(accessTo(url), name);
  const agent = await Agent.open(
    nats,
    // Each start of an agent is another instance.
    { ...world, randomSeed: () => Math.floor(Math.random() * 1e9), ...surroundings },
    {
      ...{ name, region: null, allowed: new AllowedTargets([]), ceiling: null, place: placeOf(world.files) },
      ...{ env: {}, tell: () => {}, measure: async () => 10_000 },
      ...changes,
    },
  );
  return async () => {
    await agent.close();
    await nats.close();
  };
}

/** `rampart agent` in this process, once it waits for work. */
export async function agentCommandHere(
  url: string,
  name: string,
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly said: () => string; readonly end: () => Promise<void> }> {
  let said = '';
  let interrupt = (): void => {};
  let ready = (): void => {};
  const waits = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const write = (text: string): void => {
    said += text;
    if (said.includes('waits for work')) ready();
  };
  const terminal = { write, isTTY: false, columns: 100 };
  const ended = rampartIn(
    {
      ...{ env, stdout: terminal, stderr: terminal, randomSeed: () => Math.floor(Math.random() * 1e9) },
      onInterrupt: (asked) => {
        interrupt = () => asked('SIGINT');
        return () => {};
      },
    },
    ['agent', '--nats', url, '--name', name, ...flags],
  );
  const early = ended.then(({ code }) => Promise.reject(new Error(`the agent has ended (${code}): ${said}`)));
  await Promise.race([waits, early]);
  return {
    said: () => said,
    end: async () => {
      interrupt();
      await ended;
    },
  };
}

/** A controller of so many agents. */
export function fleetHere(
  url: string,
  session: string,
  agents: number,
  settings: Partial<FleetSettings> = {},
  world: Partial<FleetWorld> = {},
): Promise<Fleet> {
  const wanted = { agents, atLeast: agents, within: seconds(10) };
  return Fleet.open(
    {
      access: accessTo(url),
      wanted,
      tolerateLoss: false,
      orphanTimeout: seconds(30),
      weights: 'auto',
      threads: null,
      ...settings,
    },
    session,
    { ...worldWith(), ...world },
  );
}

/** Of all agents together, from the journal of a run. */
export function snapshotsIn(out: string): IntervalSnapshot[] {
  const lines = readFileSync(join(out, 'journal.ndjson'), 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const event = JSON.parse(line) as RunEvent;
    return event.type === 'interval' ? [event.snapshot] : [];
  });
}

/** Arrivals that were due while the machine stood still: nobody sends them, and they are told. */
export const skippedIn = (out: string): number =>
  snapshotsIn(out).reduce((sum, { load }) => sum + (load.skipped ?? 0), 0);

/** What was sent, what ended well and what the target had, each with what was passed over while the machine stood still. */
export function countsOf({ totals }: RunResult, out: string, received: number): number[] {
  const skipped = skippedIn(out);
  const { sent, ok, leftOut = 0 } = totals;
  return [sent, ok + leftOut, received].map((count) => count + skipped);
}
