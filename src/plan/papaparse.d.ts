/** The part of Papa Parse that is used here. */
declare module 'papaparse' {
  export interface Step {
    readonly data: readonly string[];
    readonly errors: readonly { readonly code: string; readonly message: string }[];
    /** Where the next record starts. */
    readonly meta: { readonly cursor: number };
  }
  interface Config {
    readonly delimiter: string;
    readonly newline: string;
    readonly step: (step: Step) => void;
  }
  const papa: { parse(text: string, config: Config): void };
  export default papa;
}
