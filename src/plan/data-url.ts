/** Bytes within an address (RFC 2397): a body that is no text, where no file of its own is worth while. */
import { Buffer } from 'node:buffer';
import { RampartError } from '../core/errors.ts';

export const isDataUrl = (path: string): boolean => /^data:/i.test(path);

export const dataUrl = (base64: string): string => `data:;base64,${base64}`;

/** @throws RampartError 'bad-flag' */
export function dataUrlBytes(url: string, label: string): Uint8Array {
  const [, encoded, data = ''] = /^data:[^,]*?(;base64)?,(.*)$/is.exec(url) ?? [];
  const base64 = data.replaceAll(/\s+/g, '');
  if (encoded === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    throw new RampartError(
      'bad-flag',
      `${label} is no data URL with bytes in Base64`,
      'Write data:;base64,AAEC, or the path of a file.',
    );
  return Buffer.from(base64, 'base64');
}
