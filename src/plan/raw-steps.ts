/* Steps of a flow as a scenario has them, for programs and editors: types alone, which need no library of their readers. */

export type RawValue = string | number | boolean | readonly (string | number | boolean)[];

/** A step as a file has it. */
export type RawStep =
  | string
  | { request: string }
  | { pause: string | number }
  | { repeat: number; steps: RawStep[] }
  | { choose: { weight?: number | undefined; steps: RawStep[] }[] }
  | {
      if: string;
      is?: RawValue | undefined;
      isNot?: RawValue | undefined;
      matches?: string | undefined;
      steps: RawStep[];
      else?: RawStep[] | undefined;
    }
  | { group: string; steps: RawStep[] };
