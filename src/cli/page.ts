/** The live page of a command: opened, told of what runs, closed again. */
import { fileURLToPath } from 'node:url';
import type { World } from '../core/world.ts';
import { isLoopback, newToken } from '../web/guard.ts';
import type { PageDefaults } from '../web/page.ts';
import { PageServer } from '../web/server.ts';
import type { Interruption } from './interruption.ts';
import type { PageSettings } from './page-settings.ts';
import { RunManager, type RunManagerOptions } from './run-manager.ts';

/** A live page that is open, and the tests behind it. */
export class Page {
  readonly runs: RunManager;
  readonly #token: string | null;
  #server: PageServer | null = null;

  private constructor(world: World, host: string, options: Omit<RunManagerOptions, 'changed'>) {
    this.#token = isLoopback(host) ? null : newToken();
    this.runs = new RunManager(world, { ...options, changed: () => this.#server?.changed() });
  }

  /** @throws RampartError `port-in-use` */
  static async open(
    world: World,
    { host, port, open }: PageSettings,
    defaults: PageDefaults,
    options: Omit<RunManagerOptions, 'changed'>,
  ): Promise<Page> {
    const page = new Page(world, host, options);
    const asset = (name: string): string => world.files.readText(fileURLToPath(new URL(name, world.assets)));
    page.#server = await PageServer.listen({
      host,
      port,
      token: page.#token,
      assets: { script: asset('live.js'), style: asset('live-style.css') },
      version: world.version,
      defaults,
      tester: page.runs,
      clock: world.clock,
      epoch: world.randomSeed().toString(36),
      onError: (error) => world.stderr.write(`rampart: the page: ${error.stack ?? error.message}\n`),
    });
    world.stderr.write(`Page: ${page.url}\n`);
    if (page.#token !== null)
      world.stderr.write('  Whoever has this address can put load on any target from here; it is not encrypted.\n');
    if (open) world.openBrowser(page.url);
    return page;
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  /** Serves until Ctrl-C; a test that is on is stopped first, and its responses under way are waited for. */
  async untilInterrupted({ left }: Interruption): Promise<void> {
    await left;
    this.runs.interrupt();
    await this.runs.idle();
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
