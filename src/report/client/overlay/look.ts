/** How runs laid over each other are told apart: by dash and shape first, by colour second. */

/** More than this cannot be told apart in one picture. */
export const MOST_RUNS = 8;

/** Dashes of the runs' lines, px. */
export const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [14, 4],
  [5, 2, 1, 2, 1, 2],
  [3, 5],
  [1, 4],
];

export type Shape = 'disc' | 'square' | 'triangle' | 'diamond' | 'ring' | 'times' | 'plus' | 'frame';

export const SHAPES: readonly Shape[] = ['disc', 'square', 'triangle', 'diamond', 'ring', 'times', 'plus', 'frame'];

/** Outline of a shape of about 8 px around the origin; the open ones are stroked, not filled. */
export function outlineOf(shape: Shape): { readonly path: string; readonly open: boolean } {
  return OUTLINES[shape];
}

const OUTLINES: Readonly<Record<Shape, { readonly path: string; readonly open: boolean }>> = {
  disc: { path: 'M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z', open: false },
  square: { path: 'M-3.2 -3.2h6.4v6.4h-6.4z', open: false },
  triangle: { path: 'M0 -4.2l4.2 7.4h-8.4z', open: false },
  diamond: { path: 'M0 -4.6l4.2 4.6l-4.2 4.6l-4.2 -4.6z', open: false },
  ring: { path: 'M-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z', open: true },
  times: { path: 'M-3 -3l6 6M-3 3l6 -6', open: true },
  plus: { path: 'M-4 0h8M0 -4v8', open: true },
  frame: { path: 'M-3 -3h6v6h-6z', open: true },
};
