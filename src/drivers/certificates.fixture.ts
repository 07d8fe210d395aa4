/** Certificates for tests of TLS, made by openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths and contents (PEM) of a certificate and its key. */
interface Pair {
  readonly certPath: string;
  readonly keyPath: string;
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** The authority that the others (but for `selfSigned`) come from. */
  readonly ca: Pair;
  /** For localhost and 127.0.0.1. */
  readonly good: Pair;
  readonly expired: Pair;
  /** For elsewhere.test. */
  readonly elsewhere: Pair;
  readonly selfSigned: Pair;
  /** For a client. */
  readonly client: Pair;
}

/** Makes certificates with the openssl command, in a folder of their own. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-certificates-'));
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  const pair = (name: string): Pair => {
    const certPath = join(folder, `${name}.pem`);
    const keyPath = join(folder, `${name}.key`);
    return { certPath, keyPath, cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') };
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const signedByItself = (name: string, subject: string, extension: string): Pair => {
    const out = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
    openssl('req', '-x509', ...newKey, ...out, '-subj', subject, '-days', '10', '-addext', extension);
    return pair(name);
  };
  const signed = (name: string, names: string, days: number): Pair => {
    openssl('req', '-new', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names}\n`);
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    const what = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-extfile', `${name}.ext`, '-days', `${days}`];
    openssl('x509', '-req', ...what, ...authority);
    return pair(name);
  };
  const ca = signedByItself('ca', '/CN=Test authority', 'keyUsage=critical,keyCertSign');
  return {
    ca,
    good: signed('good', 'DNS:localhost,IP:127.0.0.1', 10),
    expired: signed('expired', 'DNS:localhost,IP:127.0.0.1', -1),
    elsewhere: signed('elsewhere', 'DNS:elsewhere.test', 10),
    selfSigned: signedByItself('self-signed', '/CN=localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1'),
    client: signed('client', 'DNS:client.test', 10),
  };
}
