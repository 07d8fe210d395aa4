import { describe, expect, it } from 'vitest';
import { packetsOf } from './statsd.ts';

describe('the packets of StatsD', () => {
  it('hold whole lines, as many as go into 1,432 bytes, however many bytes a letter has', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `rampart.sent:${i}|c|#request:größe_${'ü'.repeat(i % 40)}`);
    const packets = packetsOf(lines);
    expect(packets.join('')).toBe(lines.map((line) => `${line}\n`).join(''));
    for (const packet of packets) {
      expect(packet.endsWith('\n')).toBe(true);
      expect(Buffer.byteLength(packet)).toBeLessThanOrEqual(1_432);
    }
    expect(packets.length).toBeLessThan(10);
  });
});
