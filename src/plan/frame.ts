/**
 * Set-up and tear-down: requests before and behind the whole load, as a scenario file has them. They have the address and the
 * headers that the file says of all, and nothing else of it: what is checked of a prediction is not true of a login.
 */
import { capturedNames } from '../core/capture.ts';
import { capturedIn } from '../core/placeholders.ts';
import type { FrameRequest, RequestTemplate } from '../core/plan.ts';
import { count } from '../core/units.ts';
import { checkerOfCaptured, resolveCaptures } from './captures.ts';
import { resolveChecks } from './checks.ts';
import { overlaid } from './header.ts';
import { originOfPart, usesOfRow } from './parts.ts';
import { blame, type RawSettings, type WrittenFrameRequest } from './raw-settings.ts';
import { resolveRequest } from './request.ts';
import { fixedTarget } from './spread.ts';
import { refusal } from './steps.ts';
import { parseDuration } from './syntax.ts';
import type { PlannedTarget } from './targets.ts';
import { parseTemplatedPath } from './template.ts';
import { type Means, targetless } from './traffic.ts';
import { readValue } from './value.ts';

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
