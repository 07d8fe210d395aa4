import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan, RequestTemplate } from '../../core/plan.ts';
import type { Payloads } from '../../core/ports.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { bytes } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { Http1Driver } from './driver.ts';
import { renderRequest, VaryingRequests } from './request.ts';

/** Puts the request's number for every `#`. */
const numbers: Payloads = {
  compile: (parts) => {
    const filling = {
      bytes: Buffer.alloc(0),
      fill: (index: number): number => {
        const texts = parts.map(({ text, place }) => (place === null ? text : text.replaceAll('#', String(index))));
        filling.bytes = Buffer.concat([Buffer.from(texts.join('')), Buffer.from('left over')]);
        return filling.bytes.length - 9;
      },
    };
    return filling;
  },
  field: () => 'null',
  rowOf: () => null,
};

function planOf(request: Partial<RequestTemplate>, changes: Partial<Plan> = {}): Plan {
  const [given] = planFixture().requests as [RequestTemplate];
  return planFixture({ requests: [{ ...given, ...request }], ...changes });
}

const bodyOf = (data: string) => ({ encoding: 'utf8' as const, data, bytes: bytes(Buffer.byteLength(data)) });

describe('a request with placeholders', () => {
  it('is to the byte what it would be with its values written out', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '#', '{', 'é', '😀'), maxLength: 300 });
    fc.assert(
      fc.property(text, fc.option(fc.constant('')), fc.nat(1e9), fc.boolean(), (data, none, index, keepAlive) => {
        const body = none === '' ? null : bodyOf(data);
        const plan = planOf({ path: '/p/#', headers: [['x-n', '#']], body, templated: true }, { keepAlive });
        const varying = VaryingRequests.of(plan, numbers);
        const sent = varying?.render(Object.assign(createExchange(0), { index }));
        const n = String(index);
        const [constant] = planOf({
          path: `/p/${n}`,
          headers: [['x-n', n]],
          body: body === null ? null : bodyOf(data.replaceAll('#', n)),
        }).requests as [RequestTemplate];
        expect(sent?.toString()).toBe(renderRequest(constant, plan.target, keepAlive).toString());
      }),
    );
  });

  it('has its own memory, as the one before it may still be on its way', () => {
    const varying = VaryingRequests.of(planOf({ path: '/#', templated: true }), numbers);
    const [first, second] = [1, 2].map((index) => varying?.render(Object.assign(createExchange(0), { index })));
    expect(first?.toString()).toContain('POST /1 HTTP/1.1');
    expect(second?.toString()).toContain('POST /2 HTTP/1.1');
  });

  it('is none where nothing varies', () => {
    expect(VaryingRequests.of(planOf({}), numbers)).toBeNull();
  });
});

describe('a wrong answer', () => {
  it('leaves its connection to the next request, with or without a user', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"y":4}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const target = { url: `http://127.0.0.1:${port}/`, protocol: 'http:' as const, host: '127.0.0.1', port };
    const expected = { from: 'plan' as const, json: '3' };
    const checks = [{ kind: 'json' as const, path: '$.y', steps: ['y'], expected, tolerance: 0 }];
    const clock = new SystemClock();
    const driver = new Http1Driver(planOf({}, { target, checks }), clock);
    for (const exchange of [createExchange(-1), createExchange(5)])
      for (let n = 0; n < 4; n++) {
        await new Promise<void>((resolve) => {
          driver.onDone = () => resolve();
          exchange.dueAt = clock.now();
          driver.send(exchange);
        });
        expect([OUTCOMES[exchange.outcome], exchange.message]).toEqual(['wrong-answer', '$.y differs']);
        expect(exchange.example).toBe(sockets.length === 1 && n === 0 ? '$.y: expected 3, got 4, 1 more' : '');
        expect(exchange.sentAt).toBeGreaterThanOrEqual(exchange.dueAt);
        // Until the target is known to keep connections open, nobody is given a used one.
        if (sockets.length === 1 && n === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    expect(sockets).toHaveLength(2);
    driver.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
