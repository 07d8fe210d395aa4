import { expect, it } from 'vitest';
import { Secrets } from '../core/secret.ts';
import { planOf } from './plan.fixture.ts';
import { publishCommand, publishPlan } from './publish.ts';

it('is the engine of this project, over HTTP/1.1, with precise timing, where nothing else is asked for', () => {
  expect(planOf()).toMatchObject({ engine: 'rampart', http2: false, proxy: null, timing: 'precise' });
  expect(planOf({ rate: '10/s', timing: 'relaxed', http2: true })).toMatchObject({ http2: true, timing: 'relaxed' });
});

it('refuses to autocannon what it cannot do right, and says why', () => {
  const refused = (flags: Record<string, unknown>) => () => planOf({ engine: 'autocannon', ...flags });
  expect(refused({})().engine).toBe('autocannon');
  expect(refused({ rate: '10/s' })).toThrow(/--rate does not go with the autocannon engine: .*bursts/);
  expect(refused({ thinkTime: '1s' })).toThrow(/--think-time .*never pauses/);
  expect(refused({ stages: '10s:5' })).toThrow(/--stages .*fixed number/);
  expect(refused({ vus: '5', spawnRate: '1/s' })).toThrow(/--spawn-rate/);
  expect(refused({ http2: true })).toThrow(/--http2/);
  expect(refused({ proxy: 'http://p:1' })).toThrow(/--proxy/);
  expect(refused({ maxConnAge: '9s' })).toThrow(/--max-conn-age .*never replaces/);
  expect(refused({ dnsTtl: '9s' })).toThrow(/--dns-ttl .*looks names up itself/);
  expect(refused({ maxBody: '9MB' })).toThrow(/--max-body .*to its end/);
  expect(refused({ threshold: ['ttft_p95<300ms'] })).toThrow(
    /--threshold does not go with the autocannon engine: it follows no streams, as "ttft_p95<300ms" needs/,
  );
  expect(refused({ threshold: ['p95<300ms'] })().thresholds).toHaveLength(1);
  expect(refused({ method: 'head' })).toThrow(/--method HEAD does not go with the autocannon engine/);
  expect(refused({ header: ['X-A: 1', 'x-a: 2'] })).toThrow(/--engine autocannon sends one header of a name only/);
  expect(refused({ keepalive: false })).toThrow(/--no-keepalive/);
  expect(refused({ body: '{"id":"{{uuid}}"}' })).toThrow(/placeholders/);
  expect(() => planOf({ engine: 'autocannon' }, { target: 'https://h/p' })).toThrow(/never verifies the certificate/);
  expect(() => planOf({ engine: 'wrk' })).toThrow(/rampart or autocannon/);
});

it('refuses what means nothing, or is not done, with HTTP/2 or a proxy', () => {
  expect(() => planOf({ timing: 'relaxed' })).toThrow(/--timing needs --rate/);
  expect(() => planOf({ http2: true, keepalive: false })).toThrow(/--http2 shares connections/);
  expect(() => planOf({ proxy: 'http://p:1', rate: '9/s', connections: '2' })).toThrow(/a connection of its own/);
});

it('reads a proxy, and hides its password from everybody but the thread', () => {
  const proxy = (text: string) => planOf({ proxy: text }).proxy;
  expect(proxy('http://proxy.test:3128')).toEqual({
    url: 'http://proxy.test:3128',
    host: 'proxy.test',
    port: 3128,
    authorization: null,
  });
  expect(proxy('[::1]:8080')).toMatchObject({ url: 'http://[::1]:8080', host: '::1', port: 8080 });
  const secret = proxy('http://me:s%40cret@proxy.test');
  expect(secret).toMatchObject({ url: 'http://proxy.test', port: 80, authorization: `Basic ${btoa('me:s@cret')}` });
  const published = publishPlan(planOf({ proxy: 'http://me:secret@p:1' }));
  expect(JSON.stringify(published)).not.toMatch(/secret|me:|bWU6/);
  for (const args of [['--proxy', 'http://me:secret@p:1'], ['--proxy=me:se/cret@p:1']])
    expect(publishCommand(args, new Secrets()).join(' ')).not.toMatch(/secret|se\/cret|me:/);
  expect(() => proxy('https://p:1')).toThrow(/no plain HTTP proxy/);
  expect(() => proxy('socks5://me:secret@p:1')).toThrow(/^--proxy: "socks5:\/\/\*\*\*@p:1"/);
  expect(() => proxy('http://p:1/path')).toThrow(/has a path/);
});
