import { expect, it } from 'vitest';
import { signpostOf } from './signpost.ts';

it.each([
  ['/docs', 'text/html; charset=utf-8', '<h1>Docs</h1>', 'a page for people', []],
  [
    '/openapi.json',
    'application/json',
    '{"openapi": "3.1.0", "info": {}, "paths": {"/health": {"get": {}}, "/predict": {"post": {}}}}',
    'a description of the server',
    ['POST /predict'],
  ],
  [
    '/v2/models/m',
    '',
    '{"name": "m", "inputs": [], "outputs": []}',
    'what tells of a model',
    ['POST /v2/models/m/infer'],
  ],
  ['/v1/models/m', '', '{"model_version_status": []}', 'what tells of a model', ['POST /v1/models/m:predict']],
  ['/v1/models/m/', '', '{"name": "m", "ready": true}', 'what tells of a model', ['POST /v1/models/m:predict']],
  ['/api/v1/models', '', '{"object": "list", "data": []}', 'a list of models', ['POST /api/v1/chat/completions']],
  ['/v1/models', '', '{"models": ["a"]}', 'a list of models', ['POST /v1/models/a:predict']],
  [
    '/v2',
    '',
    '{"name": "triton", "extensions": []}',
    'what tells of a server of models',
    ['POST /v2/models/NAME/infer'],
  ],
])('%s (%s) predicts nothing', (path, type, body, what, instead) => {
  expect(signpostOf(path, type, body)).toEqual({ what, instead });
});

it.each([
  ['/predict', 'application/json', '{"inputs": [], "outputs": []}'],
  ['/v2/models/m/infer', 'application/json', '{"outputs": []}'],
  ['/predict', 'text/plain', 'setosa'],
  ['/predict', 'application/json', '[1]'],
  ['/predict', '', `{"a": "${'x'.repeat(2 ** 20)}"}`],
])('%s (%s) may be a model', (path, type, body) => {
  expect(signpostOf(path, type, body)).toBeNull();
});
