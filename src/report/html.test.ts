import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleReportAssets } from '../../test/report-assets.ts';
import { closedRun, hostileRun, openRun, unreachableRun } from '../../test/sample-run.ts';
import { headline } from '../analyze/headline.ts';
import type { RunResult } from '../core/result.ts';
import { count, micros } from '../core/units.ts';
import { pictureSourceOf } from './html/pictures.ts';
import { renderHtml } from './html.ts';

const ASSETS = { script: 'void 0;', style: 'p{margin:0}' };
const render = (result: RunResult): string => renderHtml(result, ASSETS);

/** What a reader sees, roughly. */
const textOf = (html: string): string =>
  html
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

/** The cells of the rows of the table with this name. */
function rowsOf(html: string, table: string): string[][] {
  const [, part = ''] = html.split(`aria-label="${table}">`);
  return [...(part.split('</table>')[0] ?? '').matchAll(/<tr[^>]*>(.*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => textOf(cell).trim()),
  );
}

describe('the page', () => {
  it('gives the answer first, then pictures, tables and details', () => {
    const result = openRun();
    const html = render(result);
    const { sentence, why, chip } = headline(result);
    const order = [
      'rampart run',
      'POST http://127.0.0.1:8989/predict',
      '2026-11-21 21:04:05 UTC',
      '2 threads, seed 7',
      sentence,
      why,
      chip.text,
      'Requests/s achieved',
      'Thresholds',
      'Doubts about this measurement',
      'Response time',
      'All requests',
      'Where the time goes',
      'First seen',
      'What each number means',
      'Environment',
    ];
    const text = textOf(html);
    const places = order.map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
  });

  it('shows thresholds by shape and in words, doubts with what to do', () => {
    const html = render(openRun());
    expect(html).toContain(
      '<rect x="0.5" y="0.5" width="9" height="9"/></svg><span><span class="spoken">failed: </span>p95 was',
    );
    expect(html).toContain('<span class="spoken">undecided: </span>errors were');
    expect(html).toContain('<span class="hint">Close other programs, or use more threads.</span>');
    expect(render(closedRun())).not.toContain('Doubts about this measurement');
  });

  it('has four pictures, drawn without a script, each with its data', () => {
    const html = render(closedRun());
    expect(html.match(/<div class="plot[^>]*data-picture="(requests|response|users|generator)"><svg/g)).toHaveLength(4);
    const rows = rowsOf(html, 'Response time, data table');
    expect(rows).toHaveLength(62);
    expect(rows[0]).toEqual(['Time', 'p50', 'p95']);
    expect(rows[61]).toEqual(['1:00', '196', '231']);
  });

  it('thins the data tables of a long run, and says so', () => {
    const result = closedRun();
    const timeline = Array.from({ length: 1_500 }, (_, i) => ({ ...result.timeline[30]!, t: i + 1 }));
    const html = render({ ...result, timeline });
    expect(html).toContain('One of every 15 intervals');
    expect(rowsOf(html, 'Requests, data table')).toHaveLength(101);
  });

  it('is the same, byte for byte, for the same result', () => {
    expect(render(structuredClone(openRun()))).toBe(render(openRun()));
  });

  it('carries the hashes of its script and style, and allows nothing else', () => {
    const html = renderHtml(closedRun(), { script: "const a='</script>';\r\nvoid a;", style: 'p{}\r\n' });
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(html) ?? [];
    expect(script).toBe("const a='<\\/script>';\nvoid a;");
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(html).toContain(
      `content="default-src 'none'; script-src ${hash(script)}; style-src ${hash('p{}\n')}; img-src data:; base-uri 'none'; form-action 'none'"`,
    );
    expect(html).not.toMatch(/ style=| on[a-z]+=/);
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
  });
});

describe('tables', () => {
  it('give every name and all requests, with their intervals', () => {
    const [heads, first] = rowsOf(render(closedRun()), 'Requests');
    expect(heads).toEqual([
      'Name',
      'Count',
      'Failed',
      'Min',
      'p50',
      'p95',
      'p99',
      'p99.9',
      'Max',
      'Mean',
      'Body bytes avg',
      'Achieved /s',
    ]);
    expect(first!.slice(0, 7)).toEqual([
      'POST /predict',
      '9,750',
      '0.17 %',
      '9.42',
      '61.6 58.5 to 64.7',
      '216 197 to 234',
      '320 283 or more',
    ]);
  });

  it('put a dash with the reason where the sample bears no percentile', () => {
    const result = openRun();
    const few = { ...result.latency.responseWithFailures, count: 90, p99: null };
    const html = render({ ...result, latency: { ...result.latency, responseWithFailures: few } });
    const all = rowsOf(html, 'Requests').find(([name]) => name === 'All requests');
    expect(all![6]).toBe('–');
    expect(html).toContain('title="p99.9 needs 10,000 requests; there were 8,190.">–</span>');
  });

  it('put response and service time side by side, and lag only in the open model', () => {
    const parts = (result: RunResult): string[] =>
      rowsOf(render(result), 'Where the time goes').map(([name = '']) => name);
    const own = ['Service time', 'First byte', 'Body', 'Connect'];
    const common = ['All requests', 'Response time', '… of the successes', ...own];
    expect(parts(closedRun())).toEqual(common);
    expect(parts(openRun())).toEqual([...common, 'Send lag']);
    const { latency, ...rest } = closedRun();
    const sound = { ...rest, latency: { ...latency, responseWithFailures: latency.response } };
    expect(parts(sound)).toEqual(['All requests', 'Response time', ...own]);
  });

  it('say infinite where a percentile falls among failures', () => {
    const result = closedRun();
    const half = { ...result.latency.responseWithFailures, count: 400, p95: null, p99: null, max: null };
    const html = render({
      ...result,
      totals: { ...result.totals, ok: 100, failed: 100 },
      latency: { ...result.latency, responseWithFailures: half },
    });
    expect(rowsOf(html, 'Where the time goes')[1]!.slice(3)).toEqual(['∞ 197 to 234', '∞ 283 or more', '–', '∞']);
  });

  it('list failures with when they were seen, or say that there were none', () => {
    expect(rowsOf(render(closedRun()), 'Failures')[1]).toEqual([
      '12',
      'http-error',
      '503',
      '503 Service Unavailable',
      'POST /predict',
      '0:48',
      '1:00',
    ]);
    expect(render({ ...closedRun(), failures: [] })).toContain('No request failed.');
  });
});

describe('quiet states', () => {
  it('has one sentence for a run without an interval', () => {
    const html = render(unreachableRun());
    expect(html).toContain('No interval was recorded, so there is nothing to draw.');
    expect(html).not.toContain('data-picture');
    expect(textOf(html)).toContain(headline(unreachableRun()).sentence);
    expect(rowsOf(html, 'Requests')[2]).toEqual(['All requests', '10', '100 %', '–', '∞', ...Array(6).fill('–'), '0']);
    expect(html).toContain('title="No request succeeded."');
  });

  it('says how a run ended that did not complete', () => {
    const result = closedRun();
    const ended = (ending: RunResult['run']['ending']): string => render({ ...result, run: { ...result.run, ending } });
    expect(ended('interrupted')).toContain('1 min, interrupted');
    expect(ended('lost')).toContain('1 min, a generator thread was lost');
  });

  it('never shows what a program calls nothing', () => {
    const none = unreachableRun();
    const noTimes = {
      ...none,
      timeline: closedRun()
        .timeline.slice(0, 3)
        .map((point) => ({ ...point, p50: null, p95: null })),
    };
    for (const result of [none, noTimes, openRun()]) {
      expect(textOf(render(result))).not.toMatch(/NaN|undefined|null|Infinity|\[object/);
    }
    expect(render(noTimes)).toContain('No request succeeded, so there is no response time to draw.');
  });
});

describe('text from outside', () => {
  it.each([
    '</script><img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    "'--><!--<script>alert(1)</script>",
    '\u0000<b>\u2028',
  ])('is shown as it is: %j', (text) => {
    const html = render(hostileRun(text));
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<svg onload');
    expect(html).not.toContain('<!--');
    expect(html).not.toContain('<b>\u2028');
    const [, json = ''] = /id="timeline">(.*?)<\/script>/.exec(html) ?? [];
    expect((JSON.parse(json) as { thresholds: { text: string }[] }).thresholds[0]!.text).toBe(text);
  });
});

describe('the whole file', () => {
  let whole = '';
  let style = '';
  beforeAll(async () => {
    const assets = await bundleReportAssets();
    style = assets.style;
    whole = renderHtml(openRun(), assets);
  });

  it('is below 400 KB for a minute', () => {
    expect(Buffer.byteLength(whole)).toBeLessThan(400_000);
  });

  it('names no other place on the network than the target', () => {
    const withoutLicences = whole.replace(/\/\*![\s\S]*?\*\//g, '').replaceAll('http://www.w3.org/2000/svg', '');
    const urls = [...withoutLicences.matchAll(/(?:https?:)?\/\/[a-z0-9.-]+/gi)].map(([url]) => url);
    expect(new Set(urls.filter((url) => /[a-z0-9]\.[a-z0-9]/i.test(url)))).toEqual(new Set(['http://127.0.0.1']));
  });

  it('is readable in both themes: text 4.5 : 1, lines 3 : 1', () => {
    const blocks = [...style.matchAll(/\{(color-scheme:(?:light|dark);[^}]*)\}/g)].map(([, block = '']) => block);
    const themes = blocks.map(
      (block) =>
        new Map([...block.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{3,6})/g)].map(([, name = '', hex = '']) => [name, hex])),
    );
    // Light, dark by the system, dark by the switch, print.
    expect(themes).toHaveLength(4);
    expect(themes[1]).toEqual(themes[2]);
    const drawn = ['offered', 'achieved', 'failed', 'p50', 'p95', 'p99', 'users', 'generator', 'loop', 'cpu', 'other'];
    const lines = [...drawn, 'heat', 'good', 'fair', 'bad'];
    for (const theme of themes) {
      const against = (name: string, ground: string): number =>
        contrast(theme.get(`--${name}`)!, theme.get(`--${ground}`)!);
      for (const ground of ['page', 'surface', 'shade']) {
        expect(against('ink', ground)).toBeGreaterThanOrEqual(4.5);
        expect(against('muted', ground)).toBeGreaterThanOrEqual(4.5);
        for (const line of lines) expect(against(line, ground), `${line} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
      expect(against('failed', 'surface'), 'labels of limits').toBeGreaterThanOrEqual(4.5);
      for (const line of drawn) expect(against(line, 'unfit'), `${line} where unfit`).toBeGreaterThanOrEqual(3);
    }
  });
});

/** Contrast ratio of two colours, WCAG 2.2, "contrast ratio" and "relative luminance". */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/g, '$&$&') : hex;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

it('marks what a person changed, and no stage that the change replaced', () => {
  const result = closedRun();
  const edit = { model: 'closed', vus: count(150), spawnRate: null } as const;
  const changes = [
    { type: 'edited', at: micros(30_000_000), edit, stages: [] },
    { type: 'reset', at: micros(40_000_000) },
  ] as const;
  const labels = (changed: RunResult): string[] => pictureSourceOf(changed).marks.map(({ label }) => label);
  expect(labels(result)).toContain('100 users');
  expect(labels({ ...result, changes })).toEqual(['edit: 150 users', 'reset']);
});
