/** Protocol Buffers' wire format, as far as Prometheus' formats need it: fields one after the other, as bytes. */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** @param value whole, not negative, up to 2⁵³. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

const tag = (field: number, type: number): Buffer => varint(field * 8 + type);

export const uint = (field: number, value: number): Buffer => Buffer.concat([tag(field, VARINT), varint(value)]);

/** Whole numbers of either sign, small ones short. */
export const sint = (field: number, value: number): Buffer => uint(field, value < 0 ? -2 * value - 1 : 2 * value);

export function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, FIXED64), bytes]);
}

/** A text, or the parts of a message. */
export function nested(field: number, content: string | readonly Buffer[]): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.concat(content);
  return Buffer.concat([tag(field, BYTES), varint(bytes.length), bytes]);
}
