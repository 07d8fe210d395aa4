/** Scripts and style sheets within a page, and the policy that allows no others. */
import { createHash } from 'node:crypto';

/** Browsers read CRLF as LF, and end the element at its closing tag wherever that stands; the hash is of what they read. */
export function inlined(source: string, element: 'script' | 'style'): string {
  return source.replace(/\r\n?/g, '\n').replace(new RegExp(`</(?=${element})`, 'gi'), '<\\/');
}

/**
 * The Content-Security-Policy of a page that asks nothing of anybody, and obeys only this script and this style sheet.
 * @param more what else it may, or may not.
 */
export function contentPolicy(script: string, style: string, ...more: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src '${digest(script)}'`,
    `style-src '${digest(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    ...more,
  ].join('; ');
}

/** How a Content-Security-Policy names an inline script or style. */
function digest(source: string): string {
  return `sha256-${createHash('sha256').update(source, 'utf8').digest('base64')}`;
}
