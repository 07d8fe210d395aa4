/** Counts of the streamed responses to one request name, filled over an interval and emptied into its snapshot. */
import type { StreamedTimes } from '../core/exchange.ts';
import { FINISHES, type Finish, type StreamCounts } from '../core/streamed.ts';

/** What is known of the streamed responses to one request name in the interval that is being recorded. */
export class IntervalStreams {
  pieces = 0;
  endedPieces = 0;
  failedPieces = 0;
  ended = 0;
  outputTokens = 0;
  inputTokens = 0;
  toldOutput = 0;
  toldInput = 0;
  countedOutput = 0;
  countedInput = 0;
  readonly finishes = new Float64Array(FINISHES.length);

  get quiet(): boolean {
    return this.pieces === 0 && this.ended === 0 && this.failedPieces === 0;
  }

  end({ pieces, outputTokens, inputTokens, finish, countedOutput, countedInput }: StreamedTimes): void {
    this.ended++;
    this.endedPieces += pieces;
    this.outputTokens += outputTokens >= 0 ? outputTokens : pieces;
    if (countedOutput === true) this.countedOutput++;
    else if (outputTokens >= 0) this.toldOutput++;
    if (inputTokens >= 0) {
      if (countedInput === true) this.countedInput++;
      else this.toldInput++;
      this.inputTokens += inputTokens;
    }
    this.finishes[finish] = (this.finishes[finish] as number) + 1;
  }

  take(): StreamCounts {
    const finishes: { [F in Finish]?: number } = {};
    FINISHES.forEach((finish, code) => {
      const n = this.finishes[code] as number;
      if (n > 0) finishes[finish] = n;
    });
    const { pieces, endedPieces, failedPieces, ended, outputTokens, inputTokens, toldOutput, toldInput } = this;
    const { countedOutput, countedInput } = this;
    const counted = countedOutput > 0 || countedInput > 0 ? { countedOutput, countedInput } : {};
    this.pieces = 0;
    this.endedPieces = 0;
    this.failedPieces = 0;
    this.ended = 0;
    this.outputTokens = 0;
    this.inputTokens = 0;
    this.toldOutput = 0;
    this.toldInput = 0;
    this.countedOutput = 0;
    this.countedInput = 0;
    this.finishes.fill(0);
    const tokens = { outputTokens, inputTokens, toldOutput, toldInput };
    return { pieces, endedPieces, failedPieces, ended, ...tokens, ...counted, finishes };
  }
}
