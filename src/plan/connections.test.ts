import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { count, seconds } from '../core/units.ts';
import { describePlan } from './describe.ts';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario } from './plan.fixture.ts';
import { publishPlan } from './publish.ts';

describe('connections', () => {
  it('are not limited, do not age, and addresses are remembered for 30 s, unless told otherwise', () => {
    expect(planOf().connections).toEqual({ limit: null, maxAge: null, dnsTtl: seconds(30) });
    const flags = { rate: '10/s', connections: '8', maxConnAge: '1m', dnsTtl: '0s' };
    const plan = planOf(flags);
    expect(plan.connections).toEqual({ limit: 8, maxAge: seconds(60), dnsTtl: 0 });
    expect(describePlan(plan).join()).toContain('at most 8 connections · connections replaced after 1 min');
  });

  it('there are no more threads than connections', () => {
    expect(planOf({ rate: '10/s', connections: '2' }, { cores: 16 }).threads).toBe(count(2));
    expect(planOf({ rate: '10/s', connections: '2', threads: '2' }).threads).toBe(count(2));
    expect(errorOf(() => planOf({ rate: '10/s', connections: '2', threads: '3' }))).toBe(
      'bad-flag --connections are fewer than the 3 threads, each of which needs one',
    );
  });

  it('are a matter of the open model, and of connections that are kept', () => {
    expect(errorOf(() => planOf({ vus: '10', connections: '2' }))).toContain('--connections needs --rate');
    expect(errorOf(() => planOf({ keepalive: false, maxConnAge: '1s' }))).toContain('keep-alive is off');
    expect(errorOf(() => planOf({ maxConnAge: '1ms' }))).toContain('--max-conn-age');
    expect(errorOf(() => planOf({ connections: '1' }, { kind: 'probe' }))).toContain('does not apply to a probe');
    // Users on the command line drop a scenario's rate, and with it its connections.
    expect(planOfScenario({ rate: '10/s', connections: 4 }, { vus: '3' }).connections.limit).toBeNull();
  });
});

describe('tls', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-plan-'));
  const make = (name: string, more: string[] = ['-nodes']): { cert: string; key: string } => {
    const out = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`, ...more];
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync('openssl', ['req', '-x509', ...newKey, ...out], { cwd: folder, stdio: 'pipe' });
    const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
    return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
  };
  const one = make('one');
  const two = make('two');
  const locked = make('locked', ['-passout', 'pass:secret']);
  const files = {
    'one.pem': one.cert,
    'one.key': one.key,
    'both.pem': one.cert + one.key,
    'two.key': two.key,
    'locked.pem': locked.cert,
    'locked.key': locked.key,
    'one.der': new Uint8Array([0x30, 0x82, 0x01]),
    'dir/ca.pem': one.cert,
    'broken.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  };
  const secure = (flags: Record<string, unknown>, target = 'https://h/p') => planOf(flags, { target, files });
  const errorIn = (flags: Record<string, unknown>, target?: string): string => errorOf(() => secure(flags, target));

  it('verifies, with the usual authorities and no certificate of ours', () => {
    expect(secure({}).tls).toEqual({ verify: true, ca: null, cert: null, key: null });
    expect(secure({ insecure: true }).tls.verify).toBe(false);
    expect(planOf({}, { target: 'https://h/', env: { RAMPART_INSECURE: 'yes' } }).tls.verify).toBe(false);
    expect(describePlan(secure({ insecure: true })).join()).toContain('any certificate is accepted');
  });

  it('holds the contents of the files, and publishes none of them', () => {
    const { tls } = secure({ cacert: 'one.pem', cert: 'one.pem', key: 'one.key' });
    expect(tls).toEqual({ verify: true, ca: one.cert, cert: one.cert, key: one.key });
    expect(secure({ cert: 'both.pem' }).tls.key).toBe(one.cert + one.key);
    const published = publishPlan(secure({ cacert: 'one.pem', cert: 'both.pem' }));
    expect(published.tls).toMatchObject({ ca: `PEM, ${one.cert.length} bytes`, key: '***' });
    expect(JSON.stringify(published)).not.toContain('BEGIN');
    const scenario = planOfScenario({ url: 'https://h/', cacert: 'ca.pem' }, {}, { files });
    expect(scenario.tls.ca).toBe(one.cert);
  });

  it('says what is wrong with a file', () => {
    expect(errorIn({ cacert: 'nowhere.pem' })).toContain('--cacert: "nowhere.pem" does not exist');
    expect(errorIn({ cacert: 'one.der' })).toContain('is not in PEM form | From DER');
    expect(errorIn({ cacert: 'one.key' })).toBe('bad-flag --cacert holds no certificate');
    expect(errorIn({ cacert: 'broken.pem' })).toContain("--cacert holds a certificate that can't be read");
    expect(errorIn({ cert: 'one.pem' })).toContain('--cert needs --key');
    expect(errorIn({ key: 'one.key' })).toContain('--key needs --cert');
    expect(errorIn({ cert: 'one.pem', key: 'one.pem' })).toContain('--key holds no private key');
    expect(errorIn({ cert: 'one.pem', key: 'two.key' })).toContain('--cert and the key do not belong together');
    expect(errorIn({ cert: 'locked.pem', key: 'locked.key' })).toContain('--key holds an encrypted key');
    expect(errorIn({ cacert: 'one.pem' }, 'http://h/')).toContain('--cacert is for https, but the URL is "http://h/"');
    expect(errorIn({ insecure: true }, 'http://h/')).toContain('--insecure is for https');
  });
});
