/** For tests: reads a response with llhttp, by undici's build of it. */
import { createRequire } from 'node:module';

/** What became of a stream of bytes, by whichever parser. */
export interface Reading {
  /** done: the final response is whole. cut-off: the bytes ended before it. malformed: no HTTP. */
  readonly verdict: 'done' | 'cut-off' | 'malformed';
  readonly status: number;
  readonly body: number;
  /** Where the response ended, of a `done` one. */
  readonly end: number;
  readonly reusable: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly reason: string;
}

/** What undici's build of llhttp exports, as far as it is used here. */
interface Llhttp {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize?(): void;
  malloc(size: number): number;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, at: number, length: number): number;
  llhttp_should_keep_alive(parser: number): number;
  llhttp_finish(parser: number): number;
  llhttp_get_error_pos(parser: number): number;
  llhttp_get_error_reason(parser: number): number;
}

/** Node has it; its types do not say so. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  };
};

const RESPONSE = 2;
const PAUSED = 21;
const SKIP_BODY = 1;
const ROOM = 1 << 20;

/** The reading under way: llhttp calls back into one set of functions. */
const now = { bodiless: false, status: 0, body: 0, reusable: false, name: '', headers: [] as [string, string][] };
let done = false;
let nameOpen = false;
/** Between the first byte of a response and the end of its headers; what comes after are trailers. */
let inHead = true;

// From the project's folder, wherever this file was bundled to.
const wasm = createRequire(`${process.cwd()}/`)('undici/lib/llhttp/llhttp-wasm.js') as Uint8Array;
const text = (at: number, length: number): string => Buffer.from(llhttp.memory.buffer, at, length).toString('latin1');
const llhttp = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
  env: {
    wasm_on_url: () => 0,
    wasm_on_status: () => 0,
    wasm_on_message_begin: () => {
      now.headers = [];
      inHead = true;
      now.body = 0;
      return 0;
    },
    // Either may come in pieces.
    wasm_on_header_field: (_: number, at: number, length: number) => {
      if (!inHead) return 0;
      if (!nameOpen) now.headers.push(['', '']);
      nameOpen = true;
      const last = now.headers.at(-1) as [string, string];
      last[0] += text(at, length).toLowerCase();
      return 0;
    },
    wasm_on_header_value: (_: number, at: number, length: number) => {
      nameOpen = false;
      if (!inHead) return 0;
      const last = now.headers.at(-1) as [string, string];
      last[1] += text(at, length);
      return 0;
    },
    wasm_on_headers_complete: (_: number, status: number, _upgrade: boolean, keepAlive: boolean) => {
      nameOpen = false;
      inHead = false;
      now.status = status;
      now.reusable = Boolean(keepAlive);
      return now.bodiless ? SKIP_BODY : 0;
    },
    wasm_on_body: (_: number, _at: number, length: number) => {
      now.body += length;
      return 0;
    },
    wasm_on_message_complete: (parser: number) => {
      if (now.status >= 100 && now.status < 200) return 0;
      done = true;
      // What it says with the head is said before it knows that the body is to be left out.
      if (now.bodiless) now.reusable = llhttp.llhttp_should_keep_alive(parser) === 1;
      return PAUSED;
    },
  },
}).exports as Llhttp;
llhttp._initialize?.();
const room = llhttp.malloc(ROOM);

/** Reads the bytes with llhttp, in one piece, and then the end of the connection. */
export function readWithLlhttp(bytes: Buffer, bodiless: boolean): Reading {
  Object.assign(now, { bodiless, status: 0, body: 0, reusable: false, headers: [] });
  done = false;
  nameOpen = false;
  const parser = llhttp.llhttp_alloc(RESPONSE);
  try {
    Buffer.from(llhttp.memory.buffer, room, bytes.length).set(bytes);
    const error = llhttp.llhttp_execute(parser, room, bytes.length);
    const end = done ? llhttp.llhttp_get_error_pos(parser) - room : bytes.length;
    let verdict: Reading['verdict'] = done ? 'done' : error === 0 ? 'cut-off' : 'malformed';
    if (verdict === 'cut-off' && llhttp.llhttp_finish(parser) !== 1 && done) verdict = 'done';
    const at = llhttp.llhttp_get_error_reason(parser);
    const reason = at === 0 || verdict === 'done' ? '' : (text(at, 80).split('\0')[0] ?? '');
    const { status, body, reusable, headers } = now;
    return { verdict, status, body, end, reusable, headers, reason };
  } finally {
    llhttp.llhttp_free(parser);
  }
}
