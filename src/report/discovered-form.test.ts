import { describe, expect, it } from 'vitest';
import { Secrets } from '../core/secret.ts';
import type { Discovery } from '../discover/discover.ts';
import { discoveredForm } from './discovered-form.ts';

const QUESTION = { method: 'POST', path: '/predict', headers: [['content-type', 'application/json']] } as const;
const DISCOVERY: Discovery = {
  ...{ target: 'FastAPI (OpenAPI 3.1.0)', evidence: ['GET /openapi.json'], routes: [], bodySchema: null },
  asked: [{ method: 'GET', path: '/openapi.json', status: 200 }],
  accepted: {
    question: { ...QUESTION, body: '{"income":1}' },
    from: "the schema's values",
    reply: { status: 200, headers: [], body: '{"ok":true}', message: '' },
  },
  ...{ problem: '', hint: '', refusal: null },
};
const REQUEST = { method: 'POST', headers: ['content-type: application/json'], body: '{"income":1}' };
const ALONE = { more: '', cache: null, secrets: new Secrets([]) };

describe('a form after a discovery', () => {
  it('holds what will be sent, and what it says beside it is what was found and asked', () => {
    const texts = { url: ' http://a/predict ', headers: 'Content-Type: text/plain\nX-Team: red' };
    const form = discoveredForm(DISCOVERY, texts, { ...ALONE, request: REQUEST });
    expect(form.fill).toEqual({
      method: 'POST',
      body: '{"income":1}',
      headers: 'X-Team: red\ncontent-type: application/json',
    });
    expect(form.good).toBe(true);
    expect(form.sentence).toBe("FastAPI (OpenAPI 3.1.0). It accepts POST with the schema's values: status 200.");
    expect(form.body).toContain('GET /openapi.json → 200');
    expect(form.body).toContain('{"ok":true}');
  });

  it('has parameters that the target wants in its address', () => {
    const { fill } = discoveredForm(DISCOVERY, { url: 'http://a/p#top' }, { ...ALONE, request: REQUEST, more: '?n=1' });
    expect(fill['url']).toBe('http://a/p?n=1');
  });

  it('stays as it is where nothing was accepted, or what was is no text', () => {
    const none = discoveredForm(
      { ...DISCOVERY, accepted: null, problem: 'no body was accepted', hint: 'Give one with --body.' },
      {},
      { ...ALONE, request: null },
    );
    expect(none).toMatchObject({ good: false, fill: {}, hint: 'Give one with --body.' });
    expect(none.sentence).toBe('FastAPI (OpenAPI 3.1.0): no body was accepted.');
    const bytes = { ...QUESTION, body: null, bytes: 'AAEC' };
    const accepted = { question: bytes, from: 'a picture', reply: { status: 200, headers: [], body: '', message: '' } };
    const picture = discoveredForm({ ...DISCOVERY, accepted }, {}, { ...ALONE, request: REQUEST });
    expect(picture.fill).toEqual({});
    expect(picture.hint).toMatch(/no text, which no field can hold/);
  });

  it('warns of a cache', () => {
    const cache = { turns: 20, unseenMs: 50, repeatedMs: 1 };
    const { body } = discoveredForm(DISCOVERY, { url: 'http://a/p' }, { ...ALONE, request: REQUEST, cache });
    expect(body).toMatch(/it answers repeats from a cache/);
  });
});
