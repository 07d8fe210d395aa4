/** Many viewers of a live page at once: those that read, and slow ones. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunResult } from '../src/core/result.ts';
import { temporaryFolder } from './command.ts';

/** More is never needed of a line. */
const LONGEST = 64;

/** Somebody who looks at the live page: its stream of events over a plain socket, and what came of it. */
class Viewer {
  /** Numbers of the events that came, the first and the newest. */
  first = 0;
  latest = 0;
  events = 0;
  /** Where the stream went on with the whole, since what was missed is not kept. */
  jumps = 0;
  /** Came twice, or before an earlier one. */
  disorder = 0;
  /** Was told that this was the end. */
  dismissed = false;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #line = '';

  constructor({ hostname, port, host, search }: URL) {
    // HTTP/1.0: the response is not cut into chunks.
    this.#socket = connect(Number(port), hostname);
    this.#socket.write(`GET /events${search} HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
    this.#socket.setEncoding('latin1').on('data', (text: string) => this.#read(text));
    this.#socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  /** Reads nothing from now on, until it is told to. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #read(text: string): void {
    for (let from = 0; ; ) {
      const end = text.indexOf('\n', from);
      if (this.#line.length < LONGEST)
        this.#line += text.slice(from, Math.min(end < 0 ? text.length : end, from + LONGEST));
      if (end < 0) return;
      this.#take(this.#line);
      this.#line = '';
      from = end + 1;
    }
  }

  #take(line: string): void {
    if (line === 'event: bye') this.dismissed = true;
    const id = /^id: [^.]+\.(\d+)$/.exec(line)?.[1];
    if (id === undefined) return;
    const number = Number(id);
    if (this.first === 0) this.first = number;
    else if (number <= this.latest) this.disorder++;
    else if (number > this.latest + 1) this.jumps++;
    this.latest = Math.max(this.latest, number);
    this.events++;
  }
}

export interface Watched {
  readonly result: RunResult;
  /** The most that was resident in the whole process of the run, MB (10⁶ bytes). */
  readonly rss: number;
  /** Events that were published while all readers were there. */
  readonly published: number;
  /** Viewers that read all the time, and how many of them got every event and the end. */
  readonly readers: { readonly count: number; readonly complete: number };
  /** Viewers that stopped reading, and read again shortly before the end. */
  readonly slow: {
    readonly count: number;
    /** Went on with the whole, so that nothing was queued for them. */
    readonly thinned: number;
    /** Saw the newest event and the end, nothing twice and nothing out of order. */
    readonly caughtUp: number;
  };
}

export interface Audience {
  readonly readers: number;
  readonly slow: number;
  /** When the slow ones read again, s after they came. */
  readonly slowFor: number;
  /** Gives this process, which is the viewers, the lowest priority, as if they were on other machines. */
  readonly elsewhere?: boolean;
}

/**
 * Starts a run with its live page, and lets so many look at it.
 *
 * @param cli the built command.
 * @param args of it, without `--ui` and `--json`.
 */
export async function watched(
  cli: string,
  args: readonly string[],
  { readers, slow, slowFor, elsewhere = false }: Audience,
): Promise<Watched> {
  const child = spawn(process.execPath, [cli, ...args, '--ui', '0', '--json'], {
    cwd: temporaryFolder(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
  });
  const finished = new Promise<number | null>((resolve) => child.once('close', resolve));
  const address = new Promise<string>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      stderr += piece;
      const shown = /Page: (\S+)\s/.exec(stderr)?.[1];
      if (shown !== undefined) resolve(shown);
    });
    void finished.then(() => resolve(''));
  });
  const shown = await address;
  if (shown === '') throw new Error(`ended without a page: ${stderr}`);
  const url = new URL(shown);
  if (elsewhere) setPriority(0, constants.priority.PRIORITY_LOW);
  const all: Viewer[] = [];
  for (let i = 0; i < readers + slow; i++) {
    const viewer = new Viewer(url);
    all.push(viewer);
    if (i >= readers) viewer.pause();
    // As browsers come: not all in one instant, which would be a test of the listening queue.
    if (i % 50 === 49) await sleep(20);
  }
  const reading = all.slice(0, readers);
  const idle = all.slice(readers);
  const wake = setTimeout(() => {
    for (const viewer of idle) viewer.resume();
  }, slowFor * 1_000);
  let rss = 0;
  const look = setInterval(() => {
    rss = Math.max(rss, peakOf(child.pid));
  }, 200);
  const code = await finished;
  clearTimeout(wake);
  clearInterval(look);
  for (const viewer of idle) viewer.resume();
  await Promise.all(all.map(({ closed }) => closed));
  if (stdout === '') throw new Error(`exit code ${String(code)}: ${stderr.slice(-500)}`);
  const newest = Math.max(0, ...all.map(({ latest }) => latest));
  const ended = (viewer: Viewer): boolean => viewer.dismissed && viewer.latest === newest && viewer.disorder === 0;
  return {
    result: JSON.parse(stdout) as RunResult,
    rss,
    published: newest - Math.max(0, ...reading.map(({ first }) => first)),
    readers: {
      count: readers,
      complete: reading.filter((each) => ended(each) && each.jumps === 0 && each.events === newest - each.first + 1)
        .length,
    },
    slow: {
      count: slow,
      thinned: idle.filter(({ jumps }) => jumps > 0).length,
      caughtUp: idle.filter(ended).length,
    },
  };
}

/** The most that was resident of a process so far, MB; 0 once it is gone. */
function peakOf(pid: number | undefined): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (Number(kibibytes ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}
