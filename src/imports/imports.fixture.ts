/** Files as other programs write them. */

interface HarEntry {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly post?: object;
  readonly type?: string;
  readonly resource?: string;
  /** Seconds after the first one. */
  readonly at?: number;
  readonly ms?: number;
  /** What came back, as JSON. */
  readonly answer?: unknown;
  readonly answerHeaders?: Readonly<Record<string, string>>;
}

export function harOf(entries: readonly HarEntry[]): string {
  return JSON.stringify({
    log: {
      version: '1.2',
      creator: { name: 'made up', version: '1' },
      entries: entries.map(
        ({
          method = 'GET',
          url,
          headers = {},
          post,
          type = 'application/json',
          resource,
          at = 0,
          ms = 10,
          answer,
          answerHeaders,
        }) => ({
          ...(resource === undefined ? {} : { _resourceType: resource }),
          startedDateTime: new Date(1_700_000_000_000 + at * 1000).toISOString(),
          time: ms,
          request: {
            method,
            url,
            headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
            ...(post === undefined ? {} : { postData: post }),
          },
          response: {
            status: 200,
            headers: Object.entries(answerHeaders ?? {}).map(([name, value]) => ({ name, value })),
            content: { mimeType: type, ...(answer === undefined ? {} : { text: JSON.stringify(answer) }) },
          },
        }),
      ),
    },
  });
}

export const COLLECTION = {
  info: { name: 'Model', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
  variable: [
    { key: 'base', value: 'http://{{host}}/v1' },
    { key: 'host', value: 'api.test:8080' },
    { key: 'apiToken', value: 'sesame-open-now' },
    { key: 'size', value: '3' },
  ],
  auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{apiToken}}' }] },
  item: [
    {
      name: 'Models',
      auth: {
        type: 'basic',
        basic: [
          { key: 'username', value: 'ann' },
          { key: 'password', value: 'hunter22' },
        ],
      },
      variable: [{ key: 'size', value: '5' }],
      item: [
        {
          name: 'raw',
          request: {
            method: 'POST',
            url: {
              raw: '{{base}}/predict/:id?n={{size}}&off=1',
              query: [{ key: 'off', disabled: true }],
              variable: [{ key: 'id', value: '7' }],
            },
            header: [
              { key: 'X-Team', value: 'loans' },
              { key: 'X-Off', value: 'x', disabled: true },
            ],
            body: {
              mode: 'raw',
              raw: '{"n": {{size}}, "id": "{{$guid}}", "password": "hunter22"}',
              options: { raw: { language: 'json' } },
            },
          },
        },
        {
          name: 'form',
          request: {
            method: 'POST',
            url: '{{base}}/form',
            auth: { type: 'noauth' },
            body: {
              mode: 'urlencoded',
              urlencoded: [
                { key: 'a b', value: 'x&{{size}}' },
                { key: 'off', value: '1', disabled: true },
              ],
            },
          },
          event: [{ listen: 'test', script: { exec: ['pm.test()'] } }],
        },
      ],
    },
    {
      name: 'parts',
      request: {
        method: 'POST',
        url: { protocol: 'http', host: ['api', 'test'], port: '8080', path: ['v1', 'parts'] },
        body: { mode: 'formdata', formdata: [{ key: 'text', value: 'hello', type: 'text' }] },
      },
    },
    {
      name: 'upload',
      request: {
        method: 'POST',
        url: '{{base}}/up',
        body: { mode: 'formdata', formdata: [{ key: 'f', type: 'file', src: 'x.png' }] },
      },
    },
  ],
};

export const HTTP_FILE = `@host = http://api.test
@password = hunter22

### list
GET {{host}}/models
    ?page=2
    &size=10
Accept: application/json

###
# @name predict
// a comment
POST {{host}}/predict HTTP/1.1
Content-Type: application/json
Authorization: Bearer {{token}}

{
  "income": 52000,
  "id": "{{$uuid}}"
}

> {%
  client.global.set("x", response.body);
%}

### form
POST http://api.test/login
Content-Type: application/x-www-form-urlencoded

user=ann
&password={{password}}

<> 2024-01-01.200.json
`;
