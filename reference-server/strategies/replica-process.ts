import { type ModelName, modelNamed } from '../models/catalogue.ts';
import { Engine, type Passing } from '../models/engine.ts';
import type { FromReplica, ToReplica } from './replica.ts';

/** The entry of a replica's process: a model of its own, fed by the server that started it. */
const { model, passing } = JSON.parse(process.argv[2] ?? '{}') as { model: ModelName; passing: Passing };
const engine = new Engine(modelNamed(model), passing);

const tell = (message: FromReplica): void => {
  process.send?.(message);
};

process.on('message', (message: ToReplica) => {
  if (message === 'end') process.exit(0);
  if (message.crash) process.exit(1);
  void engine.predict(message.rows, message.since).then((outputs) => tell({ id: message.id, outputs }));
});
// The server ends its replicas; a Ctrl-C at the terminal, which reaches them too, must not cut their work short.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));
await engine.load();
tell('ready');
