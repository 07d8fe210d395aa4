/** A run as JSON, a line for each thing that happens: to a file, standard output, or an address. */
import type { RunEvent } from '../../core/event.ts';
import { type TagSet, tellingTags } from '../../core/flow.ts';
import type { Output, OutputContext } from '../../core/output.ts';
import type { Tags } from '../../core/plan.ts';
import { targetLine } from '../../core/targets.ts';
import { Delivery } from '../delivery.ts';
import { post, receiverOf } from '../http-receiver.ts';
import { tagsOf } from '../options.ts';
import { type Figures, figuresOf, tagFiguresOf } from './interval.ts';

/** What stands for standard output. */
export const STDOUT = '-';

export const JSON_LINES: Output = {
  name: 'json-lines',
  options: {
    to: 'a new file, an address (http://…), or - for standard output; - if it is left out',
    tags: 'further fields of each line, as env=ci;branch=main',
  },
  open: async (context) => {
    const { to = STDOUT, tags } = context.options;
    const fields = tagsOf('json-lines', tags);
    const { put, close } = await wayTo(to, context);
    let tagged: Tagged = { startedAt: 0, sets: [], byRequest: new Map() };
    return {
      accept: (event) => {
        if (event.type === 'started') tagged = taggedOf(event);
        const line = toLine(event, tagged, context);
        return line === null ? undefined : put(`${JSON.stringify({ ...line, run: context.id, ...fields })}\n`);
      },
      close,
    };
  },
};

interface Way {
  put(line: string): void | Promise<void>;
  close(): void | Promise<void>;
}

async function wayTo(to: string, { print, create, clock, warn }: OutputContext): Promise<Way> {
  if (to === STDOUT) return { put: print, close: () => {} };
  if (!/^https?:/.test(to)) {
    const file = await create(to);
    return { put: (line) => file.append(line), close: () => file.close() };
  }
  const receiver = receiverOf('json-lines', to, { 'content-type': 'application/x-ndjson' });
  const delivery = new Delivery((line: string) => post(receiver, line), { clock, warn });
  return { put: (line) => delivery.offer(line), close: () => delivery.finish() };
}

/** What lines of intervals need to know of the run. */
interface Tagged {
  /** ms of the wall clock. */
  readonly startedAt: number;
  readonly sets: readonly TagSet[];
  readonly byRequest: ReadonlyMap<string, Tags>;
}

const taggedOf = ({ run, plan }: Extract<RunEvent, { type: 'started' }>): Tagged => ({
  startedAt: Date.parse(run.startedAt),
  sets: tellingTags(plan),
  byRequest: new Map(plan.requests.flatMap(({ name, tags }) => (tags === undefined ? [] : [[name, tags] as const]))),
});

/** Times in ms; null: of this nothing is told. */
function toLine(
  event: RunEvent,
  { startedAt, sets, byRequest }: Tagged,
  { result }: Pick<OutputContext, 'result'>,
): object | null {
  if (event.type === 'started') {
    const { plan, run, tool } = event;
    const { kind, load } = plan;
    return { type: 'started', time: run.startedAt, version: tool.version, kind, target: targetLine(plan), load };
  }
  if (event.type === 'interval') {
    const { snapshot } = event;
    const { startAt, endAt, phase, level, load } = snapshot;
    return {
      type: 'interval',
      time: new Date(startedAt + endAt / 1e3).toISOString(),
      from: startAt / 1e6,
      to: endAt / 1e6,
      phase,
      ...(level === undefined ? {} : { level }),
      vus: load.vus,
      in_flight: load.inFlight,
      requests: figuresOf(snapshot).map((each) => {
        const tags = byRequest.get(each.request);
        return { request: each.request, ...(tags === undefined ? {} : { tags }), ...figures(each) };
      }),
      ...(sets.length === 0
        ? {}
        : { tags: tagFiguresOf(snapshot, sets).map((each) => ({ tag: each.tag, ...figures(each) })) }),
    };
  }
  if (event.type !== 'finished') return null;
  const { verdict, totals, rates, breakingPoint } = result();
  const { status, checks } = verdict;
  return {
    type: 'finished',
    time: event.finishedAt,
    ending: event.ending,
    status,
    checks: checks.map(({ threshold, outcome, actual }) => ({ threshold, outcome, actual })),
    totals,
    rates,
    ...(breakingPoint === undefined ? {} : { breakingPoint: breakingPoint.summary }),
  };
}

const figures = ({ counts, outcomes, statuses, times }: Figures): object => ({ ...counts, outcomes, statuses, times });
