/** Discovery within a session: asks a target the way that its load would go, and plans again with what was found. */
import { Buffer } from 'node:buffer';
import { requestOnce } from '../client/single.ts';
import type { Plan, RequestBody, RequestTemplate } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import { planToTargetOf } from '../core/targets.ts';
import { bytes, type Micros, seconds, toMillis } from '../core/units.ts';
import type { Discovery } from '../discover/discover.ts';
import type { Ask, Question, Reply } from '../discover/exchange.ts';
import { dataUrl } from '../plan/data-url.ts';
import { overlaid } from '../plan/header.ts';
import { isMadeOfConversations, lacksPrompts } from '../plan/prompts.ts';
import type { RawSettings } from '../plan/raw-settings.ts';
import { type PlanWorld, type PreparedRun, preparedBy } from '../plan/resolve.ts';
import { isScenario } from '../plan/scenario-name.ts';
import { readSources, type Sources } from '../plan/sources.ts';
import { literalText } from '../plan/template.ts';

/** How long the response of a well-known route is waited for. */
const GET_PATIENCE = seconds(2);
/** A model may be cold. */
const POST_PATIENCE = seconds(30);
/** A response that is longer is given up; what is longer than 1 MiB is not looked at anyway. */
const LARGEST = bytes(2 ** 21);
const ANY_STATUS = [{ kind: 'status', statuses: [[100, 599]] }] as const;

/** Statuses of an address that wants another method, or a body, than a GET without one. */
const WANTS_MORE = [400, 404, 405, 406, 411, 415, 422, 500, 501];

/** Whether somebody has said what to send: then it is sent, and nothing is looked for. */
function saysWhatToSend(plan: Plan, given: RawSettings): boolean {
  const { method, body, bodyFile, data, discover: wanted } = given.settings;
  if (given.mix !== undefined) return true;
  // Conversations say what is asked, and not how.
  const rows = isMadeOfConversations(plan, given) ? undefined : data;
  return [method, body, bodyFile, rows].some((each) => each !== undefined) || wanted === false;
}

/** TorchServe asks its model with nothing, and says 503. */
export const mayWantMore = (status: number, path: string): boolean =>
  WANTS_MORE.includes(status) || (status === 503 && /\/predictions\//.test(path));

/** Finds out what the address of a request accepts, the way that the plan's load would go: its TLS, proxy, headers and addresses. */
export async function discoverFor(
  plan: Plan,
  request: RequestTemplate,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Discovery> {
  // Large, and not needed where somebody says what to send.
  const { discover } = await import('../discover/discover.ts');
  const ask = askerOf(plan, request, clock, signal);
  return discover({ path: request.path, now: () => toMillis(clock.now() as Micros), ask });
}

/** Asks one question after the other, that way. A signal that is aborted is thrown. */
export function askerOf(plan: Plan, request: RequestTemplate, clock: Clock, signal?: AbortSignal): Ask {
  return (question) => askOnce(plan, request, question, clock, signal);
}

async function askOnce(
  plan: Plan,
  template: RequestTemplate,
  question: Question,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Reply> {
  const { method, path } = question;
  const request: RequestTemplate = {
    name: `${method} ${path}`,
    method,
    path,
    headers: overlaid(template.headers, question.headers),
    body: bodyOf(question),
  };
  const longest = method === 'GET' && path !== template.path ? GET_PATIENCE : POST_PATIENCE;
  const { flows: _, ...alone } = planToTargetOf(plan, template);
  const single: Plan = {
    ...alone,
    requests: [request],
    data: null,
    checks: ANY_STATUS,
    maxBody: LARGEST,
  };
  const response = await requestOnce(single, null, clock, longest, signal);
  const { status, headers, body: text, message, responseMs, connectMs } = response;
  return { status, headers, body: text, message, ms: responseMs - connectMs };
}

function bodyOf({ body, bytes: base64 }: Question): RequestBody | null {
  if (base64 !== undefined)
    return { encoding: 'base64', data: base64, bytes: bytes(Buffer.from(base64, 'base64').length) };
  return body === null ? null : { encoding: 'utf8', data: body, bytes: bytes(Buffer.byteLength(body)) };
}

/** What belongs to an address besides, as a setting writes it: parameters of its query. */
export function moreOfAddress({ path }: Pick<RequestTemplate, 'path'>, found: Question): string {
  return literalText(found.path.startsWith(path) ? found.path.slice(path.length) : '');
}

/** Where a plan's settings come from, with what its target was found to accept below all that was given. */
function sourcesWith(sources: Sources, plan: Plan, request: RequestTemplate, found: Question): Sources {
  // Parameters of the query are part of the address, which was given.
  const more = moreOfAddress(request, found);
  const { url } = sources.flags;
  const { program } = sources;
  return {
    ...sources,
    ...(more === '' || plan.targets !== undefined
      ? {}
      : program !== undefined
        ? { program: { ...program, url: `${program.url ?? literalText(plan.target.url)}${more}` } }
        : isScenario(sources.target)
          ? {
              flags: {
                ...sources.flags,
                url: `${typeof url === 'string' ? url : literalText(plan.target.url)}${more}`,
              },
            }
          : { target: `${sources.target.split('#')[0]}${more}` }),
    discover: async () => settingsOf(found),
  };
}

/** What is done where nobody said what to send. */
export interface PlannedAgain<Prepared> {
  /** Plans with what the address of a request was found to accept. */
  readonly by: (request: RequestTemplate, found: Question) => Promise<Prepared>;
  /** It is to be found out though the target accepts what would be sent: that lacks something which was asked for. */
  readonly needed: boolean;
}

/** @returns null: what to send was said. */
export function plannedAgain(
  sources: Sources,
  { plan, given: written }: { readonly plan: Plan; readonly given: RawSettings },
  world: PlanWorld,
): PlannedAgain<PreparedRun & { readonly given: RawSettings }> | null {
  if (saysWhatToSend(plan, written)) return null;
  return {
    needed: lacksPrompts(plan, written),
    by: async (request, found) => {
      const given = await readSources(sourcesWith(sources, plan, request, found), world.files);
      return { ...preparedBy(given, sources.kind, world), given };
    },
  };
}

/** Settings that send what was accepted. */
export function settingsOf({ method, headers, body, bytes: base64 }: Question): {
  readonly method: string;
  readonly headers: string[];
  readonly body?: string;
  readonly bodyFile?: string;
} {
  return {
    method,
    headers: headers.map(([name, value]) => `${name}: ${literalText(value)}`),
    ...(body === null ? {} : { body: literalText(body) }),
    ...(base64 === undefined ? {} : { bodyFile: dataUrl(base64) }),
  };
}
