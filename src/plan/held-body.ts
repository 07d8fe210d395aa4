/** A JSON body whose placeholders are held back while it is changed as JSON, and put into it again when it is written. */
import { isRecord } from '../core/json-value.ts';
import { withStandIns } from './template.ts';

export interface HeldBody {
  /** The body: an object of its own. */
  readonly json: Record<string, unknown>;
  /** Whether a text of it has placeholders. */
  holds(text: string): boolean;
  /** A text that stands for another one with placeholders. @param within it is part of a JSON text, else a value by itself. */
  hold(text: string, within: boolean): string;
  write(json: unknown): string;
}

/** Private use: no body of a person has it. */
const MARK = '\ue000';

/** @param template a text in which placeholders are read. @returns null: it is no JSON object. */
export function heldBody(template: string): HeldBody | null {
  const held: { readonly text: string; readonly within: boolean }[] = [];
  const hold = (text: string, within: boolean): string => {
    held.push({ text, within });
    return `${MARK}${held.length - 1}${MARK}`;
  };
  const json = parsed(
    withStandIns(template, (placeholder, quoted) => {
      const standIn = hold(placeholder, quoted);
      return quoted ? standIn : `"${standIn}"`;
    }),
  );
  if (json === null) return null;
  const place = new RegExp(`"${MARK}(\\d+)${MARK}"|${MARK}(\\d+)${MARK}`, 'g');
  return {
    json,
    holds: (text) => text.includes(MARK),
    hold,
    write: (value) =>
      JSON.stringify(value).replaceAll(place, (_, alone: string | undefined, inside: string | undefined) => {
        const { text, within } = held[Number(alone ?? inside)] as (typeof held)[number];
        return alone !== undefined && within ? `"${text}"` : text;
      }),
  };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
