import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secrets } from './secret.ts';
import { isSecretName } from './secret-names.ts';

const NAMES = [
  ...['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'token', 'session', 'jwt', 'dpop'],
  ...['password', 'secret', 'code', 'sig', 'signature', 'key', 'accessToken', 'API_KEY', 'db.password', 'user[pwd]'],
  ...['PHPSESSID', 'AWSAccessKeyId', 'X-Amz-Security-Token', 'client_secret', 'sessionId', 'passwordHash', 'id_token'],
];

describe('a name', () => {
  it.each([...NAMES, 'connect.sid', 'xsrf', 'csrfToken', 'private_key2', 'api%5Fkey', 'authCode', 'apikey', 'oauth_x'])(
    '%s is secret',
    (name) => expect(isSecretName(name)).toBe(true),
  );

  it.each([
    ...[
      'max_tokens',
      'tokens',
      'token_type_ids',
      'eos_token',
      'tokenizer',
      'author',
      'keyboard',
      'monkey',
      'FranchiseCode',
    ],
    ...['zip_code', 'statusCode', 'encode', 'secretary', 'key_metric', 'content-type', 'x-request-id', 'Term', '', '7'],
  ])('%s is not', (name) => expect(isSecretName(name)).toBe(false));

  it('is secret where a person says so, however it is written', () => {
    const secrets = new Secrets(['X-Ssn']);
    expect(['x-ssn', 'xSsn', 'x_ssn'].map((name) => secrets.isSecret(name))).toEqual([true, true, true]);
    expect(secrets.mask('{"x_ssn": "123-45", "ssn": 1}')).toBe('{"x_ssn": "***", "ssn": 1}');
  });
});

/** Texts with a secret in them, and what of them must still be there. */
const PLACES: Readonly<Record<string, (name: string, value: string) => readonly [text: string, kept: string]>> = {
  'a field of JSON': (name, value) => [JSON.stringify({ first: 1, [name]: value, last: 'kept' }), '"last":"kept"'],
  'a field deep in JSON': (name, value) => [
    JSON.stringify({ a: [{ b: { [name]: { x: [value] } } }], last: 'kept' }, null, 2),
    '"last": "kept"',
  ],
  'a field of JSON in JSON': (name, value) => [
    JSON.stringify({ inner: JSON.stringify({ inner: JSON.stringify({ [name]: value }) }), last: 'kept' }),
    '"last":"kept"',
  ],
  'a pair of name and value': (name, value) => [
    JSON.stringify({ list: [{ name, value }], last: 'kept' }),
    '"last":"kept"',
  ],
  'JSON that is cut off': (name, value) => [
    `{"first": "kept", "${name}": ${JSON.stringify(value).slice(0, -1)}`,
    'kept',
  ],
  'a form': (name, value) => [
    `first=kept&${encodeURIComponent(name)}=${encodeURIComponent(value)}&last=kept`,
    'last=kept',
  ],
  'a query': (name, value) => [`http://h/p?${encodeURIComponent(name)}=${encodeURIComponent(value)}&x=kept`, '&x=kept'],
  'a query in a query': (name, value) => [
    `/p?back=${encodeURIComponent(`http://h/?${name}=${encodeURIComponent(value)}&z=1`)}&x=kept`,
    '&x=kept',
  ],
  'a header': (name, value) => [
    `Accept: kept\r\n${name.replaceAll(/[[\]]/g, '-')}: ${value}\r\nX-Last: kept`,
    'X-Last: kept',
  ],
  'a part of a form': (name, value) => [
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--b\r\nkept\r\n--b--`,
    'kept',
  ],
  'the user of an address': (_, value) => [`see http://me:${encodeURIComponent(value)}@host/kept`, 'host/kept'],
  'a scheme': (_, value) => [`got "Bearer ${encodeURIComponent(value).replaceAll(/[%!'()*]/g, '')}" kept`, 'kept'],
};

/** Of at least eight characters, any of them. */
const values = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 60 });
const words = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._~+/-]{7,40}$/);
const names = fc.constantFrom(...NAMES.filter((name) => !/set-cookie/.test(name)));

describe('a secret', () => {
  it.each(Object.entries(PLACES))('in %s is masked, and the rest of the text is not', (place, write) => {
    fc.assert(
      fc.property(names, /header|part|user|scheme/.test(place) ? words : fc.oneof(values, words), (name, value) => {
        fc.pre(!value.includes('kept') && !'***'.includes(value));
        const [text, kept] = write(name, value);
        const shown = new Secrets().mask(text);
        for (const way of [value, encodeURIComponent(wellFormed(value))])
          if (/[\p{L}\p{N}]{3}/u.test(way)) expect(shown).not.toContain(way);
        expect(shown).toContain('***');
        expect(shown).toContain(kept);
        if (/JSON$|pair/.test(place)) JSON.parse(shown);
      }),
    );
  });

  it('that is known is masked wherever and however it is repeated', () => {
    fc.assert(
      fc.property(words, fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!before.includes(value) && !after.includes(value));
        const known = new Secrets([], [value]);
        for (const way of [value, encodeURIComponent(value), JSON.stringify(value), btoa(value).replace(/=+$/, '')]) {
          expect(known.hide(`${before}${way}${after}`)).not.toContain(way);
          expect(known.mask(`${before}${way}${after}`)).not.toContain(way);
        }
      }),
    );
    const short = new Secrets([], ['1234', 'on']);
    expect(short.mask('51234 requests, pin 1234 on')).toBe('51234 requests, pin *** on');
    expect(short.hide('sent 1234')).toBe('sent 1234');
  });

  it('is not left in half where a text is cut', () => {
    fc.assert(
      fc.property(words, fc.nat(80), fc.nat(80), fc.integer({ min: 1, max: 80 }), (value, before, from, most) => {
        const text = `${'a '.repeat(before)}${value}${' b'.repeat(60)}`;
        const shown = new Secrets([], [value]).excerpt(text, from, most);
        for (let length = 3; length <= value.length; length++) {
          expect(shown).not.toContain(value.slice(0, length));
          expect(shown).not.toContain(value.slice(-length));
        }
        expect(shown.length).toBeLessThanOrEqual(most + 1);
      }),
    );
  });

  it('of a plan is found in its headers, cookies, query, bodies and checks, as it is meant', () => {
    const request = {
      name: 'x',
      method: 'POST',
      path: '/p?code=a%20code%21',
      headers: [
        ['Authorization', `Basic ${btoa('me:pass word')}`],
        ['Cookie', 'theme=dark-mode; sid="cookie-value"'],
      ] as const,
      body: { encoding: 'utf8', data: '{"password":"two\\nlines","n":{"key":12345678}}', bytes: 1 as never },
    } as const;
    const checks = [{ kind: 'header', name: 'x-token', value: 'token-value' }] as const;
    const secrets = Secrets.of({ requests: [request], checks, proxy: null });
    for (const value of [
      'a code!',
      'pass word',
      'cookie-value',
      'two\nlines',
      'two%0Alines',
      '12345678',
      'token-value',
    ])
      expect(secrets.mask(`[${value}]`), value).not.toContain(value.slice(1));
  });
});

describe('a text without secrets', () => {
  it.each([
    '{"max_tokens": 64, "prompt": "the key is here", "FranchiseCode": 1}',
    'p95<250ms',
    '$.label=approved',
    'http://127.0.0.1:8989/predict?page=2&design=a%20b+c',
    '{"password": {{row.password}}, "token": "{{uuid}}", "key": null}',
    'password={{row.password}}&x=1',
    '<token></token>',
  ])('stays as it is: %s', (text) => expect(new Secrets().mask(text)).toBe(text));

  it('takes time in proportion to its length, whatever is in it', () => {
    for (const piece of [
      '"',
      '\\"',
      'a=',
      'sig=',
      'sig: ',
      '"sig":{',
      '{[',
      'name="',
      '<a>',
      'http://a:',
      'token',
      '"key":"',
      "'",
      'Bearer ',
      'eyJ.',
    ])
      new Secrets(['x'], ['y'.repeat(20)]).mask(piece.repeat(60_000 / piece.length));
  });
});

const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
