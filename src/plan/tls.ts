/** The settings of TLS: certificates and keys are read, and held against each other, before any connection. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { RampartError } from '../core/errors.ts';
import type { Target, Tls } from '../core/plan.ts';
import type { Files } from '../core/world.ts';
import { decodeUtf8, readInput } from './file.ts';
import { blame, type RawSettings, refuse } from './raw-settings.ts';
import { quote } from './syntax.ts';

type PemSetting = 'cacert' | 'cert' | 'key';

/** What TLS needs, with the files' contents: the plan may travel to where the files are not. @throws RampartError */
export function resolveTls(given: RawSettings, target: Target, files: Pick<Files, 'readBytes'>): Tls {
  const { settings } = given;
  for (const name of ['cacert', 'cert', 'key', 'insecure'] as const)
    if (target.protocol !== 'https:' && settings[name] !== undefined && settings[name] !== false)
      refuse(given, name, `is for https, but the URL is ${quote(target.url)}`);
  const ca = readPem(given, 'cacert', files);
  const cert = readPem(given, 'cert', files);
  // As elsewhere, one file may hold the certificate and its key.
  const ownKey = cert !== null && settings.key === undefined && isKey(cert);
  const key = ownKey ? cert : readPem(given, 'key', files);
  if (ca !== null) checkCertificates(given, 'cacert', ca);
  if (key !== null && cert === null) refuse(given, 'key', 'needs --cert, the certificate that it belongs to');
  if (cert !== null) {
    const [first] = checkCertificates(given, 'cert', cert);
    if (key === null) refuse(given, 'cert', 'needs --key, the private key that belongs to it');
    const secret = readKey(given, ownKey ? 'cert' : 'key', key);
    if (first !== undefined && !first.checkPrivateKey(secret))
      refuse(given, 'cert', 'and the key do not belong together');
  }
  return { verify: settings.insecure !== true, ca, cert, key };
}

function readPem(given: RawSettings, name: PemSetting, files: Pick<Files, 'readBytes'>): string | null {
  const path = given.settings[name];
  if (path === undefined) return null;
  return blame(given.originOf(name), (label) => {
    if (path === '') throw new RampartError('bad-flag', `${label} is empty; write the path of a file`);
    const text = decodeUtf8(readInput(files, path, label));
    if (text?.includes('-----BEGIN ')) return text;
    const hint = 'From DER: openssl x509 -inform der -in file -out file.pem';
    throw new RampartError('bad-file', `${label}: ${quote(path)} is not in PEM form`, hint);
  });
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

function checkCertificates(given: RawSettings, name: PemSetting, pem: string): X509Certificate[] {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) refuse(given, name, 'holds no certificate');
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    return refuse(given, name, `holds a certificate that can't be read: ${(error as Error).message}`);
  }
}

const isKey = (pem: string): boolean => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem);

function readKey(given: RawSettings, name: PemSetting, pem: string): KeyObject {
  if (!isKey(pem)) refuse(given, name, 'holds no private key');
  if (/ENCRYPTED/.test(pem))
    refuse(
      given,
      name,
      'holds an encrypted key, and there is nobody to ask for its passphrase',
      'Decrypt it: openssl pkey -in key.pem -out plain.pem',
    );
  try {
    return createPrivateKey(pem);
  } catch (error) {
    return refuse(given, name, `holds a key that can't be read: ${(error as Error).message}`);
  }
}
