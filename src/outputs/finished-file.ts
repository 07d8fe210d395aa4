/** Outputs that are one file of a whole run, written once it has finished. */
import type { Output, OutputContext } from '../core/output.ts';

/**
 * An output that is one file of a whole run, written once it has finished. Nothing is written of a run that never came to its end: it
 * would be taken for one that did.
 * @param usual its name, where the option `file` gives none.
 */
export const finishedFile = (
  name: string,
  usual: string,
  textOf: (context: OutputContext) => string | Promise<string>,
): Output => ({
  name,
  options: { file: `where to write it; ${usual} if it is left out` },
  open: (context) => {
    let ended = false;
    return {
      accept: (event) => {
        ended ||= event.type === 'finished';
      },
      close: async () => {
        if (ended) await context.write(context.options['file'] ?? usual, await textOf(context));
      },
    };
  },
});
