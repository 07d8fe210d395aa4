import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { dataOf, finishedOf, generatorOf, planOf, secondOf, startedOf } from '../src/analyze/events.fixture.ts';
import type { RunEvent } from '../src/core/event.ts';
import { randomOf } from '../src/stats/random.fixture.ts';

/** The journal of a made-up run: every second so many requests, about log-normal around 20 ms. */
export function writeLongJournal(path: string, seconds: number, perSecond: number): void {
  const file = openSync(path, 'w');
  const put = (event: RunEvent): void => {
    writeSync(file, `${JSON.stringify(event)}\n`);
  };
  const random = randomOf(1);
  /** Twelve uniform numbers are nearly normal. */
  const about = (middle: number, width: number): number => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random();
    return Math.round(middle * Math.exp(width * sum));
  };
  put(startedOf(planOf()));
  for (let index = 0; index < seconds; index++) {
    const ok = Array.from({ length: perSecond }, () => about(20_000, 0.5));
    const lag = dataOf(Array.from({ length: perSecond }, () => about(20, 1)));
    put(secondOf(index, { ok }, { generator: generatorOf({ times: { lag } }) }));
  }
  put(finishedOf('completed', seconds));
  closeSync(file);
}

export interface Drawn {
  readonly code: number | null;
  /** Of the whole process, seconds. */
  readonly cpu: number;
  readonly wall: number;
  /** The most that was resident, MB (10⁶ bytes). */
  readonly rss: number;
}

const TELLS =
  'data:text/javascript,process.on("exit",()=>process._rawDebug("usage "+JSON.stringify(process.resourceUsage())))';

/** `rampart report` of a run's folder, and what it took. @param cli the built command. */
export function drawn(cli: string, folder: string): Promise<Drawn> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', TELLS, cli, 'report', folder, '--json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const usage = /^usage (.*)$/m.exec(said)?.[1];
      if (usage === undefined) reject(new Error(said));
      else {
        const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(usage) as NodeJS.ResourceUsage;
        const cpu = (userCPUTime + systemCPUTime) / 1e6;
        resolve({ code, cpu, wall: (performance.now() - startedAt) / 1e3, rss: (maxRSS * 1024) / 1e6 });
      }
    });
  });
}
