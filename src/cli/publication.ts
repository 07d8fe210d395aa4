/** What of a command line and a plan may be seen by others, secrets masked. */
import type { Plan } from '../core/plan.ts';
import { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { publishCommand, secretsIn } from '../plan/publish.ts';
import type { Publication } from '../session/execution.ts';

/** What may be told of a run that this command line asked for. */
export function publicationOf({ argv, env }: Pick<World, 'argv' | 'env'>, plan: Plan): Publication {
  const secrets = Secrets.of(plan).with(secretsIn(argv, env));
  return { secrets, command: ['rampart', ...publishCommand(argv, secrets)] };
}
