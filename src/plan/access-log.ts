/** Lines of an access log, in the common and combined format of Apache and nginx, as a replay reads them. */
import { instantOfLog } from './instant.ts';

/** A line of an access log, by the names that placeholders have for it. */
export interface LogLine {
  /** µs since 1970. */
  readonly at: number;
  /** Null: it holds no request that could be sent again. */
  readonly request: { readonly method: string; readonly fields: Readonly<Record<string, string>> } | null;
}

/** Common and combined format of Apache and nginx; whatever stands before the time and behind the sizes. */
const LINE =
  /^\S.*? \[([^\]]{20,30})\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/;
const REQUEST = /^([A-Z]+) (?:https?:\/\/[^/?\s]+)?(\/[!-[\]-~]*) HTTP\/\d(?:\.\d)?$/;

/** The fields of a line that requests may use. */
export const LOG_FIELDS = ['method', 'path', 'status', 'bytes', 'referer', 'user_agent'] as const;

/** Those by RFC 9110, 9.2.1, but for TRACE, which no server answers. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a method asks, and changes nothing. */
export const isSafe = (method: string): boolean => SAFE.has(method);

/** @returns null where it is no line of such a log. */
export function readLogLine(line: string): LogLine | null {
  const [, time = '', request = '', status = '', bytes = '', referer = '', agent = ''] = LINE.exec(line) ?? [];
  const at = instantOfLog(time);
  if (at === null) return null;
  const [, method, path] = REQUEST.exec(request) ?? [];
  if (method === undefined || path === undefined || method === 'CONNECT' || method === 'TRACE')
    return { at, request: null };
  return { at, request: { method, fields: { method, path, status, bytes, referer, user_agent: agent } } };
}
