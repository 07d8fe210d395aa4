/** The HTML of the live page, which a script fills in. */
import { themeButton } from '../report/html/answer.ts';
import { embeddedJson, escapeHtml } from '../report/html/escape.ts';
import { contentPolicy, inlined } from '../report/html/inline.ts';
import { liveGrid, liveSearchGrid } from '../report/html/pictures.ts';
import { toolbar } from '../report/html/toolbar.ts';
import { ADVANCED_FIELDS, EDIT_FIELDS, type Field, MAIN_FIELDS } from './fields.ts';

/** The built browser side. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** What the start form holds at first. */
export interface PageDefaults {
  readonly kind: 'run' | 'find';
  readonly settings: Readonly<Record<string, string>>;
}

const TABS = [
  ['statistics', 'Statistics'],
  ['charts', 'Charts'],
  ['breaking-point', 'Breaking point'],
  ['failures', 'Failures'],
  ['exceptions', 'Exceptions'],
  ['mix', 'Requests mix'],
  ['generator', 'Generator'],
  ['logs', 'Logs'],
  ['download', 'Download'],
] as const;

/** The live page: what never changes. The script fills in the rest, as text. */
export function renderPage(
  assets: PageAssets,
  version: string,
  defaults: PageDefaults,
): { html: string; policy: string } {
  const script = inlined(assets.script, 'script');
  const style = inlined(assets.style, 'style');
  const policy = contentPolicy(script, style, "connect-src 'self'", "frame-ancestors 'none'");
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>rampart</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body class="live-page" data-view="waiting">
<header class="top"><strong>rampart</strong><span class="target" data-text="target"></span><span class="end"><span class="link" data-text="link">Connecting</span>${themeButton()}</span></header>
<p class="spoken" role="status" aria-live="polite" data-text="spoken"></p>
<noscript><p class="quiet">The live page needs its script. The report of a run, ${'`report.html`'} in its folder, can be read without.</p></noscript>
<main>
<p class="banner" data-text="banner" hidden></p>
<section class="waiting-view"><h1>Connecting.</h1><p class="why">Waiting for the page’s server.</p></section>
${startForm()}
${runView()}
</main>
<footer>rampart ${escapeHtml(version)}</footer>
<script type="application/json" id="defaults">${embeddedJson(defaults)}</script>
<script>${script}</script>
</body>
</html>
`;
  return { html, policy };
}

function startForm(): string {
  return `<section class="start-view" hidden><form id="start" novalidate aria-labelledby="start-title">
<h1 id="start-title">New test</h1>
<p class="why">Put load on an endpoint, or let rampart find how much it takes. Nothing is sent before you press a button. What to send can be found out: give the address and press <em>Discover</em>.</p>
${choice('What to do', 'kind', [
  ['run', 'Put load on it'],
  ['find', 'Find the breaking point'],
])}
${choice('Load', 'load', [
  ['users', 'Virtual users'],
  ['rate', 'Requests per second'],
])}
<div class="fields">${MAIN_FIELDS.map((field) => inputOf(field, 'start')).join('')}</div>
<details class="advanced"><summary>Advanced</summary><div class="fields">${ADVANCED_FIELDS.map((field) => inputOf(field, 'start')).join('')}</div></details>
<p class="form-error" data-error="" role="alert"></p>
<p class="actions"><button type="submit" class="primary">Start</button><button type="button" data-act="discover">Discover</button><button type="button" data-act="try">Send one request</button><button type="button" data-act="back" hidden>Back to the run</button></p>
<section class="trial" data-trial hidden aria-live="polite" aria-label="One request"><p class="sentence" data-trial-text="sentence"></p><p class="hint" data-trial-text="hint"></p><pre tabindex="0" aria-label="Body" data-trial-text="body"></pre><details><summary>Headers</summary><pre data-trial-text="headers"></pre></details></section>
<p class="command" hidden><span>The same from a terminal</span><code data-text="command"></code></p>
</form></section>`;
}

function choice(legend: string, name: string, options: readonly (readonly [value: string, label: string])[]): string {
  const inputs = options.map(
    ([value, label], i) =>
      `<label><input type="radio" name="${name}" value="${value}"${i === 0 ? ' checked' : ''}>${label}</label>`,
  );
  return `<fieldset class="choice" data-choice="${name}"><legend>${legend}</legend>${inputs.join('')}</fieldset>`;
}

function inputOf({ name, label, hint, placeholder, kind, only }: Field, form: string): string {
  const id = `${form}-${name}`;
  const shared =
    `id="${id}" name="${name}" autocomplete="off" spellcheck="false" autocapitalize="off" ` +
    `aria-describedby="${id}-hint ${id}-error" placeholder="${escapeHtml(placeholder)}"`;
  const control =
    kind === 'line'
      ? `<input type="text" ${shared}>`
      : `<textarea rows="${kind === 'code' ? 5 : 2}" ${shared}></textarea>`;
  return (
    `<div class="field ${kind}" data-field="${name}"${only === undefined ? '' : ` data-only="${only}"`}><label for="${id}">${label}</label>${control}` +
    `<p class="hint" id="${id}-hint">${escapeHtml(hint)}</p><p class="error" id="${id}-error" data-error="${name}"></p></div>`
  );
}

function runView(): string {
  const tabs = TABS.map(
    ([id, label], i) =>
      `<button type="button" role="tab" id="tab-${id}" aria-controls="panel-${id}" aria-selected="${i === 0}" tabindex="${i === 0 ? 0 : -1}">${label}<span class="count" data-count="${id}"></span></button>`,
  );
  const panel = (id: (typeof TABS)[number][0], content: string): string =>
    `<section role="tabpanel" id="panel-${id}" aria-labelledby="tab-${id}" tabindex="0"${id === 'statistics' ? '' : ' hidden'}>${content}</section>`;
  return `<section class="run-view" hidden>
<div class="answer"><h1 data-text="sentence"></h1><p class="why" data-text="why"></p><p class="chip" data-chip hidden></p></div>
<div class="monitor"><dl data-monitor></dl><p class="fixed" data-text="fixed" hidden></p><p class="actions">
<button type="button" class="primary" data-act="edit">Edit</button><button type="button" data-act="reset">Reset statistics</button><button type="button" class="danger" data-act="stop">Stop</button><button type="button" class="primary" data-act="new" hidden>New test</button></p></div>
<form id="edit" class="edit" novalidate hidden aria-label="Change the load"><div class="fields">${EDIT_FIELDS.map((field) => inputOf(field, 'edit')).join('')}</div>
<p class="form-error" data-error="" role="alert"></p><p class="actions"><button type="submit" class="primary">Apply</button><button type="button" data-act="cancel-edit">Cancel</button></p></form>
<details class="verdicts" data-verdicts hidden><summary data-text="findings"></summary><section class="findings" data-findings aria-label="Thresholds and doubts"></section></details>
<div class="tabs" role="tablist" aria-label="The run">${tabs.join('')}</div>
${toolbar()}
${panel('statistics', slot('statistics'))}
${panel('charts', `<p class="quiet" data-quiet="charts">Waiting for the first interval.</p>${liveGrid()}`)}
${panel('breaking-point', `${slot('limits')}${liveSearchGrid()}${slot('levels')}`)}
${panel('failures', slot('failures'))}
${panel('exceptions', slot('exceptions'))}
${panel('mix', slot('mix'))}
${panel('generator', slot('generator'))}
${panel('logs', slot('logs'))}
${panel('download', slot('download'))}
</section>`;
}

/** A place that the script fills. */
const slot = (name: string): string => `<div data-slot="${name}"></div>`;
