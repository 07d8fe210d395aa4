import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * Does jobs in processes, one a core, each of which is this program again, with the same arguments. Jobs know their seeds, so
 * how many processes there are changes nothing.
 *
 * @param jobs the same in every process.
 * @param heard in the process that was started first, of each result as it comes.
 * @returns all results in the order of the jobs; null in the other processes, which end when there is nothing left to do.
 */
export async function inProcesses<Result>(
  jobs: readonly (() => Result)[],
  heard: (result: Result, index: number) => void,
): Promise<Result[] | null> {
  if (process.send !== undefined) {
    process.on('message', (index: number) => process.send?.([index, jobs[index]?.()]));
    return null;
  }
  const results = new Array<Result>(jobs.length);
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(process.argv[1] ?? '', process.argv.slice(2));
      let done = false;
      const hand = (): void => {
        done = next >= jobs.length;
        if (done) child.disconnect();
        else child.send(next++);
      };
      child.on('message', ([index, result]: [number, Result]) => {
        results[index] = result;
        heard(result, index);
        hand();
      });
      child.once('exit', (code) => (done ? resolve() : reject(new Error(`a process ended with code ${code}`))));
      hand();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, work));
  return results;
}
