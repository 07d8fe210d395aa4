/** The tabs of a run: one panel is shown; arrow keys, Home and End move between them. */
export class Tabs {
  readonly #tabs: readonly HTMLButtonElement[];
  readonly #chosen: (id: string) => void;

  constructor(list: HTMLElement, chosen: (id: string) => void) {
    this.#tabs = [...list.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
    this.#chosen = chosen;
    for (const tab of this.#tabs) tab.addEventListener('click', () => this.choose(idOf(tab)));
    list.addEventListener('keydown', (event) => this.#move(event));
    const asked = location.hash.slice(1);
    if (this.#tabs.some((tab) => idOf(tab) === asked)) this.choose(asked);
  }

  get current(): string {
    const tab = this.#tabs.find((each) => each.getAttribute('aria-selected') === 'true');
    return tab === undefined ? '' : idOf(tab);
  }

  choose(id: string): void {
    for (const tab of this.#tabs) {
      const own = idOf(tab) === id;
      tab.setAttribute('aria-selected', String(own));
      tab.tabIndex = own ? 0 : -1;
      const panel = document.getElementById(`panel-${idOf(tab)}`);
      if (panel !== null) panel.hidden = !own;
    }
    // A reload comes back to the same tab; no new step of the history for each.
    history.replaceState(null, '', `#${id}`);
    this.#chosen(id);
  }

  /** A tab that does not apply to this run is away. */
  show(id: string, shown: boolean): void {
    const tab = this.#tabs.find((each) => idOf(each) === id);
    if (tab === undefined || tab.hidden === !shown) return;
    tab.hidden = !shown;
    if (!shown && this.current === id) this.choose(idOf(this.#tabs[0] as HTMLButtonElement));
  }

  /** A number beside the name; empty: none. */
  count(id: string, text: string): void {
    const place = document.querySelector(`[data-count="${id}"]`);
    if (place !== null && place.textContent !== text) place.textContent = text;
  }

  #move(event: KeyboardEvent): void {
    const shown = this.#tabs.filter((tab) => !tab.hidden);
    const at = shown.indexOf(document.activeElement as HTMLButtonElement);
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 };
    const to = steps[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = shown[(to + shown.length) % shown.length];
    if (next === undefined) return;
    this.choose(idOf(next));
    next.focus();
  }
}

const idOf = (tab: HTMLElement): string => tab.id.replace(/^tab-/, '');
