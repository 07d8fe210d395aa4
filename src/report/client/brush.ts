/** Pointing at an instant, and marking out a stretch of time by a drag, on any chart over time. */
import type { Reader } from './canvas.ts';
import type { Card } from './card.ts';
import type { Span } from './picture.ts';

/** A drag shorter than this is a click, px. */
const SHORTEST = 5;

interface Hands {
  readonly reader: Reader;
  /** Draws what the reader is about on all charts. */
  readonly redraw: () => void;
  readonly point: (instant: number | null, from: Card) => void;
  readonly choose: (span: Span) => void;
}

/** Lets the reader point at an instant and mark out a stretch of time on a card's chart. */
export function brushable(card: Card, { reader, redraw, point, choose }: Hands): void {
  const { canvas } = card;
  let start: { readonly pixel: number; readonly seconds: number } | null = null;
  const secondsAt = (pixel: number): number | null => {
    const x = card.chart?.scales['x'];
    if (x === undefined || card.drawing?.timed !== true) return null;
    return Math.min(x.max, Math.max(x.min, x.getValueForPixel(pixel) ?? x.min));
  };
  const stop = (): void => {
    start = null;
    reader.brush = null;
  };
  canvas.addEventListener('pointerdown', (event) => {
    const seconds = secondsAt(event.offsetX);
    if (seconds === null || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    start = { pixel: event.offsetX, seconds };
  });
  canvas.addEventListener('pointermove', (event) => {
    const seconds = secondsAt(event.offsetX);
    if (start !== null && seconds !== null && Math.abs(event.offsetX - start.pixel) >= SHORTEST) {
      reader.brush = { from: Math.min(start.seconds, seconds), to: Math.max(start.seconds, seconds) };
      redraw();
    }
    point(seconds, card);
  });
  canvas.addEventListener('pointerup', () => {
    const { brush } = reader;
    stop();
    if (brush !== null) choose(brush);
    redraw();
  });
  canvas.addEventListener('pointercancel', () => {
    stop();
    redraw();
  });
  canvas.addEventListener('pointerleave', () => {
    if (start === null) point(null, card);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || start === null) return;
    stop();
    redraw();
  });
}
