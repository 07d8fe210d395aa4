/** Small files that are valid, of the kinds that models take: what a form's file, or a body of bytes, is made of. */
import { Buffer } from 'node:buffer';
import { crc32, deflateSync } from 'node:zlib';

export type FileKind = 'text' | 'png' | 'wav';

export interface SampleFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** What names and types say of a file; the likeliest first. */
export function kindsOf(words: string, mediaType = ''): FileKind[] {
  if (/^image\//i.test(mediaType)) return ['png'];
  if (/^audio\//i.test(mediaType)) return ['wav'];
  if (/^text\//i.test(mediaType)) return ['text'];
  if (/image|img|photo|picture|pixel|face|ocr|vision|detect|segment/i.test(words)) return ['png', 'text'];
  if (/audio|sound|speech|voice|wav|transcri|whisper|music/i.test(words)) return ['wav', 'text'];
  return ['text', 'png', 'wav'];
}

const MADE = new Map<FileKind, SampleFile>();

export function sampleFile(kind: FileKind): SampleFile {
  const known = MADE.get(kind) ?? make(kind);
  MADE.set(kind, known);
  return known;
}

function make(kind: FileKind): SampleFile {
  switch (kind) {
    case 'png':
      return { name: 'sample.png', type: 'image/png', bytes: png() };
    case 'wav':
      return { name: 'sample.wav', type: 'audio/wav', bytes: wav() };
    case 'text':
      return { name: 'sample.txt', type: 'text/plain', bytes: Buffer.from('hello') };
  }
}

const SIDE = 64;

/** A picture of 64 × 64 colours that run into each other: no model finds it too small, or of no size (ISO/IEC 15948). */
function png(): Buffer {
  const rows = Buffer.alloc(SIDE * (1 + 3 * SIDE));
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) rows.set([4 * x, 4 * y, 2 * (x + y)], y * (1 + 3 * SIDE) + 1 + 3 * x);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(SIDE, 0);
  head.writeUInt32BE(SIDE, 4);
  // Eight bits of red, green and blue.
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)]);
}

const RATE = 16_000;

/** A quarter of a second of a tone of 440 Hz: 16 kHz, 16 bits, one channel, as recognisers of speech want it. */
function wav(): Buffer {
  const samples = RATE / 4;
  const file = Buffer.alloc(44 + 2 * samples);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + 2 * samples, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(2 * RATE, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(2 * samples, 40);
  for (let n = 0; n < samples; n++)
    file.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * 440 * n) / RATE)), 44 + 2 * n);
  return file;
}
