import { describe, expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import { AllowedTargets } from './allowed.ts';

const targetAt = (url: string) => {
  const { protocol, hostname, port } = new URL(url);
  const usual = protocol === 'https:' ? 443 : 80;
  return {
    url,
    protocol: protocol as 'http:',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? usual : Number(port),
  };
};

const refusal = (patterns: readonly string[], url: string, more: object = {}) =>
  new AllowedTargets(patterns).refusal({ target: { ...targetAt(url), ...more }, proxy: planFixture().proxy });

describe('the targets that an agent sends to', () => {
  it.each([
    ['https://*.staging.example.com', 'https://api.staging.example.com/predict', true],
    ['https://*.staging.example.com', 'https://API.staging.example.com:443/', true],
    ['https://*.staging.example.com', 'https://staging.example.com.evil.test/', false],
    ['https://*.staging.example.com', 'http://api.staging.example.com/', false],
    ['https://*.staging.example.com', 'https://api.staging.example.com:8443/', false],
    ['http://10.0.0.*:8989', 'http://10.0.0.7:8989/x', true],
    ['http://10.0.0.*:8989', 'http://10.0.17.7:8989/x', false],
    ['http://localhost:*', 'http://localhost:1234/x', true],
  ])('%s and %s: %s', (pattern, url, allowed) => {
    expect(refusal([pattern], url) === null).toBe(allowed);
  });

  it('are all where there is no list, and are none that is reached another way', () => {
    expect(refusal([], 'http://anywhere.test/')).toBeNull();
    const own = ['https://a.test'];
    expect(refusal(own, 'https://a.test/', { via: { host: 'b.test', port: 443 } })).toContain('b.test');
    expect(refusal(own, 'https://a.test/', { via: { host: 'a.test', port: 443, addresses: ['10.0.0.1'] } })).toContain(
      '10.0.0.1',
    );
    expect(refusal(own, 'https://a.test/', { socketPath: '/run/x' })).toContain('Unix sockets');
  });

  it('are all of a plan’s', () => {
    const { tls } = planFixture();
    const targets = ['https://a.test', 'https://b.test'].map((url) => ({
      ...targetAt(url),
      name: url,
      weight: 1,
      tls,
    }));
    const plan = { target: targetAt('https://a.test'), targets, proxy: null };
    expect(new AllowedTargets(['https://a.test']).refusal(plan)).toContain('https://b.test:443');
    expect(new AllowedTargets(['https://*.test']).refusal(plan)).toBeNull();
  });

  it('are origins', () => {
    expect(() => new AllowedTargets(['example.com'])).toThrow(/is no origin/);
    expect(() => new AllowedTargets(['https://example.com/path'])).toThrow(/is no origin/);
  });
});
