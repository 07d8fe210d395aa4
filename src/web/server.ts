/** The live page's server: Express for the page and its calls, events for what is new. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { RampartError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { millis, seconds } from '../core/units.ts';
import type { ControlAnswer, FieldError, Frame } from '../report/client/live/frame.ts';
import { readSettings, readStart, type Tester } from './control.ts';
import { type AccessPolicy, guard, sameOriginJson } from './guard.ts';
import type { LiveRun } from './live-run.ts';
import { type PageAssets, type PageDefaults, renderPage } from './page.ts';
import { EventStream } from './stream.ts';

export interface PageServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Null: the page is for this machine only. */
  readonly token: string | null;
  readonly assets: PageAssets;
  readonly version: string;
  readonly defaults: PageDefaults;
  readonly tester: Tester;
  readonly clock: Clock;
  /** Tells this server from others at the address. */
  readonly epoch: string;
  /** The server itself failed at something that nobody else hears of. */
  readonly onError: (error: Error) => void;
}

/** Frames go out at most so often. */
const APART = millis(250);
/** What belongs together (the phases of one interval) comes within this time. */
const TOGETHER = millis(15);
const BEAT = seconds(10);
/** A body to be sent with every request may be large; a form is not. */
const LARGEST_CALL = '4mb';

/** The live page's server. */
export class PageServer {
  readonly #options: PageServerOptions;
  readonly #stream: EventStream;
  readonly #server;
  #policy: AccessPolicy;
  #shown: LiveRun | null = null;
  #flushing: unknown = null;
  #flushedAt = 0;
  #beating: unknown = null;

  private constructor(options: PageServerOptions) {
    this.#options = options;
    this.#policy = { host: options.host, port: options.port, token: options.token };
    this.#stream = new EventStream(options.epoch, () => JSON.stringify(this.#whole()));
    this.#server = createServer();
  }

  /** @throws RampartError `port-in-use` where the address cannot be had. */
  static async listen(options: PageServerOptions): Promise<PageServer> {
    const page = new PageServer(options);
    await page.#listen();
    return page;
  }

  /** Where to open it, the token included. */
  get url(): string {
    const { host, port, token } = this.#policy;
    const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return `http://${shown}:${port}/${token === null ? '' : `?token=${token}`}`;
  }

  /** Something is new: browsers are told within a moment. */
  changed(): void {
    if (this.#flushing !== null) return;
    const { clock } = this.#options;
    const wait = Math.max(TOGETHER, this.#flushedAt + APART - clock.now());
    this.#flushing = clock.after(wait as typeof TOGETHER, () => this.#flush());
  }

  /** Tells the browsers the rest, and that this was the end. */
  async close(): Promise<void> {
    const { clock } = this.#options;
    if (this.#flushing !== null) clock.cancel(this.#flushing);
    this.#flush();
    clock.cancel(this.#beating);
    this.#stream.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    // A browser that keeps a connection open has heard the end, and keeps nobody waiting.
    const patience = clock.after(millis(300), () => this.#server.closeAllConnections());
    await closed;
    clock.cancel(patience);
  }

  async #listen(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(refused(error, host, port)));
      this.#server.listen(port, host, () => resolve());
    });
    this.#server.on('error', this.#options.onError);
    this.#policy = { ...this.#policy, port: (this.#server.address() as AddressInfo).port };
    this.#server.on('request', this.#app());
    this.#beat();
  }

  #beat(): void {
    this.#beating = this.#options.clock.after(BEAT, () => {
      this.#stream.beat();
      this.#beat();
    });
  }

  #app(): express.Express {
    const { tester, assets, version, defaults } = this.#options;
    const app = express();
    app.disable('x-powered-by');
    app.disable('etag');
    app.use(guard(this.#policy));
    app.use((_request, response, next) => {
      response.set({
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Cross-Origin-Resource-Policy': 'same-origin',
        'Cache-Control': 'no-store',
      });
      next();
    });
    app.get('/', (_request, response) => {
      const { html, policy } = renderPage(assets, version, defaults);
      response.set('Content-Security-Policy', policy).type('html').send(html);
    });
    app.get('/events', (request, response) => {
      response.status(200).set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
      response.flushHeaders();
      this.#stream.attach(response, request.get('last-event-id') ?? null);
    });
    app.get('/runs/:run/:name', async (request, response) => this.#download(request, response));
    const call = [sameOriginJson, express.json({ limit: LARGEST_CALL, strict: true })];
    app.post('/control/start', call, async (request: Request, response: Response) => {
      const asked = readStart(request.body);
      if (asked === null) return answer(response, [nonsense('{"kind": "run", "settings": {"url": "http://…"}}')]);
      answer(response, await tester.start(asked.kind, asked.settings));
    });
    app.post('/control/try', call, async (request: Request, response: Response) => {
      const asked = readStart(request.body);
      if (asked === null) return answer(response, [nonsense('{"kind": "run", "settings": {"url": "http://…"}}')]);
      response.json(await tester.sendOne(asked.kind, asked.settings));
    });
    app.post('/control/discover', call, async (request: Request, response: Response) => {
      const asked = readStart(request.body);
      if (asked === null) return answer(response, [nonsense('{"kind": "run", "settings": {"url": "http://…"}}')]);
      response.json(await tester.discover(asked.kind, asked.settings));
    });
    app.post('/control/edit', call, (request: Request, response: Response) => {
      const settings = readSettings(request.body);
      answer(response, settings === null ? [nonsense('{"vus": "20"}')] : tester.edit(settings));
    });
    app.post('/control/stop', call, (_request: Request, response: Response) => {
      tester.stop();
      answer(response, []);
    });
    app.post('/control/reset', call, (_request: Request, response: Response) => {
      answer(response, tester.reset());
    });
    app.use((_request, response) => {
      response.status(404).type('text/plain').send('There is no such page here.\n');
    });
    app.use((error: Error & { status?: number }, _request: Request, response: Response, next: NextFunction) => {
      if (response.headersSent) return next(error);
      const status = error.status ?? 500;
      if (status >= 500) this.#options.onError(error);
      const said = status === 400 ? 'This is not valid JSON.' : status === 413 ? 'This is too large.' : error.message;
      response.status(status).json({ errors: [{ field: '', message: said }] } satisfies ControlAnswer);
    });
    return app;
  }

  async #download(request: Request, response: Response): Promise<void> {
    const { run = '', name = '' } = request.params as { run?: string; name?: string };
    const file = await this.#options.tester.file(run, name);
    if (file === null) {
      response.status(404).type('text/plain').send('There is no such file of a run.\n');
      return;
    }
    const viewed = name === 'report.html' && request.query['view'] !== undefined;
    // A report that is looked at here must not act as this page.
    if (name.endsWith('.html')) response.set('Content-Security-Policy', 'sandbox allow-scripts allow-downloads');
    if (!viewed) response.attachment(`${run}-${name}`);
    response.type(name.endsWith('.hlog') || name.endsWith('.ndjson') ? 'text/plain' : name);
    if ('text' in file) response.send(file.text);
    else response.sendFile(file.path, { dotfiles: 'allow', headers: {} });
  }

  #flush(): void {
    const { clock, onError } = this.#options;
    this.#flushing = null;
    this.#flushedAt = clock.now();
    try {
      this.#publish();
    } catch (error) {
      // The page may fail, the run may not.
      onError(error as Error);
    }
  }

  #publish(): void {
    const { tester } = this.#options;
    const { current } = tester;
    const changes = current?.changes() ?? null;
    const same = current === this.#shown;
    this.#shown = changes === null ? null : current;
    if (same && changes === null) return;
    const frame: Frame = same && changes !== null ? { ...changes, earlier: tester.earlier } : this.#whole();
    this.#stream.publish(JSON.stringify(frame));
  }

  #whole(): Frame {
    const { current, earlier } = this.#options.tester;
    return { ...(current?.whole() ?? NOTHING), earlier };
  }
}

const NOTHING = { run: null, whole: true, slotsFrom: 0, pointsFrom: 0, logFrom: 0, packed: '', log: [] } as const;

/** A call that was understood gets its response, also when what it asks for cannot be. */
function answer(response: Response, errors: readonly FieldError[]): void {
  response.json({ errors } satisfies ControlAnswer);
}

function nonsense(example: string): FieldError {
  return { field: '', message: `This call makes no sense here; it is to look like ${example}` };
}

function refused(error: NodeJS.ErrnoException, host: string, port: number): RampartError {
  const at = `${host}:${port}`;
  if (error.code === 'EADDRINUSE')
    return new RampartError(
      'port-in-use',
      `the page cannot listen on ${at}: something else does`,
      'Give it another port: --ui 8090, or --ui 0 for any that is free.',
    );
  if (error.code === 'EACCES')
    return new RampartError(
      'port-in-use',
      `the page may not listen on ${at}`,
      'Ports below 1024 are for the system: give it another one, --ui 8089.',
    );
  return new RampartError(
    'port-in-use',
    `the page cannot listen on ${at}: ${error.message}`,
    'Give --ui-host an address that this machine has.',
  );
}
