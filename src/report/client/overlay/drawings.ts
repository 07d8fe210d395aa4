/** Which pictures the page of several runs has, each as a card can draw it. */
import type { Reader } from '../canvas.ts';
import type { Drawing } from '../card.ts';
import type { LegendItem } from '../legend.ts';
import type { Theme } from '../theme.ts';
import { overlayChartOf, runColour } from './chart.ts';
import { DASHES, outlineOf, SHAPES } from './look.ts';
import { describeOverlay, gridOfOverlay, type OverlayId, type OverlayView, overlayPictures } from './pictures.ts';
import type { LoadUnit, OverlaidRun } from './run.ts';

interface OverlayScene {
  readonly runs: readonly OverlaidRun[];
  readonly unit: LoadUnit;
  readonly view: OverlayView;
  readonly theme: Theme;
  readonly reader: Readonly<Reader>;
  /** Shows or hides a run, in all pictures. */
  readonly toggle: (run: number) => void;
}

/** Every picture of the page that lays runs over each other. */
export function overlayDrawingsOf(
  scene: OverlayScene,
): { readonly id: OverlayId; readonly drawing: Drawing | null; readonly sentence: string }[] {
  const { runs, unit, view, theme, reader, toggle } = scene;
  const legend = runs.map(
    ({ letter }, run): LegendItem => ({
      label: letter,
      colour: runColour(theme, run),
      dashed: false,
      shape: 'line',
      own: { dash: DASHES[run] ?? [], ...outlineOf(SHAPES[run] ?? 'disc') },
      hidden: view.hidden.has(run),
      toggle: () => toggle(run),
    }),
  );
  return overlayPictures(runs, unit, view).map((picture) => {
    const { id, title, unit: beside, empty, across } = picture;
    if (empty !== '') return { id, drawing: null, sentence: empty };
    const drawing: Drawing = {
      title,
      unit: beside,
      description: describeOverlay(picture),
      legend,
      config: overlayChartOf(
        picture,
        theme,
        runs.map(({ startedAt }) => startedAt),
        reader,
      ),
      grid: () => gridOfOverlay(picture),
      timed: across === 'time',
    };
    return { id, drawing, sentence: '' };
  });
}
