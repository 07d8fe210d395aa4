import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { counted, measured } from './command.ts';
import { httpTarget } from './target.ts';

it('--compressed asks for compressed responses, checks what they hold, and tells both sizes', async () => {
  const body = JSON.stringify({ label: 'approved', pad: 'x'.repeat(2_000) });
  const packed = gzipSync(body);
  expect(gunzipSync(packed).toString()).toBe(body);
  const target = await httpTarget(({ headers }, response) => {
    if (headers['accept-encoding'] === 'gzip, deflate, br') {
      response.setHeader('content-encoding', 'gzip');
      response.end(packed);
    } else response.end(body);
  });
  const asked = ['run', target.url, '-u', '2', '-n', '40', '-q', '--no-discover', '--expect-json', '$.label=approved'];
  const { result } = await measured([...asked, '--compressed', '--threads', '2']);
  expect(counted(result.totals)).toMatchObject({ sent: 40, ok: 40, bodyBytesIn: 40 * packed.length });
  expect(result.decoded).toEqual({
    ...{ responses: 40, wireBytes: 40 * packed.length, bytes: 40 * body.length, undecoded: 0 },
  });
  const plain = (await measured(asked)).result;
  expect([plain.totals.bodyBytesIn, plain.decoded]).toEqual([40 * body.length, undefined]);
  await target.close();
});
