/** The bar above the pictures: which requests, and which stretch of time. */
import { wholeIndex } from './archive.ts';
import { clockLabel } from './axis.ts';
import { ALL, chipsOf, type Facets, FEW_NAMES, NO_FACETS, type Wanted } from './facets.ts';
import type { Span } from './picture.ts';

/** After the last key of who types, ms: then everything is drawn. */
const PAUSE = 120;

interface ToolbarOptions {
  readonly names: readonly string[];
  /** Flows and groups to choose, too; absent: none. */
  readonly wholes?: readonly string[];
  /** The whole run. */
  readonly whole: Span;
  /** Ends of the intervals, ascending: where a stretch can begin and end. */
  readonly grid: readonly number[];
  /** By its number in the archive; null: all requests. */
  readonly chooseName: (name: number | null) => void;
  /** Tags, flows and groups; absent with `find`: there is no looking for requests. */
  readonly facets?: Facets;
  readonly find?: (wanted: Wanted) => void;
  /** Null: the whole run. */
  readonly chooseSpan: (span: Span | null) => void;
}

/** The bar above the pictures: which requests, which stretch of time. All of it works by keyboard. */
export class Toolbar {
  readonly #form: HTMLFormElement;
  readonly #from: HTMLInputElement;
  readonly #to: HTMLInputElement;
  readonly #reset: HTMLButtonElement;
  readonly #hint: HTMLElement;
  readonly #options: ToolbarOptions;
  readonly #sentence: string;
  readonly #find: HTMLInputElement;
  #wanted: Wanted = ALL;
  #typing = 0;

  constructor(form: HTMLFormElement, options: ToolbarOptions) {
    const find = <E extends Element>(selector: string): E => {
      const found = form.querySelector<E>(selector);
      if (found === null) throw new Error(`the toolbar has no ${selector}`);
      return found;
    };
    this.#form = form;
    this.#options = options;
    this.#from = find('[name="from"]');
    this.#to = find('[name="to"]');
    this.#reset = find('button.whole');
    this.#hint = find('.hint');
    this.#sentence = this.#hint.textContent ?? '';
    this.#find = find('[name="find"]');
    this.#prepareNames(find('select[name="name"]'));
    this.#find.addEventListener('input', () => {
      clearTimeout(this.#typing);
      this.#typing = window.setTimeout(() => this.#want({ text: this.#find.value }), PAUSE);
    });
    this.#find.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#find.value === '') return;
      event.stopPropagation();
      event.preventDefault();
      clearTimeout(this.#typing);
      this.#find.value = '';
      this.#want({ text: '' });
    });
    for (const input of [this.#from, this.#to]) {
      input.addEventListener('change', () => this.#read());
      input.addEventListener('keydown', (event) => this.#step(event, input));
    }
    form.querySelector('.chips')?.addEventListener('click', ({ target }) => {
      const tag = (target as Element).closest<HTMLElement>('[data-tag]')?.dataset['tag'];
      if (tag === undefined) return;
      const tags = new Set(this.#wanted.tags);
      if (!tags.delete(tag)) tags.add(tag);
      this.#want({ tags });
    });
    this.#reset.addEventListener('click', () => options.chooseSpan(null));
    form.addEventListener('submit', (event) => event.preventDefault());
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.#reset.disabled) options.chooseSpan(null);
    });
    form.hidden = false;
  }

  show(span: Span | null, note: string): void {
    const { from, to } = span ?? this.#options.whole;
    this.#from.value = timeLabel(from);
    this.#to.value = timeLabel(to);
    this.#reset.disabled = span === null;
    this.#form.classList.toggle('narrowed', span !== null);
    this.#hint.textContent = note === '' ? this.#sentence : note;
  }

  say(text: string): void {
    this.#hint.textContent = text;
  }

  /** The run goes on: its end is where it now is. What somebody is writing stays. */
  follow(): void {
    const { from, to } = this.#options.whole;
    for (const [input, value] of [
      [this.#from, from],
      [this.#to, to],
    ] as const)
      if (document.activeElement !== input) input.value = timeLabel(value);
  }

  /** The requests are others than before. */
  offerNames(): void {
    const select = this.#form.querySelector('select');
    if (select === null) return;
    const { names, wholes = [] } = this.#options;
    const label = select.closest('label');
    // With one name all requests are its requests.
    if (label !== null) label.hidden = names.length + wholes.length < 2;
    this.#offerFilter(names);
    const { value } = select;
    const made = document.createElement('optgroup');
    made.label = 'Flows and groups';
    made.append(...wholes.map((name, i) => new Option(name, String(wholeIndex(i)))));
    select.replaceChildren(
      new Option('All requests', ''),
      ...names.map((name, i) => new Option(name, String(i))),
      ...(wholes.length === 0 ? [] : [made]),
    );
    select.value = Number(value) < names.length ? value : '';
  }

  #prepareNames(select: HTMLSelectElement): void {
    const { chooseName } = this.#options;
    this.offerNames();
    select.addEventListener('change', () => {
      // Either one request, or what is looked for.
      if (select.value !== '') this.#clear();
      chooseName(select.value === '' ? null : Number(select.value));
    });
  }

  #offerFilter(names: readonly string[]): void {
    const { facets = NO_FACETS, find } = this.#options;
    const label = this.#find.closest('label');
    if (label !== null) label.hidden = find === undefined || names.length < FEW_NAMES;
    const chips = this.#form.querySelector<HTMLElement>('.chips');
    if (chips === null) return;
    const tags = find === undefined ? [] : chipsOf(facets);
    chips.hidden = tags.length === 0;
    const known = [...chips.children].map((chip) => (chip as HTMLElement).dataset['tag']);
    if (tags.length === known.length && tags.every(({ name }, i) => name === known[i])) return;
    chips.replaceChildren(
      ...tags.map(({ name, label: text }) => {
        const chip = document.createElement('button');
        chip.type = 'button';
        chip.textContent = text;
        chip.dataset['tag'] = name;
        chip.setAttribute('aria-pressed', String(this.#wanted.tags.has(name)));
        return chip;
      }),
    );
  }

  /** What is looked for, from now on; instead of one request. */
  #want(more: Partial<Wanted>): void {
    this.#wanted = { ...this.#wanted, ...more };
    this.#showChips();
    const select = this.#form.querySelector('select');
    if (select !== null) select.value = '';
    this.#options.find?.(this.#wanted);
  }

  /** Another run: nothing is looked for any more. */
  forget(): void {
    this.#clear();
    const select = this.#form.querySelector('select');
    if (select !== null) select.value = '';
  }

  #clear(): void {
    clearTimeout(this.#typing);
    this.#wanted = ALL;
    this.#find.value = '';
    this.#showChips();
  }

  #showChips(): void {
    for (const chip of this.#form.querySelectorAll<HTMLElement>('.chips button'))
      chip.setAttribute('aria-pressed', String(this.#wanted.tags.has(chip.dataset['tag'] ?? '')));
  }

  #read(): void {
    const { whole, chooseSpan } = this.#options;
    const from = secondsOf(this.#from.value);
    const to = secondsOf(this.#to.value);
    const fine = from !== null && to !== null && from < to && from < whole.to && to > whole.from;
    this.#from.setAttribute('aria-invalid', String(!fine));
    this.#to.setAttribute('aria-invalid', String(!fine));
    if (!fine) {
      this.#hint.textContent = `Write times as m:ss, from ${timeLabel(whole.from)} to ${timeLabel(whole.to)}.`;
      return;
    }
    chooseSpan(from <= whole.from && to >= whole.to - 0.05 ? null : { from, to });
  }

  /** Up and down move an end by one interval. */
  #step(event: KeyboardEvent, input: HTMLInputElement): void {
    const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    const now = secondsOf(input.value);
    if (by === 0 || now === null) return;
    event.preventDefault();
    const { grid } = this.#options;
    let at = 0;
    grid.forEach((end, i) => {
      if (Math.abs(end - now) < Math.abs((grid[at] ?? 0) - now)) at = i;
    });
    const next = grid[Math.min(grid.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    input.value = timeLabel(next);
    this.#read();
  }
}

/** `1:05`, `1:05.5`: tenths only where there are some. */
function timeLabel(seconds: number): string {
  const tenths = Math.round((seconds - Math.floor(seconds)) * 10) % 10;
  return tenths === 0 ? clockLabel(seconds) : `${clockLabel(Math.floor(seconds))}.${tenths}`;
}

/** `65`, `1:05`, `1:02:05`; null where it is no time. */
export function secondsOf(text: string): number | null {
  const match = /^\s*(?:(?:(\d+):)?(\d{1,4}):)?(\d+(?:[.,]\d+)?)\s*$/.exec(text);
  if (match === null) return null;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'));
}
