import { describe, expect, it } from 'vitest';
import type { RunResult } from '../core/result.ts';
import { toJunitXml } from './junit.ts';
import { CHECKS, fixtureResult } from './result.fixture.ts';

interface Node {
  name: string;
  attributes: Record<string, string>;
  children: Node[];
  text: string;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function decode(text: string): string {
  expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#\d+);)/);
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) =>
    code === undefined ? (ENTITIES[name] ?? '') : String.fromCodePoint(Number(code)),
  );
}

/** A parser of the part of XML 1.0 that a report needs; throws (or fails the test) at whatever is not well-formed. */
function parse(xml: string): Node {
  expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/);
  expect(xml).not.toMatch(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u);
  const root: Node = { name: '', attributes: {}, children: [], text: '' };
  const stack = [root];
  const body = xml.slice(xml.indexOf('\n') + 1);
  let end = 0;
  for (const match of body.matchAll(/<(\/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|([^<]+)/g)) {
    expect(match.index).toBe(end);
    end += match[0].length;
    const [, closing, name = '', pairs = '', empty, text] = match;
    const parent = stack.at(-1)!;
    if (text !== undefined) parent.text += decode(text);
    else if (closing) expect(stack.pop()?.name).toBe(name);
    else {
      const attributes = [...pairs.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [
        key,
        decode(String(value)),
      ]);
      expect(new Set(attributes.map(([key]) => key)).size).toBe(attributes.length);
      const node: Node = { name, attributes: Object.fromEntries(attributes), children: [], text: '' };
      parent.children.push(node);
      if (!empty) stack.push(node);
    }
  }
  expect(end).toBe(body.length);
  expect(stack).toHaveLength(1);
  expect(root.children).toHaveLength(1);
  return root.children[0]!;
}

function report(verdict: Partial<RunResult['verdict']>) {
  const result = fixtureResult();
  const root = parse(toJunitXml({ ...result, verdict: { status: 'failed', checks: CHECKS, doubts: [], ...verdict } }));
  const suite = root.children[0]!;
  const outcomes = Object.fromEntries(
    suite.children.map((each) => [
      each.attributes['name'],
      each.children.find((child) => child.name !== 'system-out')?.name ?? 'passed',
    ]),
  );
  return { root, suite, outcomes };
}

describe('toJunitXml', () => {
  it('has a test case per threshold and one for the validity', () => {
    const { root, suite, outcomes } = report({});
    expect(outcomes).toEqual({
      'the measurement is valid': 'passed',
      'p95<250ms': 'passed',
      'errors<1%': 'failure',
      'p99.9<2s': 'error',
    });
    for (const node of [root, suite]) {
      expect(node.attributes).toMatchObject({ tests: '4', failures: '1', errors: '1', time: '10.000' });
    }
    expect(suite.attributes['timestamp']).toBe('2026-03-04T05:06:07');
    const failed = suite.children.find((each) => each.attributes['name'] === 'errors<1%');
    expect(failed?.children[0]?.attributes['message']).toBe('errors were 2 %');
  });

  it('passes what is not sure with a note, unless the plan is strict', () => {
    const check = { ...CHECKS[0]!, outcome: 'not-sure', message: 'not sure: p95 was 240 ms' } as const;
    const open = report({ status: 'passed', checks: [check] });
    expect(open.outcomes).toMatchObject({ 'p95<250ms': 'passed' });
    expect(open.suite.children.at(-1)?.children[0]).toMatchObject({
      name: 'system-out',
      text: 'not sure: p95 was 240 ms',
    });
    expect(report({ checks: [{ ...check, status: 'failed' }] }).outcomes).toMatchObject({ 'p95<250ms': 'failure' });
  });

  it('is not green where the measurement is not valid', () => {
    const doubts = [{ code: 'send-lag', message: 'Late.', hint: 'Use more threads.', invalidates: true }] as const;
    const { suite, outcomes } = report({ status: 'invalid', doubts });
    expect(outcomes).toMatchObject({ 'the measurement is valid': 'error', 'p95<250ms': 'error' });
    const [error] = suite.children[0]!.children;
    expect(error?.attributes).toEqual({ message: 'Late.', type: 'send-lag' });
    expect(error?.text).toBe('Late. Use more threads.');
  });

  it('is not green where the run was interrupted, thresholds or none', () => {
    const doubts = [
      { code: 'interrupted', message: 'Interrupted after 12 s of 60 s.', hint: 'Run again.', invalidates: false },
      { code: 'gc-pause', message: 'A pause.', hint: 'Trust less.', invalidates: false },
    ] as const;
    const { root, suite, outcomes } = report({ status: 'interrupted', doubts });
    expect(outcomes).toEqual({
      'the measurement is valid': 'error',
      'p95<250ms': 'error',
      'errors<1%': 'failure',
      'p99.9<2s': 'error',
    });
    expect(root.attributes).toMatchObject({ failures: '1', errors: '3' });
    const [error, output] = suite.children[0]!.children;
    expect(error?.attributes).toEqual({ message: 'Interrupted after 12 s of 60 s.', type: 'interrupted' });
    expect(output?.text).toContain('A pause.');
    expect(report({ status: 'interrupted', checks: [], doubts }).outcomes).toEqual({
      'the measurement is valid': 'error',
    });
  });

  it('still has a test case without thresholds', () => {
    expect(report({ status: 'passed', checks: [] }).outcomes).toEqual({ 'the measurement is valid': 'passed' });
  });

  it('mentions what is doubtful without failing for it', () => {
    const doubts = [{ code: 'gc-pause', message: 'A pause.', hint: 'Trust less.', invalidates: false }] as const;
    const { suite, outcomes } = report({ status: 'passed', doubts });
    expect(outcomes['the measurement is valid']).toBe('passed');
    expect(suite.children[0]!.children[0]!.text).toContain('A pause. Trust less.');
  });

  it('is well-formed whatever the target says', () => {
    const evil = '</error>]]>&amp;<a b="c">\u0000\u001b[1m\u0085\uD800 "\' \n\t\r \uFFFE 日本 😀';
    const message = `errors: ${evil}`;
    const doubts = [{ code: 'no-samples', message: evil, hint: evil, invalidates: true }] as const;
    const { suite } = report({ status: 'invalid', doubts, checks: [{ ...CHECKS[1]!, message }] });
    const shown = suite.children[1]!.children[0]!.attributes['message'];
    expect(shown).toBe('errors: </error>]]>&amp;<a b="c">\uFFFD\uFFFD[1m\uFFFD\uFFFD "\' \n\t\r \uFFFD 日本 😀');
    expect(suite.children[0]!.children[0]!.text).toContain('</error>]]>&amp;<a b="c">');
  });
});
