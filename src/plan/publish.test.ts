import { describe, expect, it } from 'vitest';
import type { Plan } from '../core/plan.ts';
import { Secrets } from '../core/secret.ts';
import { planOf } from './plan.fixture.ts';
import { heldSecrets, publishCommand, publishPlan, secretsIn } from './publish.ts';

const bodyOf = (plan: Plan) => plan.requests[0]?.body;

describe('publishPlan', () => {
  it.each([
    'Authorization',
    'proxy-authorization',
    'Cookie',
    'X-API-Key',
    'x-access-token',
    'X-Client-Secret',
    'my-password-is',
    'X-Auth',
    'x-amz-signature',
  ])('masks the header %s', (name) => {
    const plan = planOf({ header: [`${name}: s3cret`, 'X-Plain: shown'] });
    const published = publishPlan(plan);
    expect(published.requests[0]?.headers.slice(0, 2)).toEqual([
      [name, '***'],
      ['X-Plain', 'shown'],
    ]);
    expect(JSON.stringify(published)).not.toContain('s3cret');
    expect(JSON.stringify(plan)).toContain('s3cret');
  });

  it.each([
    ['/p?token=s3cret&page=2', '/p?token=***&page=2'],
    ['/p?page=2&API_KEY=s3cret', '/p?page=2&API_KEY=***'],
    ['/p?api%5Fk%65y=s3cret', '/p?api%5Fk%65y=***'],
    ['/p?access_token=s3cret=s3cret', '/p?access_token=***'],
    ['/p?password=', '/p?password='],
    ['/p?code=s3cret&zipcode=1', '/p?code=***&zipcode=1'],
    ['/p?jwt=s3cret;x,y&user[password]=s3cret', '/p?jwt=***&user[password]=***'],
    ['/p;token=s3cret?next=http%3A%2F%2Fh%2F%3Fsig%3Ds3cret', '/p;token=***?next=http%3A%2F%2Fh%2F%3Fsig%3D***'],
    ['/p?sig=s3cret', '/p?sig=***'],
    ['/p?%E0%A4=1&&=&token', '/p?%E0%A4=1&&=&token'],
    ['/p?design=a%20b+c&x=/?', '/p?design=a%20b+c&x=/?'],
    ['/token/p', '/token/p'],
  ])('masks the query of %s', (path, masked) => {
    const published = publishPlan(planOf({}, { target: `http://h${path}` }));
    expect(published.target.url).toBe(`http://h${masked}`);
    expect(published.requests[0]?.path).toBe(masked);
  });

  it('cuts bodies over 4 KiB to 1 KiB and a mark', () => {
    const small = planOf({ body: 'x'.repeat(4_096) });
    expect(bodyOf(publishPlan(small))).toEqual(bodyOf(small));
    expect(bodyOf(publishPlan(planOf({ body: 'x'.repeat(4_097) })))).toEqual({
      encoding: 'utf8',
      data: `${'x'.repeat(1_024)} … (cut)`,
      bytes: 4_097,
    });
    const umlauts = bodyOf(publishPlan(planOf({ body: `x${'ü'.repeat(3_000)}` })));
    expect(umlauts).toMatchObject({ data: `x${'ü'.repeat(1_023)} … (cut)`, bytes: 6_001 });
    const files = { b: new Uint8Array(5_000).fill(0xff) };
    const binary = bodyOf(publishPlan(planOf({ bodyFile: 'b' }, { files })));
    expect(binary?.bytes).toBe(5_000);
    expect(binary?.data).toMatch(/^\/{1365}w== … \(cut\)$/);
  });

  it('leaves everything else alone, and is the same the second time', () => {
    const plain = planOf({ rate: '5', threshold: ['p95<1s'], body: '{"words": 1}' });
    expect(publishPlan(plain)).toEqual(plain);
    expect(heldSecrets({ command: [], plan: publishPlan(plain) })).toBe(false);
    const secret = publishPlan(
      planOf({ body: 'x'.repeat(9_999), header: ['Cookie: a'] }, { target: 'http://h/?key=1' }),
    );
    expect(publishPlan(secret)).toEqual(secret);
    expect(heldSecrets({ command: [], plan: secret })).toBe(true);
    expect(Object.isFrozen(secret.requests[0]?.headers[0])).toBe(true);
  });
});

describe('publishCommand', () => {
  it('masks secret headers and query parameters, however they are written, and nothing else', () => {
    const argv = ['run', 'http://h/p?api_key=s3cret&x=1', '-H', 'Authorization: Bearer s3cret', '-HX-Token: s3cret'];
    const more = [
      '--header=Cookie: a=s3cret',
      '-H',
      'Accept: text/plain',
      '--threshold',
      'p95<250ms',
      '-b',
      '{"key":1}',
    ];
    expect(publishCommand([...argv, ...more], new Secrets())).toEqual([
      'run',
      'http://h/p?api_key=***&x=1',
      '-H',
      'Authorization: ***',
      '-HX-Token: ***',
      '--header=Cookie: ***',
      '-H',
      'Accept: text/plain',
      '--threshold',
      'p95<250ms',
      '-b',
      '{"key":"***"}',
    ]);
  });

  it('masks what holds an address, quotation marks or nested fields', () => {
    const argv = [
      ...['-H', 'Cookie: sid=s3cret; back="https://app.test/"; a=s3cret', '-H', 'Authorization: Bearer tok://s3cret'],
      ...['-H', 'X-Back: https://h/?token=s3cret&x=1', '--proxy', 'user:s3c/ret@proxy:3128', '--user', 'me:s3cret'],
      ...['-b', '{"a":[{"password":{"old":"s3cret","n":[1]},"x":1}],"s":"{\\"token\\":\\"s3cret\\"}"}'],
      ...[
        '-b',
        'user=me&user[password]=s3cret',
        '--expect-json',
        '$.token=s3cret',
        '--secret',
        'ssn',
        '-b',
        'ssn=s3cret',
      ],
    ];
    const shown = publishCommand(argv, secretsIn(argv, {}));
    expect(shown.join('\n')).not.toMatch(/s3c/);
    expect(shown).toContain('{"a":[{"password":"***","x":1}],"s":"{\\"token\\":\\"***\\"}"}');
    expect(shown).toContain('X-Back: https://h/?token=***&x=1');
    expect(shown).toContain('ssn');
  });
});
