import { type Running, type Surroundings, start } from './command.ts';

/** `rampart serve`, running. */
export interface Served {
  /** Where to send requests. */
  readonly url: string;
  readonly command: Running;
  /** Ends it as Ctrl-C does, and resolves when it has gone. */
  stop(): Promise<void>;
  /** Ends it as an orchestrator does, with SIGTERM, and resolves to how many requests it had answered, of how many. */
  retire(): Promise<{ readonly answered: number; readonly received: number }>;
}

/** Starts the built server on a free port, and waits until it accepts requests. */
export function serve(...args: string[]): Promise<Served> {
  return serveIn({}, ...args);
}

/** The same, with an environment of its own. */
export async function serveIn(surroundings: Surroundings, ...args: string[]): Promise<Served> {
  const command = start(['serve', '--port', '0', ...args], surroundings);
  await command.shown('Ctrl-C stops it');
  const url = /(http:\/\/\S+) +\(Ctrl-C/.exec(command.output())?.[1];
  if (url === undefined) throw new Error(`no address in ${command.output()}`);
  return {
    url,
    command,
    stop: async () => {
      command.kill('SIGINT');
      await command.finished;
    },
    retire: async () => {
      command.kill('SIGTERM');
      const { code, stderr } = await command.finished;
      const [, answered, received] = /answered (\d+) of (\d+) requests/.exec(stderr) ?? [];
      if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`);
      return { answered: Number(answered), received: Number(received) };
    },
  };
}
