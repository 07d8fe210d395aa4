import type { ColourKey } from './pictures.ts';

/** The colours a canvas is drawn with. They live in styles.css, where the drawings without script take them from too. */
export interface Theme {
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly surface: string;
  readonly shade: string;
  readonly unfit: string;
  readonly lines: Readonly<Record<ColourKey, string>>;
}

/** @param property reads a custom property of the page, such as `--ink`. */
export function themeOf(property: (name: string) => string): Theme {
  return {
    ink: property('--ink'),
    muted: property('--muted'),
    grid: property('--grid'),
    surface: property('--surface'),
    shade: property('--shade'),
    unfit: property('--unfit'),
    lines: {
      offered: property('--offered'),
      achieved: property('--achieved'),
      failed: property('--failed'),
      p50: property('--p50'),
      p95: property('--p95'),
      users: property('--users'),
      generator: property('--generator'),
    },
  };
}
