/** What another tool is to the benchmark: how it is found, called and read. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a tool is asked to do. */
export interface Load {
  readonly url: string;
  readonly body: string;
  readonly seconds: number;
  /** Connections, or virtual users. */
  readonly connections: number;
  readonly threads: number;
  /** Requests per second in all; null: as fast as the answers come. */
  readonly rate: number | null;
  /** HTTP/2 instead of HTTP/1.1: as many requests at once on one connection as there are `connections`. */
  readonly http2?: boolean;
  /** Must percentiles come out? Where they cost a tool extra work, it may leave them away otherwise. */
  readonly percentiles: boolean;
  /** Where the tool may write. */
  readonly folder: string;
}

/** What a tool says it did. Times in ms; null: it does not say. */
export interface Outcome {
  readonly requests: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface Invocation {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Reads the result from its standard output (or from files it was told to write). */
  read(stdout: string): Outcome;
}

/**
 * How a tool keeps a rate. `open`: requests are due whatever the responses do. `paced`: a fixed number of connections, each
 * slowed down to its share of the rate, and each waiting for its answer. `closed`: it has no rate.
 */
export type Pacing = 'open' | 'paced' | 'closed';

export interface Peer {
  readonly name: string;
  /** Runtime, in a word. */
  readonly madeIn: string;
  readonly pacing: Pacing;
  /** How it was asked to keep a rate, for the reader of the table. */
  readonly how: string;
  /** How it was run without one, as fast as the answers come. */
  readonly flatOut: string;
  /** Whether it speaks HTTP/2 too. */
  readonly http2?: true;
  /** The file to run, or null where it is not installed. */
  find(): string | null;
  version(file: string): string;
  invoke(file: string, load: Load): Invocation;
}

/** A program on PATH. */
export function onPath(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** The program an environment variable names, else the one on PATH. */
export function named(variable: string, name: string): string | null {
  return process.env[variable] ?? onPath(name);
}

/** What a program says its version is: the first thing in its answer that looks like one. */
export function askVersion(file: string, ...args: readonly string[]): string {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  let said = '';
  try {
    said = execFileSync(file, args, { stdio, encoding: 'utf8' });
  } catch (error) {
    // Some print it and end with an error.
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    said = `${stdout ?? ''}${stderr ?? ''}`;
  }
  return /\d+\.\d+(\.\d+)?/.exec(said)?.[0] ?? 'version not told';
}
