/** The page's colours, as a canvas needs them. */
import type { ColourKey } from './picture.ts';

/** The colours a canvas is drawn with. They live in styles/theme.css, where the drawings without script take them from too. */
export interface Theme {
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly edge: string;
  readonly surface: string;
  readonly shade: string;
  readonly unfit: string;
  readonly heat: string;
  readonly lines: Readonly<Record<ColourKey, string>>;
  /** Colours of runs that are laid over each other, in their order. */
  readonly runs: readonly string[];
}

/** @param property reads a custom property of the page, such as `--ink`. */
export function themeOf(property: (name: string) => string): Theme {
  return {
    ink: property('--ink'),
    muted: property('--muted'),
    grid: property('--grid'),
    edge: property('--edge'),
    surface: property('--surface'),
    shade: property('--shade'),
    unfit: property('--unfit'),
    heat: property('--heat'),
    lines: {
      offered: property('--offered'),
      achieved: property('--achieved'),
      failed: property('--failed'),
      p50: property('--p50'),
      p95: property('--p95'),
      p99: property('--p99'),
      users: property('--users'),
      generator: property('--generator'),
      loop: property('--loop'),
      cpu: property('--cpu'),
      other: property('--other'),
    },
    runs: Array.from({ length: 8 }, (_, run) => property(`--run-${run + 1}`)),
  };
}
