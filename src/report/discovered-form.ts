/** What the start form shows of a discovery, and what its fields hold then. */
import type { Secrets } from '../core/secret.ts';
import type { Discovery } from '../discover/discover.ts';
import { cacheLines, discoveryText, shown } from './discovery.ts';

interface DiscoveredForm {
  readonly good: boolean;
  readonly sentence: string;
  readonly hint: string;
  /** The evidence, what was asked, and what was accepted. */
  readonly body: string;
  /** Texts of the fields that are filled in. */
  readonly fill: Readonly<Record<string, string>>;
}

/** What a run sends, as settings name it. */
interface Request {
  readonly method: string;
  readonly headers: readonly string[];
  readonly body?: string;
}

/**
 * @param texts of the form, as a person sees them.
 * @param request that was accepted; `more` belongs to its address besides. Null: none was.
 */
export function discoveredForm(
  discovery: Discovery,
  texts: Readonly<Record<string, string>>,
  {
    request,
    more,
    cache,
    secrets,
  }: {
    readonly request: Request | null;
    readonly more: string;
    readonly cache: Parameters<typeof cacheLines>[0] | null;
    readonly secrets: Secrets;
  },
): DiscoveredForm {
  const { target, accepted, problem, hint } = discovery;
  const url = texts['url'] ?? '';
  const warned = cache === null ? [] : [...cacheLines(cache, secrets.maskAddresses(url)), ''];
  const body = `${discoveryText(discovery, secrets)}${warned.join('\n')}`;
  const what = target === '' ? 'A target that describes itself nowhere' : shown(target, secrets);
  if (accepted === null || request === null)
    return { good: false, sentence: `${what}: ${shown(problem, secrets)}.`, hint, body, fill: {} };
  const sentence = `${what}. It accepts ${request.method} with ${shown(accepted.from, secrets)}: status ${accepted.reply.status}.`;
  const fill: Record<string, string> = { method: request.method };
  if (request.body !== undefined) fill['body'] = request.body;
  if (more !== '') fill['url'] = `${url.trim().split('#')[0]}${more}`;
  const headers = withHeaders(texts['headers'] ?? '', request.headers);
  if (headers !== '') fill['headers'] = headers;
  const binary = accepted.question.bytes !== undefined;
  return {
    ...{ good: true, sentence, body },
    hint: binary
      ? 'Its body is no text, which no field can hold. Leave method and body empty: Start finds it again and sends it.'
      : 'The fields hold what will be sent. Nothing but the requests listed here has been.',
    fill: binary ? {} : fill,
  };
}

/** The lines as they were written, but for those of a name that the target wants otherwise. */
function withHeaders(written: string, found: readonly string[]): string {
  const nameOf = (line: string): string => line.slice(0, line.indexOf(':')).trim().toLowerCase();
  const names = new Set(found.map(nameOf));
  const kept = written.split(/\r?\n/).filter((line) => line.trim() !== '' && !names.has(nameOf(line)));
  return [...kept, ...found].join('\n');
}
