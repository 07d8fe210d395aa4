/** Imported requests as a scenario: what is common on top, secrets left to the environment. */
import { jsonOf } from '../plan/json-of.ts';
import { withCaptures } from './captures.ts';
import { originOf } from './hosts.ts';
import type { Imported, ImportedRequest } from './imported.ts';
import { SecretTaker } from './secrets.ts';

export interface ImportedScenario {
  /** As it is written, but for how much load there is. */
  readonly scenario: object;
  /** Variables of the environment that it needs. */
  readonly variables: readonly string[];
  /** How many different requests. */
  readonly requests: number;
  /** Names of what later requests are made of; without the flow they are none. */
  readonly captures: readonly string[];
}

/** Shorter pauses are the time that a page takes; longer ones a person went away. ms. */
const SHORTEST_PAUSE = 100;
const LONGEST_PAUSE = 60_000;
const LONGEST_NAME = 100;

/** @param settings of all requests besides what they say themselves. */
export function scenarioOf({ requests, inOrder }: Imported, settings: object = {}): ImportedScenario {
  const taker = new SecretTaker();
  const different = new Map<string, ImportedRequest>();
  const steps: (string | { readonly pause: string })[] = [];
  const names = new Set<string>();
  const nameOf = new Map<string, string>();
  for (const { pause = 0, ...read } of inOrder ? withCaptures(requests) : requests) {
    const { name, ...sent } = taker.take(read);
    const key = JSON.stringify(inOrder ? sent : { name, ...sent });
    if (!different.has(key)) {
      const own = unique(name, names);
      nameOf.set(key, own);
      different.set(key, { name: own, ...sent });
    }
    if (pause >= SHORTEST_PAUSE && steps.length > 0)
      steps.push({ pause: `${Math.round(Math.min(pause, LONGEST_PAUSE) / 100) / 10}s` });
    steps.push(nameOf.get(key) ?? name);
  }
  const variables = [...taker.names];
  const all = [...different.values()];
  const captures = [...new Set(all.flatMap((request) => Object.keys(request.captures ?? {})))];
  const [first] = all as [ImportedRequest];
  if (all.length === 1)
    return { scenario: { url: first.url, ...partsOf(first), ...settings }, variables, requests: 1, captures };
  const origin = originOf(first.url);
  return {
    scenario: {
      url: origin,
      ...settings,
      requests: all.map((request) => ({
        name: request.name,
        path: pathOf(request.url, origin),
        ...partsOf(request),
      })),
      ...(inOrder ? { flows: [{ name: 'recorded', steps: steps.slice(0, MOST_STEPS) }] } : {}),
    },
    variables,
    requests: all.length,
    captures,
  };
}

const MOST_STEPS = 1_000;

function pathOf(url: string, origin: string): string {
  const path = url.slice(origin.length).split('#')[0] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}

function partsOf({ method, headers, body, bodyFile, captures }: ImportedRequest): object {
  const given = Object.fromEntries(headers);
  const several = Object.keys(given).length < headers.length;
  return {
    method,
    ...(headers.length === 0 ? {} : { headers: several ? headers.map(([name, value]) => `${name}: ${value}`) : given }),
    ...(bodyFile === undefined ? {} : { bodyFile }),
    ...(body === null ? {} : { body: jsonOf(body) ?? body }),
    ...(captures === undefined ? {} : { capture: captures }),
  };
}

/** A name that no other has, without what no name may have. */
function unique(name: string, taken: Set<string>): string {
  const plain =
    name
      .replaceAll(/[\p{Cc}{}]+/gu, ' ')
      .trim()
      .slice(0, LONGEST_NAME - 6) || 'request';
  let own = plain;
  for (let n = 2; taken.has(own); n++) own = `${plain} ${n}`;
  taken.add(own);
  return own;
}
