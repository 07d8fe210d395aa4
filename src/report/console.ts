/** The live view in a terminal: a block that is drawn again in place, or a line per interval in a log. */
import { agentsLine } from '../analyze/agents-line.ts';
import { RunFold } from '../analyze/fold.ts';
import { prospectOf } from '../analyze/prospect.ts';
import type { LevelResult } from '../core/breaking-point.ts';
import { editedLoad, type LoadChange } from '../core/command.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import type { LoadProfile, Plan } from '../core/plan.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { count } from '../core/units.ts';
import { closingLine, liveBlock, logLine } from './live.ts';
import { levelLine, SearchProgress, searchBlock } from './search-live.ts';
import { printable, renderLine, type Span, wrap } from './terminal.ts';

export interface ConsoleOptions {
  readonly plan: Plan;
  /** Writes to standard error, as a rule: standard output is for the result. */
  readonly write: (text: string) => void;
  /** Asked before each drawing, so a getter follows a window that is resized. */
  readonly columns: number;
  /** Whether keys change the load. */
  readonly keys?: boolean;
  /** Whether to draw in place. Otherwise plain lines are written: for logs and CI. */
  readonly isTTY: boolean;
  readonly colour: boolean;
}

const ERASE_LINE_END = '\u001B[K';
const ERASE_BELOW = '\u001B[J';
const cursorUp = (rows: number): string => (rows > 0 ? `\u001B[${rows}A` : '');

/** A search draws no more often than this, µs. */
const BETWEEN_DRAWINGS = 150_000;

/** In the first seconds a log line each second, later one in so many. */
const EAGER_SECONDS = 10;
const THINNED_SECONDS = 5;

/**
 * The live view: a sink that says how the run goes, in a block that redraws in place, or in plain lines. A plain line is
 * written when its interval is complete: a response due in another phase may still be counted in it until then.
 */
export class ConsoleView implements RunSink {
  readonly #options: ConsoleOptions;
  #load: LoadProfile;
  /** Where the last edit leads to; null: there was none. */
  #wanted: number | null = null;
  #editedAt = -1;
  readonly #fold = new RunFold();
  readonly #search: SearchProgress | null;
  readonly #failures = new Map<string, number>();
  /** How many lines on the screen the next drawing replaces. */
  #drawn = 0;
  /** Where the interval that a search drew last ends, µs. */
  #drawnAt = 0;
  readonly #judged: LevelResult[] = [];
  #told = false;
  /** That make the load; 1: this machine. */
  #agents = 1;
  #running = true;
  /** How many points of the timeline have had their turn as a plain line, and when the next is due (s). */
  #passed = 0;
  #nextLogAt = 0;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#load = options.plan.load;
    const { search } = options.plan;
    this.#search = search === null ? null : new SearchProgress(search);
  }

  accept(event: RunEvent): void {
    this.#fold.accept(event);
    this.#search?.accept(event);
    switch (event.type) {
      case 'started':
        this.#draw();
        break;
      case 'interval':
        this.#tally(event.snapshot);
        if (this.#isDue(event.snapshot)) this.#draw();
        this.#log(this.#fold.timeline.length - 1);
        break;
      case 'settling':
      case 'level':
        this.#failures.clear();
        if (event.type === 'level' && event.purpose !== 'idle') this.#tellProspect();
        this.#draw();
        break;
      case 'judged':
        this.#judged.push(event.level);
        this.#logLevel(event);
        this.#draw();
        break;
      case 'answer':
      case 'stopping':
        break;
      case 'known':
        this.note('What was asked for is known: the load ends');
        break;
      case 'broken':
        this.note(printable(`${event.message}: the load ends`));
        break;
      case 'failing':
        this.note(`All requests so far failed alike (${printable(event.failure.message)}): the load ends`);
        break;
      case 'edited':
      case 'reset':
        this.#take(event);
        break;
      case 'agents':
        this.#agents = event.agents.length;
        this.note(printable(agentsLine(event)));
        break;
      case 'lost':
        this.note(printable(`■ ${event.source}: ${event.message}`));
        break;
      case 'finished':
        this.#log(this.#fold.timeline.length);
        this.#running = false;
        this.#replace([]);
        this.note(closingLine(this.#fold.timeline, event.ending));
        break;
    }
  }

  async close(): Promise<void> {}

  /** Shows what the load is to be, before the stream says so. */
  steered(change: LoadChange): void {
    this.#take(change);
    this.#draw();
  }

  /** Writes a line that stays, above the block. It must be fit to print. */
  note(line: string): void {
    this.#replace([]);
    const lines = this.#options.isTTY ? wrap(line, this.#columns) : [line];
    this.#options.write(`${lines.join('\n')}\n`);
    if (this.#running) this.#draw();
  }

  #take(change: LoadChange): void {
    if (change.type === 'reset') {
      this.#failures.clear();
      return;
    }
    // A change that was shown before the stream said so comes twice.
    if (change.at <= this.#editedAt) return;
    this.#editedAt = change.at;
    this.#load = editedLoad(this.#load, [change]);
    this.#wanted = change.edit.model === 'closed' ? change.edit.vus : change.edit.ratePerSec;
  }

  /** The intervals of a search may be milliseconds; drawing each would take the processor from the generator. */
  #isDue({ endAt }: IntervalSnapshot): boolean {
    if (this.#search === null) return true;
    if (endAt - this.#drawnAt < BETWEEN_DRAWINGS) return false;
    this.#drawnAt = endAt;
    return true;
  }

  #draw(): void {
    if (!this.#options.isTTY) return;
    const { plan: own } = this.#options;
    const plan = { ...own, load: this.#load, threads: count(own.threads * this.#agents) };
    const { timeline } = this.#fold;
    const worst = this.#worst();
    this.#replace(
      this.#search === null
        ? liveBlock({ plan, timeline, worst, wanted: this.#wanted, keys: this.#options.keys === true }, this.#columns)
        : searchBlock(this.#search.at(timeline, worst), this.#columns),
    );
  }

  /** Once, when the idle target is known: what the budget can give, where that is little. */
  #tellProspect(): void {
    const { search } = this.#options.plan;
    const prospect = this.#told || search === null ? null : prospectOf(search, this.#judged);
    this.#told = true;
    if (prospect !== null) this.note(prospect);
  }

  /** A search has a line per level, not per interval. */
  #logLevel(event: Extract<RunEvent, { type: 'judged' }>): void {
    const { plan, isTTY, write } = this.#options;
    if (!isTTY && plan.search !== null) write(`${levelLine(event, plan.search)}\n`);
  }

  #log(complete: number): void {
    if (this.#options.isTTY || this.#search !== null) return;
    const { timeline } = this.#fold;
    for (; this.#passed < complete; this.#passed++) {
      const t = timeline[this.#passed]?.t ?? 0;
      if (t + 1e-6 < this.#nextLogAt) continue;
      const step = t + 1e-6 < EAGER_SECONDS ? 1 : THINNED_SECONDS;
      this.#nextLogAt = (Math.floor(t / step + 1e-6) + 1) * step;
      this.#options.write(`${logLine(timeline.slice(0, this.#passed + 1))}\n`);
    }
  }

  /** In one write, so that no half of a block is seen. */
  #replace(lines: readonly (readonly Span[])[]): void {
    if (!this.#options.isTTY) return;
    const columns = this.#columns;
    // In a window that was made narrower since, some terminals break these lines, and others cut them off. Where they are
    // broken a piece of the old block stays above the new one; going up further would take lines away from the others.
    const rows = this.#drawn;
    const texts = lines.map((line) => renderLine(line, columns, this.#options.colour));
    this.#drawn = lines.length;
    const text = texts.map((line) => `${line}${ERASE_LINE_END}\n`).join('');
    if (rows > 0 || text !== '') this.#options.write(`${cursorUp(rows)}\r${text}${ERASE_BELOW}`);
  }

  /** One column stays free: some terminals break the line when the last one is filled. */
  get #columns(): number {
    const { columns } = this.#options;
    return (columns > 1 ? columns : 80) - 1;
  }

  #tally({ series }: IntervalSnapshot): void {
    for (const { failures } of Object.values(series)) {
      for (const { outcome, message, count } of failures) {
        if (outcome === 'aborted') continue;
        const text = message || outcome;
        this.#failures.set(text, (this.#failures.get(text) ?? 0) + count);
      }
    }
  }

  #worst(): string {
    let worst = '';
    let most = 0;
    for (const [message, count] of this.#failures) {
      if (count > most) [worst, most] = [message, count];
    }
    return printable(worst);
  }
}
