import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { dataUrl } from '../plan/data-url.ts';
import { planOf, planOfScenario } from '../plan/plan.fixture.ts';
import { questionOf } from './exchange.ts';
import { ApiDocument } from './openapi.ts';
import { kindsOf, sampleFile } from './sample-files.ts';
import { sampleOf } from './schema.ts';

describe('a sample file', () => {
  it('of a picture has as many pixels as it says', () => {
    const { bytes } = sampleFile('png');
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([64, 64]);
    const data = bytes.subarray(bytes.indexOf('IDAT') + 4);
    const length = bytes.readUInt32BE(bytes.indexOf('IDAT') - 4);
    expect(inflateSync(data.subarray(0, length))).toHaveLength(64 * (1 + 3 * 64));
  });

  it('of a sound has as many bytes as it says', () => {
    const { bytes } = sampleFile('wav');
    expect([bytes.readUInt32LE(4), bytes.readUInt32LE(40)]).toEqual([bytes.length - 8, bytes.length - 44]);
  });

  it.each([
    ['x', 'image/jpeg', ['png']],
    ['Transcribe speech', '', ['wav', 'text']],
    ['photo', 'application/octet-stream', ['png', 'text']],
    ['file', '', ['text', 'png', 'wav']],
  ])('is chosen by words (%s) and type (%s)', (words, type, kinds) => {
    expect(kindsOf(words, type)).toEqual(kinds);
  });
});

const described = (content: object) =>
  ApiDocument.of({
    openapi: '3.1.0',
    paths: { '/p': { post: { requestBody: { content } as never } } },
  })
    ?.operationAt('/p')
    ?.candidates('/p') ?? [];

describe('a request with a file', () => {
  it('has the bytes between its boundaries, one part for each of several files', () => {
    const schema = {
      type: 'object',
      required: ['images', 'note'],
      properties: {
        images: { type: 'array', minItems: 2, items: { type: 'string', format: 'binary' } },
        note: { type: 'string' },
      },
    };
    const [candidate] = described({ 'multipart/form-data': { schema } });
    expect(candidate?.from).toBe("the schema in the target's description, with a small PNG picture");
    const { body, bytes = '' } = questionOf(candidate!);
    expect(body).toBeNull();
    const sent = Buffer.from(bytes, 'base64').toString('latin1');
    const png = sampleFile('png').bytes.toString('latin1');
    expect(sent.split(png)).toHaveLength(3);
    expect(sent.match(/name="images"; filename="sample.png"\r\nContent-Type: image\/png\r\n\r\n/g)).toHaveLength(2);
    expect(sent).toContain('name="note"\r\n\r\ntext\r\n');
  });

  it('may be the file itself, of the type that is wanted', () => {
    const [candidate] = described({ 'image/*': {} });
    expect(questionOf(candidate!)).toMatchObject({ headers: [['content-type', 'image/png']], body: null });
    const kinds = described({ 'application/octet-stream': {} }).map(({ content }) => content);
    expect(kinds).toMatchObject([{ file: 'text' }, { file: 'png' }, { file: 'wav' }]);
  });

  it('is in JSON as Base64, where the schema or the name says so', () => {
    const of = (name: string, schema: object) =>
      sampleOf(
        { type: 'object', properties: { [name]: { type: 'string', ...schema } } },
        { root: {}, sparse: false },
      ) as Record<string, string>;
    const png = sampleFile('png').bytes.toString('base64');
    const wav = sampleFile('wav').bytes.toString('base64');
    expect(of('image', {})['image']).toBe(png);
    expect(of('x', { contentEncoding: 'base64', contentMediaType: 'image/png' })['x']).toBe(png);
    expect(of('audio', { format: 'byte' })['audio']).toBe(wav);
    expect(of('image_url', { format: 'uri' })['image_url']).toBe('https://example.com/');
    expect(of('image_name', {})['image_name']).toBe('text');
    expect(of('x', { format: 'byte' })['x']).toBe('aGVsbG8=');
  });
});

describe('a body within an address', () => {
  it('is sent as its bytes, from a flag and from a scenario in another folder', () => {
    const url = dataUrl(Buffer.from([0x89, 0, 255]).toString('base64'));
    const body = { encoding: 'base64', data: 'iQD/', bytes: 3 };
    expect(planOf({ bodyFile: url }).requests[0]).toMatchObject({ method: 'POST', body });
    expect(planOfScenario({ bodyFile: url }).requests[0]).toMatchObject({ body });
    expect(() => planOf({ bodyFile: 'data:,x' })).toThrow('no data URL with bytes in Base64');
  });
});
