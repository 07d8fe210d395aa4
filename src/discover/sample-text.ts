/** Texts that a body may hold: by format, else by the name of the field. */
import { sampleFile } from './sample-files.ts';

/** A text of each format. */
export const FORMATS = {
  date: '2024-01-15',
  'date-time': '2024-01-15T12:00:00Z',
  time: '12:00:00',
  duration: 'PT1H',
  email: 'someone@example.com',
  'idn-email': 'someone@example.com',
  uri: 'https://example.com/',
  'uri-reference': 'https://example.com/',
  url: 'https://example.com/',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  uuid4: '123e4567-e89b-42d3-a456-426614174000',
  ipv4: '192.0.2.1',
  ipvanyaddress: '192.0.2.1',
  ipv6: '2001:db8::1',
  ipv4network: '192.0.2.0/24',
  hostname: 'example.com',
  byte: 'aGVsbG8=',
  base64: 'aGVsbG8=',
  base64url: 'aGVsbG8=',
  decimal: '1.5',
  'json-pointer': '/a',
  'json-string': '{}',
  binary: 'hello',
} as const;

/** A text that goes with the name of its field. */
export function textNamed(name: string): string {
  if (/e-?mail/i.test(name)) return 'someone@example.com';
  if (/(^|_)(url|uri|link)$/i.test(name)) return 'https://example.com/';
  if (/(^|_)date$|^date/i.test(name)) return '2024-01-15';
  if (/(^|_)(image|img|b64|base64)(_(b64|base64|data|bytes|string))?$/i.test(name))
    return sampleFile('png').bytes.toString('base64');
  if (/text|prompt|sentence|query|question|message|content|comment|review|document|input/i.test(name))
    return 'The quick brown fox jumps over the lazy dog.';
  return 'text';
}
