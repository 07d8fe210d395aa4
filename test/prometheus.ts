import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accepts, freePort } from '../bench/port.ts';
import { temporaryFolder } from './command.ts';

/** Debian's Prometheus, which fetches native histograms where they are offered, and takes remote write. */
export interface Prometheus {
  readonly url: string;
  /** The value of a query of one value; null: there is none. */
  value(query: string): Promise<number | null>;
  close(): Promise<void>;
}

/** @param port where it fetches `/metrics` each second, as the job `pulled`. */
export async function prometheusReading(port: number): Promise<Prometheus> {
  const folder = temporaryFolder();
  const own = await freePort();
  const url = `http://127.0.0.1:${own}`;
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
      scrape_configs: [{ job_name: 'pulled', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
    }),
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${own}`,
      '--web.enable-remote-write-receiver',
      '--enable-feature=native-histograms',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  for (let tries = 0; !(await accepts(own)); tries++) {
    if (child.exitCode !== null || tries > 400) throw new Error(`prometheus did not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    url,
    value: async (query) => {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data, error } = (await response.json()) as {
        data?: { result: { value: [number, string] }[] };
        error?: string;
      };
      if (data === undefined) throw new Error(error);
      const [found] = data.result;
      return found === undefined ? null : Number(found.value[1]);
    },
    close: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** What `promtool check metrics` says of a text; empty: nothing. */
export function promtoolSays(metrics: string): string {
  try {
    return execFileSync('promtool', ['check', 'metrics'], { input: metrics, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}
