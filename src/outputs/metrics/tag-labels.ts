/** The tags of requests as labels of metrics. */
import type { Plan } from '../../core/plan.ts';
import type { Labels } from './family.ts';

/**
 * What the tags of each request of a plan are as labels, by the request's name: `kind` is `tag_kind`, the target of several `tag_target`.
 * They follow from the request, so that they make no series more than there are requests.
 */
export function tagLabels({ requests }: Pick<Plan, 'requests'>): ReadonlyMap<string, Labels> {
  const labels = labelNames(requests.flatMap(({ tags = {} }) => Object.keys(tags)));
  return new Map(
    requests.map(({ name, tags = {} }) => [
      name,
      Object.fromEntries(Object.entries(tags).map(([key, value]) => [labels.get(key) ?? key, value])),
    ]),
  );
}

/** Labels have letters, digits and underscores; two keys that differ in other signs only stay two. */
function labelNames(keys: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const key of new Set(keys)) {
    const plain = `tag_${key.replaceAll(/\W/g, '_')}`;
    let name = plain;
    for (let n = 2; taken.has(name); n++) name = `${plain}_${n}`;
    taken.add(name);
    names.set(key, name);
  }
  return names;
}
