/** The preflight of a run: one of each request before the load; where nobody said what to send, it is found out here. */

import { requestEach } from '../client/single.ts';
import { RampartError } from '../core/errors.ts';
import { firstTemplate } from '../core/flow.ts';
import { interruptedBy } from '../core/interrupted.ts';
import type { Plan, RequestTemplate } from '../core/plan.ts';
import { isMisledByCache } from '../core/procedure.ts';
import { requestNamed } from '../core/request.ts';
import type { RowTable } from '../core/rows.ts';
import type { Secrets } from '../core/secret.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { planToTargetOf, targetOf } from '../core/targets.ts';
import { besideOf } from '../core/trace.ts';
import type { Machine } from '../core/world.ts';
import type { Accepted, Question } from '../discover/exchange.ts';
import { spokenInstead } from '../drivers/reach.ts';
import { tokenCounterOf } from '../functions/tokenizer.ts';
import { preflightLines, preflightRefusal, signpostLine, streamRefusal, wantsTls } from '../report/preflight.ts';
import type { probeCache } from './cache-probe.ts';
import { discoverFor, mayWantMore, type PlannedAgain } from './discovery.ts';
import { Frame, isFramed } from './frame.ts';
import { misreadLines } from './misread.ts';
import { reached } from './reached.ts';
import { takenNames, type WantedFolder } from './run-folder.ts';
import { asStream, namedStream } from './streaming-question.ts';
import { unstreamed } from './unstreamed.ts';

const INTERRUPTED = 'interrupted in its preflight: no load was sent';

/** What is about to run, and where its files are to go. */
interface Intended<Prepared> {
  readonly prepared: Prepared;
  readonly folder: WantedFolder | null;
  readonly secretsOf: (plan: Plan) => Secrets;
  /** Null: what to send was said. */
  readonly again: PlannedAgain<Prepared> | null;
  /** A search looks whether the target answers from a cache, which takes up to a hundred requests. */
  readonly looksForCache: boolean;
  /** Ends it; what the set-up has done is undone. Absent: nothing does. */
  readonly signal?: AbortSignal;
}

interface Planned {
  readonly plan: Plan;
  readonly rows: RowTable | null;
}

/** What is to run, and what is told of it. */
export interface Preflight<Prepared> {
  readonly prepared: Prepared;
  readonly told: readonly string[];
  /** To each of its requests. Empty: none was sent. */
  readonly responses: readonly SingleResponse[];
  /** Its set-up was sent. Whoever goes on sees to the tear-down. */
  readonly frame: Frame;
}

/**
 * Sends one of each request the way that the load will go: the same driver, TLS, proxy, headers and checks. A wrong request is told
 * in the target's own words before thousands of them are. Where nobody said what to send, and the target wants more than a
 * GET, it is asked for what it accepts. A target that is not there, and a folder that cannot be written to, are told before all
 * that, and a plan's set-up comes first.
 *
 * @throws RampartError 'unreachable', 'usage' where the address is a file's name, 'unusable' where its response is not what the checks want, 'bad-folder', 'interrupted'.
 */
export async function preflight<Prepared extends Planned>(
  machine: Pick<Machine, 'clock' | 'files' | 'loadModule' | 'randomSeed'>,
  { prepared: asked, folder, secretsOf, again: discovering, looksForCache, signal }: Intended<Prepared>,
): Promise<Preflight<Prepared>> {
  const { clock, files } = machine;
  const { rows } = asked;
  await reached(asked.plan, files, signal).catch((error: unknown) => {
    throw interruptedBy(signal, error, INTERRUPTED);
  });
  // What is missing is told here, once, and not by each thread.
  if (asked.plan.tokenizer !== undefined) await tokenCounterOf(asked.plan.tokenizer, machine.loadModule);
  const tries = asked.plan.preflight !== false;
  if (folder !== null && (tries || isFramed(asked.plan))) await takenNames(files, folder);
  // What a scenario with a set-up sends was said.
  const again = isFramed(asked.plan) ? null : discovering;
  let frame: Frame | null = null;
  try {
    signal?.throwIfAborted();
    frame = await Frame.setUp(asked.plan, clock, secretsOf, signal);
    const { plan } = frame;
    const prepared = { ...asked, plan };
    const { told } = frame;
    if (!tries) return { prepared, told, responses: [], frame };
    const secrets = secretsAround(frame, secretsOf);
    const responses: SingleResponse[] = [];
    for await (const response of requestEach(besideTheRun(plan), rows, clock, signal)) {
      const request = requestOf(plan, response);
      const wantsMore = again !== null && !wantsTls(response) && mayWantMore(response.status, request.path);
      if (response.outcome !== 'ok' && !wantsMore) {
        const silent = response.outcome === 'reset' || response.outcome === 'protocol-error';
        const spoken = silent ? await spokenInstead(planToTargetOf(plan, request)) : null;
        throw preflightRefusal(plan, response, secrets(plan), responses.length, spoken);
      }
      responses.push(response);
    }
    const [first] = responses;
    // Of several targets one may want more where another does not.
    const refused = responses.find(({ outcome }) => outcome !== 'ok');
    const refuseUnstreamed = (of: Plan, seen: readonly SingleResponse[]): void => {
      const lacking = unstreamed(of, seen);
      if (lacking !== null) throw streamRefusal(lacking, secrets(of));
    };
    // A search for the capacity of a model would find that of its cache.
    const cacheTold = async (
      request: RequestTemplate,
      of: Parameters<typeof probeCache>[2] | SingleResponse,
      known: Secrets,
    ): Promise<string[]> => {
      if (!looksForCache || !isMisledByCache(plan)) return [];
      const { acceptedAsGiven, probeCache } = await import('./cache-probe.ts');
      const { cacheLines } = await import('../report/discovery.ts');
      const found = 'accepted' in of ? of : { accepted: acceptedAsGiven(plan, of), bodySchema: null };
      const cache = await probeCache(plan, request, found, machine, signal);
      return cache?.cached === true ? cacheLines(cache, known.maskAddresses(targetOf(plan, request).url)) : [];
    };
    if (again === null || (first !== undefined && refused === undefined && !again.needed)) {
      refuseUnstreamed(plan, responses);
      const note = again === null ? null : await signpostNote(plan, responses, secrets(plan));
      const cache = first === undefined ? [] : await cacheTold(requestOf(plan, first), first, secrets(plan));
      return {
        prepared,
        told: [
          ...told,
          ...(note === null ? [] : [note]),
          ...misreadLines(plan, responses),
          ...cache,
          preflightLines(responses),
        ],
        responses,
        frame,
      };
    }
    const asking = refused ?? first;
    const request = asking === undefined ? firstTemplate(plan) : requestOf(plan, asking);
    const discovery = await discoverFor(plan, request, clock, signal);
    const { foundLines, notFound } = await import('../report/discovery.ts');
    if (discovery.accepted === null) throw notFound(discovery, request.path, secrets(plan));
    const tried = async (question: Question): Promise<{ better: Prepared; seconds: SingleResponse[] }> => {
      const better = await again.by(request, question);
      // One; of several targets to each.
      const seconds: SingleResponse[] = [];
      for await (const second of requestEach(besideTheRun(better.plan), better.rows, clock, signal)) {
        if (second.outcome !== 'ok') throw preflightRefusal(better.plan, second, secrets(better.plan));
        seconds.push(second);
      }
      return { better, seconds };
    };
    let accepted: Accepted = discovery.accepted;
    const wanting = namedStream(plan) ?? unstreamed(plan, responses)?.text ?? null;
    const streaming = plan.stream === 'off' ? null : asStream(accepted, wanting);
    // Where nobody asked for one, a target that has none is taken as it is.
    let found = streaming === null ? null : await tried(streaming.question).catch(orNull(wanting === null));
    if (streaming !== null && found !== null && (wanting !== null || found.seconds.some(({ streamed }) => streamed)))
      accepted = streaming;
    else found = await tried(accepted.question);
    const { better, seconds } = found;
    refuseUnstreamed(better.plan, seconds);
    const cache = await cacheTold(request, discovery, secrets(better.plan));
    const lines = [
      ...foundLines({ ...discovery, accepted }, secrets(better.plan)),
      ...misreadLines(better.plan, seconds),
      ...cache,
      preflightLines(seconds),
    ];
    // It has no set-up: what is shown of the run is the plan with what was found.
    frame = await Frame.setUp(better.plan, clock, secretsOf, signal);
    return { prepared: better, told: [...told, ...lines], responses: seconds, frame };
  } catch (thrown) {
    const error = interruptedBy(signal, thrown, INTERRUPTED);
    // One that somebody named may have been theirs.
    if (folder?.label === '') await files.removeFolder(folder.path);
    const tornDown = (await frame?.tearDown()) ?? null;
    throw error instanceof RampartError ? (frame?.withUndone(error, tornDown) ?? error) : error;
  }
}

/** A target's refusal is nothing, where that is allowed. */
const orNull =
  (allowed: boolean) =>
  (error: unknown): null => {
    if (allowed && error instanceof RampartError && error.code === 'unusable') return null;
    throw error;
  };

/** The one that a response is to: its name is the plan's. */
const requestOf = (plan: Plan, { request }: SingleResponse): RequestTemplate =>
  requestNamed(plan, request) as RequestTemplate;

/** What is told of the first GET that nobody asked for by its method, and that predicts nothing; null: all may be models. */
async function signpostNote(plan: Plan, responses: readonly SingleResponse[], known: Secrets): Promise<string | null> {
  const { signpostOf } = await import('../discover/signpost.ts');
  for (const response of responses) {
    const request = requestOf(plan, response);
    const [pathname = ''] = request.path.split('?');
    const type = response.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
    const post = signpostOf(pathname, type, response.body ?? '');
    if (post !== null) return signpostLine(plan, request, post, known);
  }
  return null;
}

const secretsAround =
  (frame: Frame, secretsOf: (plan: Plan) => Secrets) =>
  (plan: Plan): Secrets =>
    frame.secrets(secretsOf(plan));

/** Of a traced run: the first of the load has the same number, and is another request. */
const besideTheRun = (plan: Plan): Plan => (plan.trace === undefined ? plan : { ...plan, trace: besideOf(plan.trace) });
