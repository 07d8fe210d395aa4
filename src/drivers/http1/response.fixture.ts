/** Arbitrary responses of a target, as latin1 text: well-formed ones, and ones with something wrong. */
import fc from 'fast-check';

const CRLF = '\r\n';
const word = fc.string({
  unit: fc.constantFrom(...'abcXYZ019-_!~.'),
  minLength: 1,
  maxLength: 8,
});
const phrase = fc.string({ unit: fc.constantFrom(...'abc XYZ:019;,\t"=\xe9\xa0'), maxLength: 12 });
const bodyText = fc.string({ unit: fc.constantFrom(...'{}"ab\r\n0 \0\xff'), maxLength: 24 });

const status = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('200', '201', '206', '301', '400', '404', '500', '503') },
  { weight: 2, arbitrary: fc.constantFrom('204', '304', '100', '103', '102') },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1100 }).map(String) },
);
const version = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('HTTP/1.1', 'HTTP/1.0') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1.10', 'http/1.1', 'ICY', 'RTSP/1.0'),
  },
);
const statusLine = fc
  .tuple(version, status, fc.option(phrase, { nil: undefined }))
  .map(([v, s, reason]) => `${v} ${s}${reason === undefined ? '' : ` ${reason}`}${CRLF}`);

const plainHeader = fc.tuple(word, phrase).map(([name, value]) => `${name}: ${value}${CRLF}`);
const connection = fc
  .constantFrom(
    'close',
    'keep-alive',
    'Close',
    'Keep-Alive, x',
    'x, close',
    'upgrade',
    'closed',
    'keep-alive,close',
    'close\xa0',
    'close\t',
    'keep-alive\xa0',
    '',
  )
  .chain((value) =>
    fc
      .constantFrom('Connection', 'Connection', 'Connection', 'connection', 'Proxy-Connection')
      .map((name) => `${name}: ${value}${CRLF}`),
  );
const keepAlive = fc
  .constantFrom('timeout=5', 'timeout=5, max=100', 'max=3, timeout=60', 'timeout=x', '')
  .map((value) => `Keep-Alive: ${value}${CRLF}`);
const upgrade = fc.constantFrom('h2c', 'websocket', '').map((value) => `Upgrade: ${value}${CRLF}`);
const spacing = fc.constantFrom('', ' ', '  ', '\t', ' \t ');
const oddLength = fc
  .tuple(
    fc.constantFrom('5', '0', '05', '5, 5', '5 5', '-1', '+5', '5a', '0x5', '', '99999999999999999999', '1e1'),
    spacing,
    spacing,
  )
  .map(([value, before, after]) => `Content-Length:${before}${value}${after}${CRLF}`);
const oddCoding = fc
  .tuple(
    fc.constantFrom(
      ...['chunked', 'Chunked', 'gzip, chunked', 'chunked, gzip', 'gzip', 'identity', 'chunked,', ', chunked', ''],
      ...[
        'chunked\xa0',
        '\xa0chunked',
        'gzip,\xa0chunked',
        'chunkedd',
        'chunked chunked',
        'chunked;q=1',
        'chunked, chunked',
        'xchunked',
        'gzip,chunked',
      ],
    ),
    spacing,
    spacing,
  )
  .map(([value, before, after]) => `Transfer-Encoding:${before}${value}${after}${CRLF}`);
const anyHeader = fc.oneof(
  { weight: 4, arbitrary: plainHeader },
  { weight: 1, arbitrary: connection },
  { weight: 1, arbitrary: keepAlive },
  { weight: 1, arbitrary: upgrade },
);
const headers = fc.array(anyHeader, { maxLength: 4 }).map((lines) => lines.join(''));

const chunk = fc
  .tuple(
    bodyText.filter((text) => text.length > 0),
    fc.constantFrom('', '', '', ';a', ';a=b', ';a="b c"', '; a=b', ';a="\\""', ' ', '\t', ';', ';a=b;c'),
    fc.boolean(),
    fc.constantFrom(...['', '', '', '', '', '', '', '0', '000'], '0000000000000', '00000000000000000'),
  )
  .map(([data, extension, upper, zeros]) => {
    const size = zeros + data.length.toString(16);
    return `${upper ? size.toUpperCase() : size}${extension}${CRLF}${data}${CRLF}`;
  });
const trailers = fc
  .tuple(
    headers,
    fc.oneof(
      { weight: 8, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.constantFrom(`Content-Length: 3${CRLF}`, `Transfer-Encoding: chunked${CRLF}`) },
    ),
    headers,
  )
  .map((parts) => parts.join(''));
const chunkedBody = fc
  .tuple(fc.array(chunk, { maxLength: 4 }), fc.constantFrom('0', '00', '0;a=b', '0;a'), trailers)
  .map(([chunks, last, trailers]) => `${chunks.join('')}${last}${CRLF}${trailers}${CRLF}`);

const framed = fc.oneof(
  bodyText.map((body) => ({ header: `Content-Length: ${body.length}${CRLF}`, body })),
  chunkedBody.map((body) => ({ header: `Transfer-Encoding: chunked${CRLF}`, body })),
  bodyText.map((body) => ({ header: '', body })),
  fc.tuple(fc.oneof(oddLength, oddCoding), fc.oneof(bodyText, chunkedBody)).map(([header, body]) => ({ header, body })),
  fc
    .tuple(fc.array(fc.oneof(oddLength, oddCoding), { minLength: 2, maxLength: 3 }), fc.oneof(bodyText, chunkedBody))
    .map(([many, body]) => ({ header: many.join(''), body })),
);

const interim = fc
  .tuple(fc.constantFrom('100 Continue', '103 Early Hints', '102'), headers)
  .map(([line, block]) => `HTTP/1.1 ${line}${CRLF}${block}${CRLF}`);

const response = fc
  .tuple(
    fc.oneof({ weight: 8, arbitrary: fc.constant('') }, { weight: 1, arbitrary: interim }),
    statusLine,
    headers,
    framed,
    headers,
    fc.oneof({ weight: 8, arbitrary: fc.constant('') }, { weight: 1, arbitrary: bodyText }),
  )
  .map(([before, line, one, { header, body }, two, surplus]) =>
    [before, line, one, header, two, CRLF, body, surplus].join(''),
  );

/** What a broken server (or a hostile one) might slip in. */
const junk = fc.constantFrom(
  ...['\r', '\n', '\r\n', ' ', '\t', ':', ';', ',', '\0', '\x01', '\x0b', '\x7f', '\x80', '\xff', '0', 'a', 'F', 'g'],
  ...['"', '\\', '-', '\r\n ', '\r\n\r\n', 'HTTP/1.1 ', 'chunked', '=', '\n\n', '\r\r\n'],
);
const mutation = fc.record({
  at: fc.nat(400),
  remove: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.constantFrom(1, 2, 5, 400) }),
  insert: fc.oneof({ weight: 1, arbitrary: fc.constant('') }, { weight: 3, arbitrary: junk }),
});

/** About half of them as generated, the others with up to three places damaged. */
export const anyResponse = fc
  .tuple(response, fc.oneof(fc.constant([]), fc.array(mutation, { minLength: 1, maxLength: 3 })))
  .map(([text, mutations]) =>
    mutations.reduce((whole, { at, remove, insert }) => {
      const place = at % (whole.length + 1);
      return whole.slice(0, place) + insert + whole.slice(place + remove);
    }, text),
  );
