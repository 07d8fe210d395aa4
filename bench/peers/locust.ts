/** How Locust is found, called and read. */
import { askVersion, named, type Peer } from '../peer.ts';
import { quantile } from '../statistics.ts';
import { JSON_TYPE, write } from './request.ts';

export const locust: Peer = {
  name: 'Locust',
  madeIn: 'Python',
  pacing: 'paced',
  how: 'FastHttpUser, constant_throughput for each of 50 users',
  flatOut: '50 `FastHttpUser` without a wait, one process, headless',
  find: () => named('RAMPART_BENCH_LOCUST', 'locust'),
  version: (file) => askVersion(file, '--version'),
  invoke: (file, load) => {
    const pace = load.rate === null ? '' : `\n    wait_time = constant_throughput(${load.rate / load.connections})`;
    const { origin, pathname } = new URL(load.url);
    const script = write(
      load,
      'locustfile.py',
      `from locust import FastHttpUser, constant_throughput, task

class Caller(FastHttpUser):
    body = ${JSON.stringify(load.body)}${pace}

    @task
    def post(self):
        self.client.post("${pathname}", data=self.body, headers={"Content-Type": "${JSON_TYPE}"})
`,
    );
    const users = String(load.connections);
    return {
      argv: [
        ...[file, '-f', script, '--headless', '--json', '--skip-log', '-u', users, '-r', users],
        ...['-t', `${load.seconds}s`, '--stop-timeout', '10', '-H', origin],
      ],
      read: (stdout) => {
        const entries = JSON.parse(stdout.slice(stdout.indexOf('['))) as {
          num_requests: number;
          response_times: Record<string, number>;
        }[];
        let requests = 0;
        const times: number[] = [];
        for (const entry of entries) {
          requests += entry.num_requests;
          for (const [time, n] of Object.entries(entry.response_times))
            for (let i = 0; i < n; i++) times.push(Number(time));
        }
        times.sort((a, b) => a - b);
        return { requests, p50: quantile(times, 0.5), p95: quantile(times, 0.95), p99: quantile(times, 0.99) };
      },
    };
  },
};
