import { type Running, start } from './command.ts';

/** `rampart serve`, running. */
export interface Served {
  /** Where to send requests. */
  readonly url: string;
  readonly command: Running;
  /** Ends it as Ctrl-C does, and resolves when it has gone. */
  stop(): Promise<void>;
}

/** Starts the built server on a free port, and waits until it accepts requests. */
export async function serve(...args: string[]): Promise<Served> {
  const command = start(['serve', '--port', '0', ...args]);
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
  };
}
