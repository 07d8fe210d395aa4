/** Of what the page's tables are made. */
import { FOLDED, foldLabel } from '../client/folding.ts';
import { escapeHtml } from './escape.ts';

/** What a row is of, by which the page's script finds it for who looks for a name; and whether it is folded away at first. */
export interface Placed {
  readonly of: string;
  readonly isMore: boolean;
}

export const placed = (kind: string, name: string, at: number): Placed => ({
  of: `${kind} ${name}`,
  isMore: at >= FOLDED,
});

export function attributes(key: string, style: string, place: Placed | null): string {
  const look = [style, place?.isMore === true ? 'more' : ''].filter((each) => each !== '').join(' ');
  const of = place === null ? '' : ` data-of="${escapeHtml(place.of)}"`;
  return `${look === '' ? '' : ` class="${look}"`} data-row="${escapeHtml(key)}"${of}`;
}

export function tableRow(
  name: string,
  cells: readonly string[],
  key: string,
  style: string,
  place: Placed | null = null,
): string {
  return `<tr${attributes(key, style, place)}><th scope="row" class="wrap">${requestName(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

/** A method stays whole, however narrow its column is. */
export function requestName(name: string): string {
  const [, method, rest] = /^([A-Z]{2,}) (.*)$/s.exec(name) ?? [];
  return method === undefined || rest === undefined
    ? escapeHtml(name)
    : `<span class="method">${method}</span> ${escapeHtml(rest)}`;
}

export function card(title: string, aside: string, content: string): string {
  const unit = aside === '' ? '' : `<span class="unit">${aside}</span>`;
  return `<section class="card"><div class="title"><h2>${title}${unit}</h2><span class="part" hidden></span></div>${content}</section>`;
}

/** Of so many names: the page's script sorts it, and shows all of a long one when it is asked to. */
export const namesTable = (name: string, heads: readonly string[], rows: readonly string[], names: number): string =>
  table(name, heads, rows, [], 'names') + foldButton(names);

export const foldButton = (rows: number): string =>
  rows <= FOLDED ? '' : `<button type="button" class="fold" aria-expanded="false">${foldLabel(rows, false)}</button>`;

export function table(
  name: string,
  heads: readonly string[],
  rows: readonly string[],
  text: readonly string[] = [],
  kind = '',
): string {
  const head = heads.map((label) => `<th scope="col"${text.includes(label) ? ' class="text"' : ''}>${label}</th>`);
  return (
    `<div class="scroll folded" tabindex="0" role="region" aria-label="${name}"><table data-table${kind === '' ? '' : `="${kind}"`}><thead><tr>${head.join('')}</tr></thead>` +
    `<tbody>${rows.join('')}</tbody></table></div>`
  );
}
