import { createHash } from 'node:crypto';

/** Browsers read CRLF as LF, and end the element at its closing tag wherever that stands; the hash is of what they read. */
export function inlined(source: string, element: 'script' | 'style'): string {
  return source.replace(/\r\n?/g, '\n').replace(new RegExp(`</(?=${element})`, 'gi'), '<\\/');
}

/** How a Content-Security-Policy names an inline script or style. */
export function digest(source: string): string {
  return `sha256-${createHash('sha256').update(source, 'utf8').digest('base64')}`;
}
