/** Judges requests whose streamed response has ended: cut short, an error event, or whole. */
import type { Exchange } from '../../core/exchange.ts';
import type { Plan } from '../../core/plan.ts';
import type { Payloads } from '../../core/ports.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../../core/sample.ts';
import { Secrets } from '../../core/secret.ts';
import { Excerpts } from '../excerpt.ts';
import { SentSecrets } from '../sent-secrets.ts';
import type { StreamReader } from './stream-reader.ts';

/** Error events that are shown, of a run and thread. */
const EXAMPLES = 20;

/** How much of a coding's name is shown. */
const CODING_SHOWN = 40;

const undecodable = (coding: string): string =>
  `the stream is compressed in a way that hides its events (${coding.slice(0, CODING_SHOWN)}): ask without accept-encoding, or with --stream off, which takes it for one long response`;

/** What becomes of a request whose streamed response has ended: made when the first one does. */
export class StreamEnds {
  /** Of the last one that was not whole. */
  message = '';
  example = '';
  readonly #secrets: Secrets;
  readonly #sent: SentSecrets;
  #examples = 0;

  constructor(plan: Plan, payloads: Payloads | null) {
    this.#secrets = Secrets.of(plan);
    this.#sent = new SentSecrets(plan, payloads);
  }

  outcomeOf(exchange: Exchange, stream: StreamReader): OutcomeCode {
    this.message = '';
    this.example = '';
    switch (stream.ending) {
      case 'whole':
        return OUTCOME_CODE.ok;
      case 'cut':
        this.message = stream.missing;
        return OUTCOME_CODE['stream-cut'];
      case 'compressed':
        this.message = undecodable(stream.coding);
        return OUTCOME_CODE['wrong-answer'];
      case 'error':
        this.message = 'the stream has an error event';
        if (this.#examples++ < EXAMPLES) {
          const excerpts = new Excerpts(this.#secrets.knowing(this.#sent.of(exchange, this.#secrets)));
          this.example = `got ${excerpts.of(stream.error)}`;
        }
        return OUTCOME_CODE['stream-error'];
    }
  }
}
