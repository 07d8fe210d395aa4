/**
 * Set-up and tear-down: requests before and behind the whole load, as a scenario file has them. They have the address and the
 * headers that the file says of all, and nothing else of it: what is checked of a prediction is not true of a login.
 */
import * as z from 'zod';
import { capturedNames } from '../core/capture.ts';
import { capturedIn } from '../core/placeholders.ts';
import type { FrameRequest, RequestTemplate } from '../core/plan.ts';
import { count } from '../core/units.ts';
import type { Settings } from '../settings/table.ts';
import { checkerOfCaptured, resolveCaptures } from './captures.ts';
import { resolveChecks } from './checks.ts';
import { FORM_FIELDS } from './form-fields.ts';
import { overlaid } from './header.ts';
import { type PartReader, readerOfParts, requestSchema } from './mix.ts';
import { originOfPart, usesOfRow } from './parts.ts';
import type { WrittenPath } from './raw-settings.ts';
import { blame, type Origin, type RawSettings, type WrittenFrame, type WrittenFrameRequest } from './raw-settings.ts';
import { resolveRequest } from './request.ts';
import { PER_REQUEST } from './request-settings.ts';
import { settingsSchema } from './schema.ts';
import { fixedTarget } from './spread.ts';
import { refusal } from './steps.ts';
import { parseDuration } from './syntax.ts';
import type { PlannedTarget } from './targets.ts';
import { parseTemplatedPath } from './template.ts';
import { type Means, targetless } from './traffic.ts';
import { readValue } from './value.ts';
import { several } from './written-steps.ts';

const MOST_RETRIES = 1_000;

const { name, path, target, capture } = requestSchema.shape;
const own = PER_REQUEST.filter((setting) => setting !== 'expectField');

export const frameRequestSchema = z.strictObject(
  {
    name: name.describe('What messages call it; by default its method and path'),
    path,
    target: target.describe('The one of several targets that it goes to; by default the first'),
    capture: capture.describe(
      'Values of the response for all later requests, as {{captured.NAME}}: {"token": "$.access_token"}, and the like',
    ),
    retries: z
      .int({ error: 'must be a whole number' })
      .min(0, { error: 'is negative' })
      .max(MOST_RETRIES, { error: `is too often; at most ${MOST_RETRIES} times` })
      .optional()
      .describe('Where it fails it is sent again, so often at most (default 0)'),
    retryPause: z
      .union([z.string(), z.number()], { error: 'must be a duration such as 2s' })
      .optional()
      .describe('How long is waited before that, at most 10m (default 1s)'),
    ...FORM_FIELDS,
    ...settingsSchema.pick(Object.fromEntries(own.map((setting) => [setting, true])) as never).shape,
  },
  { error: 'must be an object that describes a request' },
);

export const setupSchema = several(frameRequestSchema, 'requests').describe(
  'Requests before everything else, in turn, once for the whole run; they are in no figure',
);
export const teardownSchema = several(frameRequestSchema, 'requests').describe(
  'Requests behind the load, in turn, however it ended; they are in no figure',
);

/** What reading a file gives for it. */
interface FrameFile {
  /** The values of `setup` and `teardown` as they stand in the file; undefined: there is none. */
  readonly setup: unknown;
  readonly teardown: unknown;
  readonly originAt: (path: WrittenPath) => Origin;
  /** The settings of a request alone, and those of all beneath them. */
  readonly give: (
    raw: Settings,
    place: readonly ['setup' | 'teardown', number],
  ) => { readonly alone: RawSettings; readonly whole: RawSettings };
}

/** @throws RampartError 'bad-scenario' with the place of what is wrong. */
export function readFrame({ setup, teardown, originAt, give }: FrameFile): WrittenFrame {
  const { parse }: PartReader = readerOfParts(originAt);
  const known = Object.keys(frameRequestSchema.shape);
  const read = (raw: unknown, list: 'setup' | 'teardown', schema: typeof setupSchema): WrittenFrameRequest[] =>
    (raw === undefined ? [] : parse(schema, raw, [list], known)).map(
      ({ name, path, target, capture = {}, retries = 0, retryPause = '1s', ...own }, index): WrittenFrameRequest => {
        const { alone, whole } = give(own as Settings, [list, index]);
        return {
          ...{ name, path, target, capture, retries, own: own as Settings, given: whole, ownHeaders: alone.headers },
          retryPause: String(retryPause),
          originOf: (field, key) => originAt([list, index, field, ...(key === undefined ? [] : [key])]),
        };
      },
    );
  return { setup: read(setup, 'setup', setupSchema), teardown: read(teardown, 'teardown', teardownSchema) };
}

/** What goes before and behind the load. */
export interface Frame {
  readonly setup: readonly FrameRequest[];
  readonly teardown: readonly FrameRequest[];
}

type FrameMeans = Means & { readonly targets: readonly PlannedTarget[] | null };

/** @throws RampartError with the place of what is wrong. */
export function resolveFrame({ frame }: RawSettings, means: FrameMeans): Frame {
  if (frame === undefined) return { setup: [], teardown: [] };
  const known = new Set<string>();
  const setup = resolveList(frame.setup, known, means);
  return { setup, teardown: resolveList(frame.teardown, known, means) };
}

/** @param known what is captured before; what these capture goes there. */
function resolveList(
  written: readonly WrittenFrameRequest[],
  known: Set<string>,
  means: FrameMeans,
): readonly FrameRequest[] {
  const before = new Set(known);
  const requests = written.map((each) => {
    const request = resolveOne(each, known, means);
    for (const name of capturedNames({ requests: [request] })) known.add(name);
    return request;
  });
  const check = checkerOfCaptured(requests, (index, part) => originOfPart(written[index] as WrittenFrameRequest, part));
  requests.forEach((request, index) => {
    check(index, before, null);
    for (const name of capturedNames({ requests: [request] })) before.add(name);
  });
  return requests;
}

function resolveOne(
  written: WrittenFrameRequest,
  known: ReadonlySet<string>,
  { address: first, files, version, targets }: FrameMeans,
): FrameRequest {
  const { own, path, retries, retryPause, originOf } = written;
  const at = placeOf(written, targets);
  const planned = targets?.[at];
  const address = planned ?? first;
  const given = { ...written.given, headers: headersOf(written, known) };
  const place =
    path === undefined ? null : blame(originOf('path'), (label) => parseTemplatedPath(path, label, address));
  const request = resolveRequest(given, { ...address, ...place }, files, version, false);
  const checks = resolveChecks({ ...given, settings: own });
  const captures = resolveCaptures(written);
  const timeout = own.timeout === undefined ? undefined : readValue(given, 'timeout');
  const [row] = usesOfRow(written, request, checks);
  if (row !== undefined)
    throw refusal(
      row.origin,
      'is made of a row, and there are no rows before and behind the load',
      'Write its values into the request itself.',
    );
  return {
    ...request,
    ...(planned === undefined ? {} : { headers: overlaid(request.headers, planned.headers), target: at }),
    name: written.name ?? request.name,
    checks,
    ...(captures.length === 0 ? {} : { captures }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(own.followRedirects === undefined ? {} : { followRedirects: own.followRedirects }),
    retries: count(retries),
    retryPause: blame(originOf('retryPause'), (label) => parseDuration(retryPause, label, { min: '0s', max: '10m' })),
  };
}

/** Where it goes; by default to the first target. */
function placeOf(written: WrittenFrameRequest, targets: readonly PlannedTarget[] | null): number {
  if (written.target !== undefined && targets === null) throw targetless(written.originOf('target'));
  return fixedTarget(written, targets ?? []) ?? 0;
}

/** Without those of the whole file that are made of what is not captured yet: nobody logs in with the token of that login. */
function headersOf({ given, ownHeaders }: WrittenFrameRequest, known: ReadonlySet<string>): RawSettings['headers'] {
  const own = new Set(ownHeaders.map(([name]) => name.toLowerCase()));
  return given.headers.filter(([name, value]) => {
    if (own.has(name.toLowerCase())) return true;
    const alone: RequestTemplate = {
      name: '',
      method: '',
      path: '',
      headers: [[name, value]],
      body: null,
      templated: true,
    };
    return capturedIn(alone).every((each) => known.has(each.name));
  });
}
