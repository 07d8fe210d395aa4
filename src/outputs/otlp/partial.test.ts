import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { Refused } from '../delivery.ts';
import { postOtlp } from './partial.ts';

let answer = '';
const server = createServer((request, response) => {
  request.resume().on('end', () => response.end(answer));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const posted = (text: string): Promise<void> => {
  answer = text;
  return postOtlp({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`, headers: {} }, '{}');
};

it('takes what a receiver took, whatever it answers to it', async () => {
  for (const text of ['', '{}', 'null', 'OK', '{"partialSuccess":{}}', '{"partialSuccess":{"rejectedDataPoints":"0"}}'])
    await expect(posted(text)).resolves.toBeUndefined();
});

it('is told what a receiver took only a part of, and why', async () => {
  const metrics = posted('{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"no exponential histograms"}}');
  await expect(metrics).rejects.toThrow(new Refused('it took all but 3: no exponential histograms'));
  await expect(posted('{"partialSuccess":{"rejectedSpans":2}}')).rejects.toThrow('it took all but 2');
});
