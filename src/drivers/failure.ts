/**
 * Why connections and handshakes fail, in words that are equal for equal causes, so that failures can be counted by
 * them.
 */
import { EXHAUSTION, isExhaustion } from '../core/cause.ts';

type Failure = NodeJS.ErrnoException & {
  readonly address?: string;
  readonly port?: number;
  /** What OpenSSL says, where it is a TLS error. */
  readonly reason?: string;
};

const UNTRUSTED = 'comes from an authority that is not trusted';

/** What is wrong with a certificate, by OpenSSL's and Node's error codes. */
const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  CERT_REVOKED: 'was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another host',
};

/** What a target says of the client's certificate, by the alert it ends the handshake with (RFC 8446, 6.2). */
const CLIENT_CERTIFICATE: Readonly<Record<string, string>> = {
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'asks for a certificate of the client',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'does not trust the authority of the client’s certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'does not accept the client’s certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'finds the client’s certificate expired',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'finds the client’s certificate revoked',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'does not accept the client’s certificate',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'does not accept the client’s kind of certificate',
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: 'denies the client’s certificate access',
};

/** What OpenSSL 3.2 (so Node 22 and later) names otherwise than the one before, by its earlier name. */
function earlierName(code: string): string {
  return code.replace(/^ERR_SSL_SSL\/TLS_ALERT_/, 'ERR_SSL_SSLV3_ALERT_');
}

/**
 * Where several addresses of a name were tried, the first failure that says more than that the generator is out of
 * ports.
 */
function causeOf(error: Error): Failure {
  if (!(error instanceof AggregateError)) return error;
  const errors = error.errors.filter((each): each is Failure => each instanceof Error);
  return errors.find(({ code }) => !isExhaustion(code)) ?? errors[0] ?? error;
}

/** Said of a TLS handshake that did not end in the version of HTTP that was asked for. */
export const OTHER_PROTOCOL = 'the target does not offer the protocol asked for (by ALPN)';

/** Is it the target's certificate that a connection failed by? */
export function isCertificateFailure(error: Error): boolean {
  const { code } = causeOf(error);
  return code !== undefined && code in CERTIFICATE;
}

const TRUST = 'Trust its authority with --cacert, or accept any certificate with --insecure.';
const SHOW_CERTIFICATE = 'Show it a certificate with --cert and --key.';

/**
 * What to do about a failure of TLS; null: it is none that something is known about.
 *
 * @param shown whether the client has a certificate to show.
 */
export function securityHint(error: Error, shown: boolean): string | null {
  const { code: named = '', syscall } = causeOf(error);
  const code = earlierName(named);
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'Renew it on the target, or accept any certificate with --insecure.';
    case 'CERT_NOT_YET_VALID':
      return 'Is a clock wrong, here or there? --insecure accepts any certificate.';
    case 'CERT_REVOKED':
      return 'The target needs another one; --insecure accepts any certificate.';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'Test it by the name that its certificate is for, or accept any certificate with --insecure.';
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
      return shown ? null : `It may ask for a certificate of the client. ${SHOW_CERTIFICATE}`;
  }
  if (code in CERTIFICATE) return TRUST;
  if (code in CLIENT_CERTIFICATE)
    return shown
      ? 'Is the certificate of --cert valid, and from an authority that the target trusts?'
      : SHOW_CERTIFICATE;
  if (code === 'ECONNRESET' && syscall !== 'connect' && !shown)
    return `Does it speak TLS on this port? It may ask for a certificate of the client, too. ${SHOW_CERTIFICATE}`;
  return null;
}

/** Does the target respond to a TLS handshake with something else? */
export function isPlainText(error: Error): boolean {
  const { code, message } = causeOf(error);
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || (code === 'EPROTO' && message.includes('wrong version number'));
}

/** Why a connection could not be opened, in words that are equal for equal causes: `ECONNREFUSED 127.0.0.1:9`. */
export function describeFailure(error: Error): string {
  const cause = causeOf(error);
  const { code, address, port } = cause;
  if (code === undefined) return cause.message;
  if (isExhaustion(code)) return EXHAUSTION[code];
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) return `the target's certificate ${certificate}${detailOf(cause)} (${code})`;
  const asked = CLIENT_CERTIFICATE[earlierName(code)];
  if (asked !== undefined) return `the target ${asked} (${code})`;
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') return OTHER_PROTOCOL;
  if (isPlainText(cause)) return 'the target does not speak TLS on this port';
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return `TLS: ${cause.reason ?? cause.message} (${code})`;
  if (address !== undefined) return port === undefined ? `${code} ${address}` : `${code} ${address}:${port}`;
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? cause.message : code;
}

/** Said of a response that was given up because of its size. */
export const bodyTooLong = (limit: number): string =>
  `the body is longer than --max-body allows (${limit.toLocaleString('en-US')} bytes)`;

/** `Host: a.test. is not in the cert's altnames: DNS:b.test` says which two hosts. */
function detailOf({ code, reason }: Failure): string {
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' && reason !== undefined ? `: ${reason}` : '';
}
