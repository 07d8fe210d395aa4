/** What the words of the report mean. */
export const DEFINITIONS: readonly (readonly [term: string, text: string])[] = [
  [
    'Response time',
    'From the instant a request was due until the last byte of its response arrived: what a caller waits. Where a new connection was needed, the time to open it is inside.',
  ],
  [
    'Service time',
    'From the instant a request had been written until the last byte of its response: the target’s share, with the network.',
  ],
  [
    'Send lag',
    'From the instant a request was due until it was written: the generator’s own fault. With virtual users a request is due when it is sent.',
  ],
  ['First byte', 'From the instant a request had been written until the first byte of its response.'],
  ['Connect', 'What requests waited for a new connection; requests on an open connection are not in it.'],
  ['Offered', 'Requests that fell due by the plan, whether or not they could be sent.'],
  [
    'Sent, dropped',
    'Sent requests were written to a connection. A request that falls due while the limit of requests in flight is reached is dropped, and counted.',
  ],
  [
    'Achieved',
    'Requests whose response was as expected, per second of the measured time. Responses that came when nothing more was sent do not count: a target that falls behind would be credited with them.',
  ],
  [
    'Piling up, drift',
    'Under a constant rate, requests pile up where more come than leave, beyond chance; response times drift where their median rises or falls over the run while the load stays the same. In both cases a longer run has other percentiles. Where requests pile up, the run is invalid.',
  ],
  [
    'Failed',
    'Requests that ended in another way: an error status, a wrong response, a timeout, no connection, a reset, a response that is not valid HTTP. Aborted requests, those still under way when the run ended, are counted apart.',
  ],
  [
    'Percentiles',
    'p95 is the time that 95 % of the requests did not exceed. A failure is slower than any success (∞), and a request without a response when the run ended took at least as long as it had waited, also one begun in the warm-up. Where the successes alone have other percentiles, both are shown. They come from merged histograms with a resolution of 0.1 %, never from averaged percentiles, and a dash stands where there are too few requests to say.',
  ],
  [
    'Intervals',
    'The 95 % confidence interval, as it is: not symmetric, and open (“or more”) where the sample does not bound it. Repeated under the same conditions, a run of this length yields intervals that contain the true value in about 95 of 100 cases.',
  ],
  [
    'Thresholds',
    'Percentiles in thresholds count a failed request as infinitely slow, so a target cannot pass by failing fast.',
  ],
  [
    'Warm-up, drain',
    'Requests due in the warm-up are drawn but counted nowhere. In the drain nothing new is sent; responses to earlier requests still count.',
  ],
  [
    'Unfit, left out',
    'Unfit are intervals in which the generator was too busy or too late to be a fair judge; they are shaded. Where it stood still altogether, as in a suspended machine, requests under way are left out: they are in no count but offered and sent, and in no time.',
  ],
];
