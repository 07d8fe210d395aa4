/** A real Prometheus, for tests of what it reads and takes. */
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accepts, freePort } from '../bench/port.ts';
import { temporaryFolder } from './command.ts';

/** A Prometheus under way, that a test asks. */
export interface Prometheus {
  readonly url: string;
  /** The value of a query of one value; null: there is none. */
  value(query: string): Promise<number | null>;
  close(): Promise<void>;
}

/**
 * Debian's Prometheus, which fetches native histograms where they are offered, and takes remote write.
 *
 * @param port where it fetches `/metrics` each second, as the job `pulled`.
 */
export const prometheusReading = (port: number): Promise<Prometheus> =>
  prometheus('prometheus', {
    config: {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
      scrape_configs: [{ job_name: 'pulled', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
    },
    flags: ['--web.enable-remote-write-receiver', '--enable-feature=native-histograms'],
  });

/** One that takes OTLP, which Debian's is too old for. @param program it. */
export const prometheusTakingOtlp = (program: string): Promise<Prometheus> =>
  prometheus(program, { config: {}, flags: ['--web.enable-otlp-receiver'] });

async function prometheus(
  program: string,
  { config, flags }: { readonly config: object; readonly flags: readonly string[] },
): Promise<Prometheus> {
  const folder = temporaryFolder();
  const own = await freePort();
  const url = `http://127.0.0.1:${own}`;
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${own}`,
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // It listens before it is ready, and answers 503 until then.
  const ready = async (): Promise<boolean> =>
    (await accepts(own)) &&
    (await fetch(`${url}/-/ready`)
      .then(({ ok }) => ok)
      .catch(() => false));
  for (let tries = 0; !(await ready()); tries++) {
    if (child.exitCode !== null || tries > 400) throw new Error(`${program} did not start: ${said}`);
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
