/** A regression tree that forecasts the next day's close, and the split frame of pandas that it reads. */
import { readNumbers } from '../measurements.ts';
import { badRequest, type Failure, type Model, shown, unprocessable } from '../model.ts';
import tree from './forecast.json' with { type: 'json' };

const FEATURES: readonly string[] = tree.features;

const NO_DATA = badRequest({ message: 'no data' });

/** The next day's close, in dollars. Values are rounded to float32 and compared with float64 thresholds, as scikit-learn does. */
export function nextClose(row: readonly number[]): number {
  let node = 0;
  while (tree.left[node] !== -1) {
    const value = Math.fround(row[tree.feature[node] as number] as number);
    node = (value <= (tree.threshold[node] as number) ? tree.left[node] : tree.right[node]) as number;
  }
  return tree.value[node] as number;
}

/** The columns of a split frame (as pandas writes one) that the model reads, row by row. Other columns are left alone. */
function readFrame(body: unknown): number[][] | Failure {
  if (body === null) return NO_DATA;
  if (typeof body !== 'object' || Array.isArray(body))
    return unprocessable(`the body must be a split frame, got ${shown(body)}`);
  const { columns, data } = body as { columns?: unknown; data?: unknown };
  if (data === undefined || (Array.isArray(data) && data.length === 0)) return NO_DATA;
  if (!Array.isArray(columns))
    return unprocessable(`columns must be a list of names, got ${shown(columns)}`, 'columns');
  if (!Array.isArray(data)) return unprocessable(`data must be a list of rows, got ${shown(data)}`, 'data');
  const places = FEATURES.map((name) => columns.indexOf(name));
  const absent = FEATURES.find((_, at) => places[at] === -1);
  if (absent !== undefined) return unprocessable(`columns has no "${absent}"`, 'columns');

  const rows: number[][] = [];
  for (const [index, given] of data.entries()) {
    if (!Array.isArray(given) || given.length !== columns.length) {
      const got = Array.isArray(given) ? given.length : shown(given);
      return unprocessable(
        `data[${index}] must have a value for each of the ${columns.length} columns, got ${got}`,
        `data[${index}]`,
      );
    }
    for (const place of places) {
      const value: unknown = given[place];
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        const path = `data[${index}][${place}]`;
        return unprocessable(`${path} (${columns[place]}) must be a number, got ${shown(value)}`, path);
      }
    }
    rows.push(places.map((place) => given[place] as number));
  }
  return rows;
}

/** The forecast: a frame of days in, `{"y_pred": "[…]"}` out, a list in a string. */
export const FORECAST: Model<number[], number> = {
  name: 'forecast',
  contract: {
    route: '/forecast',
    summary: 'The close of the day after each day of a share',
    example: {
      columns: ['date', ...FEATURES],
      index: [0],
      data: [['2020-08-06', 100.2, 101.15, 99.4, 100.9, 1_210_000]],
    },
    schema: {
      type: 'object',
      required: ['columns', 'data'],
      properties: {
        columns: { type: 'array', items: { type: 'string' } },
        index: { type: 'array' },
        data: { type: 'array', items: { type: 'array' } },
      },
    },
    contentType: 'application/json',
    answerSchema: { type: 'object', required: ['y_pred'], properties: { y_pred: { type: 'string' } } },
  },
  inputs: [{ name: 'day', datatype: 'FP64', width: FEATURES.length }],
  output: { name: 'y_pred', datatype: 'FP64' },
  readBody: readFrame,
  readInstance: (instance, path) => readNumbers(instance, path, FEATURES),
  load: () => ({ predict: (rows) => rows.map(nextClose) }),
  render: (outputs) => ({ y_pred: JSON.stringify(outputs) }),
};
