/** The bar above the pictures of a report, as HTML that stays hidden until the page's script fills it. */
import type { Facet } from '../client/facets.ts';
import { escapeHtml } from './escape.ts';

interface Toolbar {
  /** Further choices, as HTML. */
  readonly choices?: string;
  /** Whether requests can be looked for. */
  readonly finds?: boolean;
  readonly tags?: readonly Facet[];
}

/** What the reader can choose: which requests, which stretch of time. The script brings it out, it is nothing without. */
export function toolbar({ choices = '', finds = false, tags = [] }: Toolbar = {}): string {
  const chips = tags.map(
    ({ name, label }) =>
      `<button type="button" data-tag="${escapeHtml(name)}" aria-pressed="false">${escapeHtml(label)}</button>`,
  );
  return (
    '<form class="toolbar" hidden aria-label="What is shown">' +
    `<label class="names">Requests <select name="name" autocomplete="off"></select></label>${choices}` +
    `<label class="find"${finds ? '' : ' hidden'}>Filter <input type="search" name="find" placeholder="name or tag" autocomplete="off" spellcheck="false"></label>` +
    '<div class="span" role="group" aria-label="Stretch of time"><label>From <input name="from" size="6" autocomplete="off" spellcheck="false"></label>' +
    '<label>to <input name="to" size="6" autocomplete="off" spellcheck="false"></label>' +
    '<button type="button" class="whole" disabled>Whole run</button></div>' +
    `<div class="chips" role="group" aria-label="Tags"${tags.length > 0 ? '' : ' hidden'}>${chips.join('')}</div>` +
    '<p class="hint" role="status">Drag across a chart to look closer: all charts and tables follow.</p></form>'
  );
}
