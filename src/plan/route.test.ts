import { describe, expect, it } from 'vitest';
import { describePlan } from './describe.ts';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario } from './plan.fixture.ts';

const via = (flags: Readonly<Record<string, unknown>>, target = 'https://api.test/p') =>
  planOf(flags, { target }).target.via;

describe('--connect-to and --resolve', () => {
  it('say where connections go, in curl’s syntax', () => {
    expect(via({})).toBeUndefined();
    expect(via({ connectTo: ['api.test:443:10.0.0.7:8443'] })).toEqual({ host: '10.0.0.7', port: 8443 });
    expect(via({ connectTo: ['API.test::staging.test:'] })).toEqual({ host: 'staging.test', port: 443 });
    expect(via({ connectTo: ['::[::1]:8443'] })).toEqual({ host: '::1', port: 8443 });
    expect(via({ connectTo: ['x:1:y:2', '::z:3'] })).toEqual({ host: 'z', port: 3 });
    expect(via({ resolve: ['api.test:443:10.0.0.7, 10.0.0.8'] })).toEqual({
      host: 'api.test',
      port: 443,
      addresses: ['10.0.0.7', '10.0.0.8'],
    });
    expect(via({ resolve: ['+*:443:[::1]'] })).toEqual({ host: 'api.test', port: 443, addresses: ['::1'] });
    expect(via({ resolve: ['[::1]:80:127.0.0.1'] }, 'http://[::1]/')).toMatchObject({ addresses: ['127.0.0.1'] });
  });

  it('can be said in a scenario and in the environment, and are told', () => {
    const { target } = planOfScenario({ url: 'http://h:1/p', connectTo: 'h:1:other:2' });
    expect(target.via).toEqual({ host: 'other', port: 2 });
    const plan = planOf({}, { env: { RAMPART_RESOLVE: 'x:2:10.0.0.1\nh:1:10.0.0.2,::1' } });
    expect(plan.target.via?.addresses).toEqual(['10.0.0.2', '::1']);
    expect(describePlan(plan).at(-1)).toContain('connects to 10.0.0.2:1, [::1]:1');
  });

  it.each([
    [
      { connectTo: ['api.test:443:10.0.0.7'] },
      '--connect-to: "api.test:443:10.0.0.7" is no way to connect; write HOST:PORT:',
    ],
    [{ connectTo: ['::x:99999'] }, 'has the port 99999'],
    [{ connectTo: ['other:443:x:1'] }, '--connect-to: it is about other:443, but requests go to api.test:443'],
    [{ resolve: ['api.test:443:name'] }, '"name" is no IP address'],
    [{ resolve: ['api.test:10.0.0.1'] }, 'resolves nothing; write HOST:PORT:ADDRESS'],
    [{ resolve: ['api.test:80:10.0.0.1'] }, '--resolve: it is about api.test:80, but requests go to api.test:443'],
    [{ resolve: ['api.test:443:10.0.0.1'], proxy: 'http://p:1' }, '--resolve does not go with --proxy'],
  ])('are refused: %j', (flags, message) => {
    expect(errorOf(() => planOf(flags, { target: 'https://api.test/p' }))).toContain(message);
  });

  it('do not go with a Unix socket, nor with autocannon', () => {
    expect(errorOf(() => planOf({ connectTo: ['::x:1'] }, { target: 'http+unix:///x.sock:/p' }))).toContain(
      'Unix socket',
    );
    expect(errorOf(() => planOf({ connectTo: ['::x:1'], engine: 'autocannon' }))).toContain(
      'does not go with the autocannon',
    );
  });
});

describe('--user', () => {
  const headerOf = (plan: ReturnType<typeof planOf>) =>
    plan.requests[0]?.headers.find(([name]) => name === 'authorization');

  it('becomes a header (RFC 7617), of whichever source', () => {
    expect(headerOf(planOf({ user: 'Aladdin:open sesame' }))).toEqual([
      'authorization',
      'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    ]);
    expect(headerOf(planOf({}, { env: { RAMPART_USER: 'ü:a:b' } }))?.[1]).toBe(
      `Basic ${Buffer.from('ü:a:b').toString('base64')}`,
    );
    const scenario = planOfScenario({ headers: { Authorization: 'Bearer x' } }, { user: 'a:b' });
    expect(scenario.requests[0]?.headers.filter(([name]) => name.toLowerCase() === 'authorization')).toEqual([
      ['authorization', 'Basic YTpi'],
    ]);
  });

  it.each([
    [{ user: 'alice' }, '--user: there is no colon between name and password'],
    [{ user: 'a:b', header: ['authorization: Bearer x'] }, '--user and the header Authorization are both given'],
  ])('is refused: %j', (flags, message) => {
    expect(errorOf(() => planOf(flags))).toContain(message);
  });
});
