/** A part of docs/reliability.md: drawn from `bench/reliability/<name>.json`, which its own script writes. */
export interface Section<Results> {
  readonly name: string;
  /** Markdown, from its `## ` heading on. */
  render(results: Results): string;
}

/** When and on what a section's figures were measured. */
export interface Measurement {
  /** ISO 8601 date. */
  readonly date: string;
  readonly machine: string;
}
