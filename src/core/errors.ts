/** Every error a person can meet, with its code, and what the process exits with. */

/** Exit codes of the command line, as the product documents them. */
export const EXIT = {
  passed: 0,
  bug: 1,
  usage: 2,
  failed: 3,
  unreachable: 4,
  invalid: 5,
  agents: 6,
  /** Measured, but the results could not be saved, or delivered, whole. */
  unsaved: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every error a person can cause or meet, and what the process ends with. One table, so that no two places disagree. */
export const ERROR_CODES = {
  usage: EXIT.usage,
  'bad-flag': EXIT.usage,
  'bad-url': EXIT.usage,
  'bad-file': EXIT.usage,
  'bad-scenario': EXIT.usage,
  'bad-journal': EXIT.usage,
  'bad-folder': EXIT.usage,
  'bad-output': EXIT.usage,
  'bad-setting': EXIT.usage,
  /** A command to a load under way that cannot be carried out. */
  refused: EXIT.usage,
  'port-in-use': EXIT.usage,
  unreachable: EXIT.unreachable,
  /** Somebody ended it before its load began. */
  interrupted: EXIT.interrupted,
  unusable: EXIT.unreachable,
  invalid: EXIT.invalid,
  'never-ready': EXIT.agents,
  /** Between controller and agents: NATS is not there; it does not let us in; it cannot do what is needed. */
  'nats-unreachable': EXIT.agents,
  'nats-refused': EXIT.usage,
  'nats-unfit': EXIT.usage,
  'name-taken': EXIT.usage,
  'other-version': EXIT.agents,
  /** Another controller has the load now. */
  'taken-over': EXIT.agents,
  'too-large': EXIT.usage,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error that is somebody's input or surroundings, not a bug: shown without a stack, with what to do. */
export class RampartError extends Error {
  readonly code: ErrorCode;
  /** What to do about it; one sentence. Empty where the message says it all. */
  readonly hint: string;
  readonly exitCode: ExitCode;

  /** @param options the error that it came from, as `cause`. */
  constructor(code: ErrorCode, message: string, hint = '', options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : options);
    this.name = 'RampartError';
    this.code = code;
    this.hint = hint;
    this.exitCode = ERROR_CODES[code];
  }
}
