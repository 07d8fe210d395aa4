/** What a model makes of one request body: its output, or what is wrong with the input (and in which field). */
type Answer = { ok: true; output: object } | { ok: false; error: string; field?: string };

/** A model behind the server. */
export interface Model {
  readonly name: string;
  /** Answers one parsed JSON body; never throws for a wrong input. */
  answer(body: unknown): Answer;
}
