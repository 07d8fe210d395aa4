/** The documented shape of a request: what is sent, checked and captured. */
import * as z from 'zod';
import { amount, count, type TimeUnit, text } from './schema-fields.ts';

const checkKind = <Kind extends string>(kind: Kind) => z.literal(kind).describe('What it looks at.');

const templatedCheck = z
  .literal(true)
  .exactOptional()
  .describe('It has placeholders, those of its request. Absent: it is meant as it stands.');

export const requestCheck = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('function').describe('What a function of the scenario says of it.'),
    number: count("Which of the plan's functions."),
  }),
  z.strictObject({
    kind: checkKind('status'),
    statuses: z.array(z.tuple([z.int(), z.int()])).describe('Ranges that are expected, both ends included.'),
  }),
  z.strictObject({
    kind: checkKind('header'),
    name: text('Header name.'),
    value: text('Its expected value.'),
    templated: templatedCheck,
  }),
  z.strictObject({
    kind: checkKind('body'),
    text: text('The expected body; a large one is cut.'),
    tolerance: z.number().min(0).exactOptional().describe('How far numbers in it may lie apart. Absent: not at all.'),
    templated: templatedCheck,
  }),
  z.strictObject({
    kind: checkKind('contains'),
    text: text('What the body must contain; a large text is cut.'),
    templated: templatedCheck,
  }),
  z.strictObject({
    kind: checkKind('json'),
    path: text('Singular path of RFC 9535.'),
    steps: z.array(z.union([z.string(), z.int()])).describe('The same in steps.'),
    expected: z
      .discriminatedUnion('from', [
        z.strictObject({
          from: z.literal('plan').describe('Where the value is.'),
          json: text('The expected value, as JSON; a large one is cut.'),
        }),
        z.strictObject({
          from: z.literal('row').describe('Where the value is.'),
          field: text('The field of the row that holds it.'),
        }),
        z.strictObject({
          from: z.literal('template').describe('Where the value is.'),
          text: text('A text with placeholders; a large one is cut.'),
          place: z.enum(['json', 'text']).describe('Filled in it is JSON, or the characters of a string.'),
        }),
      ])
      .nullable()
      .describe('Null: it must be there, whatever it is.'),
    tolerance: amount('How far numbers may lie apart.'),
  }),
]);

const captureName = text('What it is called: `{{captured.NAME}}`.');
const captureFrom = <From extends string>(from: From) => z.literal(from).describe('Where the value is.');

export const request = (unit: TimeUnit) =>
  z.strictObject({
    name: text('As tables show it; the key in `series`.'),
    method: text('HTTP method.'),
    path: text('Path and query.'),
    headers: z
      .array(z.tuple([z.string(), z.string()]))
      .describe('Name and value, in the order sent; without Host, Content-Length and Connection. Secrets are masked.'),
    body: z
      .strictObject({
        encoding: z.enum(['utf8', 'base64']).describe('How `data` is to be read.'),
        data: text('The body; a large one is cut.'),
        bytes: count('Its length as sent, bytes.'),
      })
      .nullable()
      .describe('Null: none.'),
    templated: z
      .literal(true)
      .exactOptional()
      .describe('Path, header values and body have placeholders. Absent: they are sent as they stand.'),
    captures: z
      .array(
        z.discriminatedUnion('from', [
          z.strictObject({
            name: captureName,
            from: captureFrom('json'),
            path: text('The path, as written.'),
            steps: z.array(z.union([z.string(), z.int()])).describe('Its names and indices.'),
          }),
          z.strictObject({ name: captureName, from: captureFrom('header'), header: text('Its name.') }),
          z.strictObject({ name: captureName, from: captureFrom('regexp'), pattern: text('As written.') }),
          z.strictObject({ name: captureName, from: captureFrom('status') }),
          z.strictObject({ name: captureName, from: captureFrom('answer') }),
        ]),
      )
      .exactOptional()
      .describe('What later steps of a flow are made of. Absent: nothing.'),
    target: count('Which of `targets` it goes to, from 0. Absent: to `target`.').exactOptional(),
    tags: z.record(z.string(), z.string()).exactOptional().describe('What it is told together with. Absent: nothing.'),
    checks: z.array(requestCheck).exactOptional().describe('Of its own. Absent: those of the plan.'),
    timeout: amount(`Of its own, ${unit}. Absent: that of the plan.`).exactOptional(),
    followRedirects: z.boolean().exactOptional().describe('Of its own. Absent: as the plan says.'),
  });

export const frameRequest = (unit: TimeUnit) =>
  request(unit).extend({
    retries: count('How often it was sent again at most, where it failed.'),
    retryPause: amount(`Before that, ${unit}.`),
  });
