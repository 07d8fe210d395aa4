import { expect, test } from 'vitest';
import { describeFailure, securityHint } from './failure.ts';

const failure = (code: string) => Object.assign(new Error('write EPROTO'), { code });

test.each(['SSLV3', 'SSL/TLS'])('an alert of TLS means the same by the name of any OpenSSL: %s', (name) => {
  const handshake = failure(`ERR_SSL_${name}_ALERT_HANDSHAKE_FAILURE`);
  expect(securityHint(handshake, false)).toContain('--cert and --key');
  expect(securityHint(handshake, true)).toBeNull();
  const expired = failure(`ERR_SSL_${name}_ALERT_CERTIFICATE_EXPIRED`);
  expect(describeFailure(expired)).toBe(`the target finds the client’s certificate expired (${expired.code})`);
  expect(securityHint(expired, true)).toContain('Is the certificate of --cert valid');
});
