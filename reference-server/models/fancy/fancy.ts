/** A model of no use whose time is known: 50 ms to load, 5 ms to predict. */
import { type Failure, type Model, shown, unprocessable } from '../model.ts';

/** What a batch pays once, and for each of its rows, ms: together they are the 5 ms of a single one. */
const BATCH_MS = 4;
const ROW_MS = 1;

/**
 * A text model that costs what a large one does, and does nothing: 50 ms to load, 5 ms to predict. Rows predicted together
 * share most of that, as they do on real hardware.
 */
export const FANCY: Model<string, string> = {
  name: 'fancy',
  contract: {
    route: '/predict',
    summary: 'A sentence about a text',
    example: { text: 'a load test' },
    schema: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
    contentType: 'text/html',
    answerSchema: { type: 'string' },
  },
  inputs: [{ name: 'text', datatype: 'BYTES' }],
  output: { name: 'sentence', datatype: 'BYTES' },
  readBody(body) {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      return unprocessable(`the body must be a JSON object, got ${shown(body)}`);
    const text = readText((body as { text?: unknown }).text, 'text');
    return typeof text === 'string' ? [text] : text;
  },
  readInstance: readText,
  load: () => ({ predict: (rows) => rows.map((text) => `A fancy model has read "${text}".`) }),
  render: ([sentence]) => sentence,
  loadMs: 50,
  predictMs: (rows) => BATCH_MS + ROW_MS * rows,
};

function readText(value: unknown, path: string): string | Failure {
  if (value === undefined) return unprocessable(`${path} is missing`, path);
  return typeof value === 'string' ? value : unprocessable(`${path} must be a string, got ${shown(value)}`, path);
}
