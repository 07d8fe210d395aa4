import { createServer, type Socket } from 'node:net';

/**
 * A server of streams whose times are known: its first event comes `first` ms after the request, the others every `gap` ms, and
 * each tells when it was written and when its request came (µs of the machine's monotonic clock). OpenAI's completions and
 * chat protocol, as far as clients ask for it. One timer for all streams would send them at once: each has its own schedule.
 */
export interface Schedule {
  readonly first: number;
  readonly gap: number;
  /** Events of each stream. */
  readonly events: number;
}

const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n';
const MODELS = '{"object":"list","data":[{"id":"words","object":"model","owned_by":"bench"}]}';
/** How often schedules are looked at, ms. */
const TICK = 1;

const now = (): number => Number(process.hrtime.bigint()) / 1e3;
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

class Stream {
  readonly #socket: Socket;
  readonly #schedule: Schedule;
  readonly #chat: boolean;
  readonly #cameAt = now();
  #sent = 0;

  constructor(socket: Socket, schedule: Schedule, chat: boolean) {
    this.#socket = socket;
    this.#schedule = schedule;
    this.#chat = chat;
    socket.write(HEAD);
  }

  /** Writes what is due. @returns whether that was the last. */
  write(at: number): boolean {
    const { first, gap, events } = this.#schedule;
    if (this.#socket.destroyed) return true;
    while (this.#sent < events && at >= this.#cameAt + (first + this.#sent * gap) * 1e3) {
      this.#sent++;
      const content = this.#chat ? '"delta":{"content":" word"}' : '"text":" word"';
      const finish = this.#sent === events ? '"length"' : 'null';
      const stamps = `"t":${now().toFixed(1)},"r":${this.#cameAt.toFixed(1)}`;
      this.#socket.write(
        chunk(
          `data: {${stamps},"id":"c","object":"${this.#chat ? 'chat.completion.chunk' : 'text_completion'}","created":1,"model":"words","choices":[{"index":0,${content},"finish_reason":${finish}}]}\n\n`,
        ),
      );
    }
    if (this.#sent < events) return false;
    const usage = `{"id":"c","object":"chat.completion.chunk","created":1,"model":"words","choices":[],"usage":{"prompt_tokens":8,"completion_tokens":${events},"total_tokens":${events + 8}}}`;
    this.#socket.write(`${chunk(`data: ${usage}\n\ndata: [DONE]\n\n`)}0\r\n\r\n`);
    return true;
  }
}

/** Serves until it is killed. */
export function serveStreams(port: number, schedule: Schedule): void {
  const streams = new Set<Stream>();
  createServer({ noDelay: true }, (socket) => {
    let pending = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      pending += bytes.toString('latin1');
      for (;;) {
        const end = pending.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = pending.slice(0, end);
        const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        if (pending.length < end + 4 + length) return;
        pending = pending.slice(end + 4 + length);
        if (head.startsWith('GET'))
          socket.write(
            `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${MODELS.length}\r\n\r\n${MODELS}`,
          );
        else streams.add(new Stream(socket, schedule, head.includes('/chat/')));
      }
    });
  }).listen(port, '127.0.0.1', 4096);
  setInterval(() => {
    const at = now();
    for (const stream of streams) if (stream.write(at)) streams.delete(stream);
  }, TICK);
}
