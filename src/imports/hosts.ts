/** Which host of several the requests of a file are meant for: a scenario has one. */
import { type Imported, unusable } from './imported.ts';

/**
 * The requests to one host.
 *
 * @param host which: `api.test`, with its port, or as an origin; null: the only one.
 * @throws RampartError naming those there are.
 */
export function toOneHost(imported: Imported, host: string | null): Imported {
  const { requests, leftOut } = imported;
  const counts = new Map<string, number>();
  for (const { url } of requests) counts.set(originOf(url), (counts.get(originOf(url)) ?? 0) + 1);
  const origins = [...counts.keys()];
  const named = shown(counts);
  if (host === null) {
    if (origins.length === 1) return imported;
    throw unusable(
      `has requests to ${origins.length} hosts, and a scenario has one: ${named}`,
      `Choose one: --host ${origins[0]}.`,
    );
  }
  const chosen = origins.filter((origin) => isAt(origin, host));
  if (chosen.length === 0) throw unusable(`has no request to ${host}`, `It has requests to ${named}.`);
  if (chosen.length > 1)
    throw unusable(`has requests to ${chosen.join(' and ')}`, `Name one of them: --host ${chosen[0]}.`);
  const own = requests.filter(({ url }) => originOf(url) === chosen[0]);
  const elsewhere = requests.length - own.length;
  return {
    ...imported,
    requests: own,
    leftOut: elsewhere === 0 ? leftOut : [...leftOut, `${elsewhere} × request to another host`],
  };
}

const MOST_SHOWN = 20;

function shown(counts: ReadonlyMap<string, number>): string {
  const named = [...counts].sort(([, a], [, b]) => b - a).map(([origin, count]) => `${origin} (${count})`);
  return named.length > MOST_SHOWN ? `${named.slice(0, MOST_SHOWN).join(', ')}, …` : named.join(', ');
}

/** The origin of a template, which may begin with a placeholder. */
export const originOf = (url: string): string =>
  /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:\{\{[^{}]*\}\}|[^/?#{])*/i.exec(url)?.[0] ?? '';

function isAt(origin: string, host: string): boolean {
  const whole = origin.toLowerCase();
  const withPort = whole.replace(/^[a-z][a-z\d+.-]*:\/\//, '');
  return [whole, withPort, withPort.replace(/:\d+$/, '')].includes(host.toLowerCase().replace(/\/+$/, ''));
}
