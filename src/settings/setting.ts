/** What a setting is made of. Flags, environment, scenario files, help, form, completion and reference are read from it. */

/** The commands that settings are for. */
export type SettingCommand = 'run' | 'find' | 'probe' | 'ui';

/** How a setting is written in a scenario file: as text, as a number too, as true or false, as a list of texts too … */
export type Shape = 'text' | 'quantity' | 'yes-or-no' | 'texts' | 'headers' | 'body' | 'port' | 'targets';

/** One of several targets, as a scenario file has it beside `NAME=WEIGHT@URL`. */
export interface WrittenTarget {
  readonly name: string;
  readonly url: string;
  readonly weight?: number | undefined;
  readonly headers?: string[] | Record<string, string> | undefined;
  readonly insecure?: boolean | undefined;
  readonly cacert?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What the text of a setting means, with its limits in the same syntax. Where it is absent, its consumer has a parser of its own. */
export type Value =
  | { readonly kind: 'duration' | 'count' | 'rate'; readonly min?: string; readonly max?: string }
  | { readonly kind: 'size' | 'share' | 'seed' | 'arrivals' | 'think-time' | 'amounts' }
  | { readonly kind: 'choice'; readonly of: readonly string[] };

/** For which tests the page shows a field; absent: for all. */
export type FieldPurpose = 'users' | 'rate' | 'run' | 'find' | 'rate find';

/** A field of the page's start form. No setting that names a file of this machine has one. */
export interface FormField {
  readonly part: 'main' | 'advanced';
  readonly label: string;
  /** What to write, in a few words. */
  readonly hint: string;
  readonly placeholder?: string;
  readonly kind?: 'lines' | 'code';
  readonly only?: FieldPurpose;
  /** Stands in its place, once it is known to be wrong, while the rest of the form is looked at. Absent: nothing does. */
  readonly harmless?: string;
}

/** A form may hold it, though no field of its own shows it: another one stands for it, or it came from the command line. */
export interface UnseenField {
  readonly part: 'unseen';
}

export interface Setting {
  readonly shape: Shape;
  /** `-X, --method <method>`; absent: it is the command's argument. One that begins with `--no-` says no. */
  readonly flag?: string;
  /** May the flag be given several times? */
  readonly repeat?: true;
  /** The commands that have the flag, each with what its `--help` says. */
  readonly help: Readonly<Partial<Record<SettingCommand, string>>>;
  /** What the reference says, of all commands. */
  readonly what: string;
  /** A text of a list, for the error that asks for one. */
  readonly example?: string;
  readonly value?: Value;
  /** What holds where nothing is given. */
  readonly default?: string;
  /** It is the path of a file, relative to the scenario that names it. */
  readonly file?: true;
  /** Settings of lower layers that give way to it. */
  readonly rivals?: readonly string[];
  /** The one command that it is for, wherever it was given. */
  readonly onlyFor?: 'find';
  /** Commands that refuse it wherever it was given, with a hint what to do instead. */
  readonly refusedBy?: Readonly<Partial<Record<'find' | 'probe', string>>>;
  /** Why the autocannon engine refuses it. */
  readonly notWithAutocannon?: string;
  readonly form?: FormField | UnseenField;
}

/** One help text for several commands. */
export const helpFor = <const Command extends SettingCommand>(
  commands: readonly Command[],
  help: string,
): Readonly<Record<Command, string>> =>
  Object.fromEntries(commands.map((command) => [command, help])) as Record<Command, string>;

/** One help text for every command that measures. */
export const whereMeasured = (help: string) => helpFor(['run', 'find', 'probe'], help);
