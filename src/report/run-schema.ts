/** The part `run` of `result.json`: which run it is, when it was, and on which machines. Instants, as other parts have them too. */
import * as z from 'zod';
import { amount, count, text } from './schema-fields.ts';

// A pattern, not a format: validators know formats by extensions only.
const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
export const instant = (description: string) => z.string().regex(ISO_INSTANT).describe(`${description} ISO 8601, UTC.`);

export const run = z
  .strictObject({
    id: text('Name of the run; also of its folder.'),
    command: z.array(z.string()).describe('The command line, as it was given.'),
    startedAt: instant('When the run started.'),
    finishedAt: instant('When the last response was in.'),
    ending: z
      .enum(['completed', 'stopped', 'interrupted', 'aborted', 'lost', 'never-ready'])
      .describe(
        'How the run ended. stopped: by hand, a normal end. aborted: by itself, since all requests failed alike. lost: a generator thread died; never-ready: one did not start.',
      ),
    host: z
      .strictObject({
        os: text('Operating system and its version.'),
        cpu: text('Model of the processor.'),
        cores: count('Cores that the process may use.'),
        memoryBytes: count('Memory of the machine, bytes.'),
        node: text('Version of Node.js.'),
      })
      .describe('The machine that made the load; with agents, that of the controller.'),
    agents: z
      .strictObject({
        startSkewMs: amount('How far apart two agents began, at most.'),
        each: z
          .array(
            z.strictObject({
              name: text('Name of the agent.'),
              version: text('Of its rampart.'),
              host: text('Its machine.'),
              cores: count('Its cores.'),
              threads: count('Its generator threads.'),
              share: z.number().min(0).max(1).describe('What of the load was its own, 0 to 1.'),
              region: z.string().exactOptional().describe('Where it is, as it says. Absent: it does not.'),
              roundTripMs: amount('Of the quickest of twenty to the controller and back.'),
              lost: z.boolean().describe('Whether it was lost under way.'),
            }),
          )
          .describe('Each of them, by name.'),
      })
      .exactOptional()
      .describe('Agents that made the load. Absent: this machine did.'),
  })
  .describe('Which run this is.');
