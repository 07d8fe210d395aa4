/** The tab of the live page that holds the log of the run. */
import type { LogLine } from './frame.ts';
import { slotOf } from './places.ts';

/** The log, the latest line last; it follows its end as long as the reader is there. */
export class LogPanel {
  readonly #list = document.createElement('ol');
  #shown: readonly LogLine[] = [];

  constructor() {
    this.#list.className = 'log';
    this.#list.tabIndex = 0;
    this.#list.setAttribute('aria-label', 'Log of the run');
    slotOf('logs').replaceChildren(this.#list);
  }

  show(lines: readonly LogLine[]): void {
    const last = this.#shown[this.#shown.length - 1];
    const from = last === undefined ? 0 : lines.lastIndexOf(last) + 1;
    if (from === 0) this.#list.replaceChildren();
    if (from === lines.length && this.#shown.length > 0) return;
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
    this.#list.append(...lines.slice(from).map(lineOf));
    while (this.#list.children.length > lines.length) this.#list.firstElementChild?.remove();
    this.#shown = lines;
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }
}

function lineOf({ time, kind, text }: LogLine): HTMLElement {
  const item = document.createElement('li');
  item.className = kind;
  const clock = document.createElement('time');
  clock.dateTime = time;
  clock.textContent = new Date(time).toLocaleTimeString([], { hour12: false });
  item.append(clock, text);
  return item;
}
