// An output of one's own: a line for each second of a run, appended to a file.
//   rampart run http://127.0.0.1:8989/predict --vus 2 --output ./examples/output.mjs,file=lines.txt
import { open } from 'node:fs/promises';

/** @type {import('rampart').Output} */
export default {
  name: 'lines',
  options: { file: 'where the lines go' },
  async open({ id, options }) {
    const file = await open(options.file ?? `${id}.txt`, 'w');
    return {
      async accept(event) {
        if (event.type !== 'interval') return;
        const { startAt, load } = event.snapshot;
        // The next event waits until this one is written; the run does not.
        await file.write(`${(startAt / 1e6).toFixed(0)} s: ${load.sent} sent\n`);
      },
      close: () => file.close(),
    };
  },
};
