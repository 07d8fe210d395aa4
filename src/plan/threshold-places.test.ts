import { expect, it } from 'vitest';
import { given, originIn } from './layers.ts';
import { readJsonDocument } from './scenario-document.ts';
import { fromScenario } from './scenario-source.ts';
import { thresholdPlaces } from './threshold-places.ts';

const read = (text: string) =>
  fromScenario('load.json', { readBytes: () => new TextEncoder().encode(text) }, readJsonDocument);

it('finds each threshold of a scenario file at its line, as checks call it', () => {
  const scenario = read(`{
  "url": "http://127.0.0.1/",
  "thresholds": [
    "p95 < 250ms, errors<1%",
    "p99<1s"
  ],
  "requests": [
    {"name": "home", "path": "/"},
    {"name": "cart", "path": "/cart",
     "thresholds": "p95<2s"}
  ]
}`);
  expect([...thresholdPlaces(scenario, ['home', 'cart'])]).toEqual([
    ['p95 < 250ms', { file: 'load.json', line: 4 }],
    ['errors<1%', { file: 'load.json', line: 4 }],
    ['p99<1s', { file: 'load.json', line: 5 }],
    ['p95{cart}<2s', { file: 'load.json', line: 10 }],
  ]);
  expect([...thresholdPlaces(read('{"url": "http://127.0.0.1/",\n"slos": "p95<250ms"}'), ['GET /'])]).toEqual([
    ['p95<250ms', { file: 'load.json', line: 2 }],
  ]);
});

it('finds those that end a run, whose "over" and "after" belong to them', () => {
  const scenario = read('{"url": "http://127.0.0.1/",\n"abortOn": ["errors<20% over 2s", "p95<1s over 5s after 1m"]}');
  expect([...thresholdPlaces(scenario, ['GET /'])]).toEqual([
    ['errors<20% over 2s', { file: 'load.json', line: 2 }],
    ['p95<1s over 5s after 1m', { file: 'load.json', line: 2 }],
  ]);
  const flags = given({ abortOn: ['errors<20% over 2s'] }, (name) => originIn('flags', name));
  expect(thresholdPlaces(flags, ['GET /']).size).toBe(0);
});

it('finds none of those that were given elsewhere', () => {
  const flags = given({ thresholds: ['p95<250ms'] }, (name) => originIn('flags', name));
  expect(thresholdPlaces(flags, ['GET /']).size).toBe(0);
});
