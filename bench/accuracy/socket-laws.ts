import { lasting, periodic, slotted } from './lasting.ts';
import { flatErrors, p95, type Target } from './laws.ts';
import { constant, exponential, queue } from './server.ts';

/** A law that the reference server can have, so that a search on sockets can be held against its truth. */
export interface SocketLaw {
  /** Arguments of `rampart serve`. */
  readonly serve: readonly string[];
  readonly target: Target;
}

const pauses = periodic(0.2, 5);

export const SOCKET_LAWS: readonly SocketLaw[] = [
  {
    serve: ['--law', 'exp:5ms', '--slots', '1'],
    target: {
      name: 'M/M/1, 5 ms',
      slos: p95(50),
      capacity: 200,
      make: () => queue(1, exponential(0.005)),
      truth: 200 - Math.log(20) / 0.05,
    },
  },
  {
    serve: ['--law', 'fixed:10ms', '--slots', '2'],
    target: { name: 'M/D/2, 10 ms', slos: p95(30), capacity: 200, make: () => queue(2, constant(0.01)) },
  },
  {
    serve: ['--law', 'exp:20ms', '--slots', '8'],
    target: { name: 'M/M/8, 20 ms', slos: p95(90), capacity: 400, make: () => queue(8, exponential(0.02)) },
  },
  {
    serve: ['--law', 'fixed:100ms', '--slots', '64'],
    target: { name: 'M/D/64, 100 ms: a cliff', slos: p95(130), capacity: 640, make: () => queue(64, constant(0.1)) },
  },
  {
    serve: ['--law', 'bimodal:4ms,40ms,20%', '--slots', '4'],
    target: {
      name: '80 % take 4 ms, 20 % take 40 ms; 4 slots',
      slos: p95(100),
      capacity: 357,
      make: () => queue(4, (random) => (random.uniform() < 0.2 ? 0.04 : 0.004)),
    },
  },
  {
    serve: ['--law', 'fixed:2ms', '--slots', '1', '--fault', 'stall:200ms/5s'],
    target: {
      name: 'pauses of 200 ms every 5 s, 2 ms',
      slos: p95(50),
      capacity: 480,
      make: () => lasting(slotted(1, (start) => pauses.end(start, 0.002) - start)),
    },
  },
  {
    serve: ['--law', 'exp:4ms', '--slots', '1', '--fault', 'error:2%'],
    target: flatErrors(0.02, 1, 0.004, 100),
  },
];
