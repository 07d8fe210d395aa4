/** Writes requests to a socket: straight to the kernel where that is known to work, else by `socket.write`. */
import type { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { readFirst } from '../write-errors.ts';

/** Node's own write request: libuv keeps it until the kernel has taken the last byte. */
interface WriteRequest {
  oncomplete?: (status: number) => void;
  /** Kept from the garbage collector as long as the request is. */
  bytes?: Buffer;
}

interface StreamHandle {
  /** 0, or an error number. Fills in `streamBaseState`. */
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
}

/** The part of Node that `socket.write` ends up in. */
export interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: ArrayLike<number>;
  /** Where in it: has the last write left bytes for later? */
  readonly kLastWriteWasAsync: number;
}

/** The major versions of Node on which this was tried; any other one writes by `socket.write`. */
const TRIED: readonly string[] = ['20', '22', '24'];

const BINDING = findBinding();

function findBinding(): StreamBinding | null {
  if (!TRIED.includes(process.versions.node.split('.')[0] ?? '')) return null;
  try {
    const { binding } = process as unknown as { binding(name: string): Partial<StreamBinding> };
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = binding('stream_wrap');
    if (typeof WriteWrap !== 'function' || typeof kLastWriteWasAsync !== 'number') return null;
    if (typeof streamBaseState?.[kLastWriteWasAsync] !== 'number') return null;
    return { WriteWrap, streamBaseState, kLastWriteWasAsync };
  } catch {
    // Node may forbid it, under its permission model for one.
    return null;
  }
}

/**
 * Hands bytes to the kernel without the stream in between, which costs as much as the rest of a request's user code:
 * objects, a tick of its own, bookkeeping for back pressure that one small request at a time never needs. What the
 * kernel does not take at once, errors, TLS and Nodes that are not known go the documented way, by `socket.write`.
 */
export class Outlet {
  readonly #socket: Socket;
  readonly #binding: StreamBinding | null;
  /** Used again and again, as long as libuv did not have to keep it. */
  #request: WriteRequest | null = null;
  /** Requests that libuv keeps: bytes of theirs have not left yet. */
  #pending = 0;
  /** Has the stream been written to? */
  #streamed = false;

  /** @param plain the socket's bytes are the connection's: no TLS. */
  constructor(socket: Socket, plain: boolean, binding: StreamBinding | null = BINDING) {
    this.#socket = socket;
    this.#binding = plain ? binding : null;
  }

  /**
   * Have bytes of a request not left yet? TLS, in a tunnel above all, is told only after the response that a small one has
   * left: there it takes more than the stream holds back.
   */
  get busy(): boolean {
    return this.#pending > 0 || (this.#streamed && this.#socket.writableNeedDrain);
  }

  write(bytes: Buffer): void {
    const socket = this.#socket;
    const binding = this.#binding;
    if (binding === null || this.#pending > 0 || socket.writableLength > 0) {
      this.#stream(bytes);
      return;
    }
    const handle = (socket as Socket & { readonly _handle?: StreamHandle | null })._handle;
    if (typeof handle?.writeBuffer !== 'function') {
      this.#stream(bytes);
      return;
    }
    this.#request ??= new binding.WriteWrap();
    // An error means that no byte has left. The second try meets it again, and reports it as all others.
    if (handle.writeBuffer(this.#request, bytes) !== 0) this.#stream(bytes);
    else if (binding.streamBaseState[binding.kLastWriteWasAsync] !== 0) this.#wait(this.#request, bytes);
  }

  #stream(bytes: Buffer): void {
    this.#streamed = true;
    this.#socket.write(bytes);
  }

  /** The kernel took a part, or nothing: the rest leaves when it can. */
  #wait(request: WriteRequest, bytes: Buffer): void {
    this.#request = null;
    this.#pending++;
    request.bytes = bytes;
    request.oncomplete = (status) => {
      this.#pending--;
      if (status >= 0 || this.#socket.destroyed) return;
      const code = getSystemErrorName(status);
      const error = Object.assign(new Error(`write ${code}`), { code, syscall: 'write' });
      readFirst(() => this.#socket.destroy(error));
    };
  }
}
