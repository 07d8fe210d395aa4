/**
 * The way to the target: protocol, proxy, what is tried on it before a load, how connections are made and kept, addresses,
 * credentials and TLS.
 */
import { type Setting, whereMeasured } from './setting.ts';

export const CONNECTION_SETTINGS = {
  http2: {
    shape: 'yes-or-no',
    flag: '--http2',
    help: whereMeasured('HTTP/2: by ALPN over TLS, by prior knowledge without'),
    what: 'HTTP/2: by ALPN over TLS, by prior knowledge without (default false)',
    notWithAutocannon: 'it speaks HTTP/1.1 only',
  },
  proxy: {
    shape: 'text',
    flag: '--proxy <url>',
    help: whereMeasured('HTTP proxy between here and the target, http://host:port'),
    what: 'HTTP proxy between here and the target: http://proxy:3128 (HTTP_PROXY and NO_PROXY are not read)',
    notWithAutocannon: 'it connects to the target itself',
  },
  keepalive: {
    shape: 'yes-or-no',
    flag: '--no-keepalive',
    help: whereMeasured('open a new connection for every request'),
    what: 'Keep connections open between requests (default true)',
  },
  preflight: {
    shape: 'yes-or-no',
    flag: '--no-preflight',
    help: whereMeasured('send the load without trying one of each request first'),
    what: 'Try one of each request before the load, and send nothing more where a response is wrong (default true)',
  },
  keepFailing: {
    shape: 'yes-or-no',
    flag: '--keep-failing',
    help: whereMeasured('go on where all requests fail alike from the start'),
    what: 'Go on where all requests fail alike from the start (default false: the load ends by itself)',
  },
  discover: {
    shape: 'yes-or-no',
    flag: '--no-discover',
    help: whereMeasured('where nothing says what to send, do not find out from the target'),
    what: 'Where nothing says what to send, find out from the target (default true)',
  },
  maxConnAge: {
    shape: 'quantity',
    flag: '--max-conn-age <duration>',
    help: whereMeasured('replace connections older than this, e.g. 30s'),
    what: 'Connections older than this are replaced, e.g. 30s',
    value: { kind: 'duration', min: '100ms', max: '168h' },
    notWithAutocannon: 'it never replaces a connection',
  },
  dnsTtl: {
    shape: 'quantity',
    flag: '--dns-ttl <duration>',
    help: whereMeasured('look a name up again after this long (default 30s)'),
    what: 'How long the addresses of a name are remembered (default 30s)',
    value: { kind: 'duration', min: '0s', max: '168h' },
    default: '30s',
    notWithAutocannon: 'it looks names up itself',
  },
  connectTo: {
    shape: 'texts',
    flag: '--connect-to <way>',
    repeat: true,
    help: whereMeasured('connect elsewhere, HOST:PORT:OTHER-HOST:OTHER-PORT; Host and SNI stay'),
    what: 'Connect elsewhere, as curl does: HOST:PORT:OTHER-HOST:OTHER-PORT; the URL keeps its name',
    notWithAutocannon: 'it connects to the host of the URL',
  },
  resolve: {
    shape: 'texts',
    flag: '--resolve <addresses>',
    repeat: true,
    help: whereMeasured('addresses of the host, HOST:PORT:ADDRESS[,ADDRESS]'),
    what: 'Addresses of the host, as curl has them: HOST:PORT:ADDRESS; no name is looked up',
    notWithAutocannon: 'it looks names up itself',
  },
  user: {
    shape: 'text',
    flag: '--user <name:password>',
    help: whereMeasured('send them as Authorization: Basic'),
    what: 'Name and password, "name:password", sent as Authorization: Basic',
  },
  cacert: {
    shape: 'text',
    flag: '--cacert <path>',
    help: whereMeasured('trust the certificates in this PEM file, not the usual authorities'),
    what: 'File with the certificates (PEM) to trust instead of the usual authorities',
    file: true,
  },
  cert: {
    shape: 'text',
    flag: '--cert <path>',
    help: whereMeasured('client certificate, PEM'),
    what: 'File with the certificate (PEM) to show to the target',
    file: true,
  },
  key: {
    shape: 'text',
    flag: '--key <path>',
    help: whereMeasured('its private key, PEM'),
    what: 'File with the private key (PEM) of that certificate',
    file: true,
  },
  insecure: {
    shape: 'yes-or-no',
    flag: '--insecure',
    help: whereMeasured('accept any certificate of the target'),
    what: "Accept any certificate of the target: expired, self-signed, another host's (default false)",
  },
} as const satisfies Record<string, Setting>;
