/** The forms of the live page: what starts a test, and what changes one under way. */
import type { ControlAnswer, FieldError, RunState, Trial } from './frame.ts';

/** Posts to the page's server. @returns what is wrong; nothing: it is done. */
export async function call(path: string, body: unknown = {}): Promise<readonly FieldError[]> {
  return (await ask(path, body)).errors;
}

async function ask(path: string, body: unknown): Promise<ControlAnswer> {
  try {
    const response = await fetch(`/control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.headers.get('content-type')?.startsWith('application/json') === true)
      return (await response.json()) as ControlAnswer;
    const said = (await response.text()).trim();
    return {
      errors: response.ok ? [] : [{ field: '', message: said === '' ? `Refused: ${response.status}.` : said }],
    };
  } catch {
    return { errors: [{ field: '', message: 'The page’s server does not answer: nothing was changed.' }] };
  }
}

/** A form of settings: shows what belongs to the chosen test, and every error beside its field. */
class SettingsForm {
  readonly form: HTMLFormElement;

  constructor(form: HTMLFormElement) {
    this.form = form;
  }

  /** Shows fields of these kinds only. */
  protected limit(kinds: readonly string[]): void {
    for (const field of this.form.querySelectorAll<HTMLElement>('[data-only]'))
      field.hidden = !(field.dataset['only'] ?? '').split(' ').some((kind) => kinds.includes(kind));
  }

  /** What is written in the fields that are shown. */
  get texts(): Record<string, string> {
    const texts: Record<string, string> = {};
    for (const field of this.form.querySelectorAll<HTMLElement>('[data-field]')) {
      if (field.hidden) continue;
      const control = field.querySelector<HTMLInputElement | HTMLTextAreaElement>('input, textarea');
      if (control !== null && control.value.trim() !== '') texts[control.name] = control.value;
    }
    return texts;
  }

  set(name: string, text: string): void {
    const control = this.form.querySelector<HTMLInputElement>(`[data-field="${name}"] :is(input, textarea)`);
    if (control !== null) control.value = text;
  }

  /** Beside their fields; the first wrong one gets the focus. */
  showErrors(errors: readonly FieldError[]): void {
    let first: HTMLElement | null = null;
    for (const place of this.form.querySelectorAll<HTMLElement>('[data-error]')) {
      const name = place.dataset['error'] ?? '';
      const known = (field: string): boolean => this.form.querySelector(`[data-error="${CSS.escape(field)}"]`) !== null;
      const own = errors.filter(({ field }) => field === name || (name === '' && !known(field)));
      place.textContent = own.map(({ message }) => message).join(' ');
      const control = place.closest('[data-field]')?.querySelector<HTMLElement>('input, textarea');
      control?.setAttribute('aria-invalid', String(own.length > 0));
      if (own.length === 0 || control == null || first !== null) continue;
      first = control;
      const folded = control.closest('details');
      if (folded !== null) folded.open = true;
    }
    first?.focus();
  }
}

/** While the response is on its way. */
const LOOKING: Trial = {
  ...{ good: true, hint: '', headers: '', body: '' },
  sentence: 'Asking well-known routes, then the address itself for what it accepts …',
};

/** What the start form holds at first. */
export interface Defaults {
  readonly kind: 'run' | 'find';
  readonly settings: Readonly<Record<string, string>>;
}

export class StartForm extends SettingsForm {
  #busy = false;

  constructor(form: HTMLFormElement, defaults: Defaults, started: () => void) {
    super(form);
    const { settings, kind } = defaults;
    for (const [name, text] of Object.entries(settings)) this.set(name, text);
    this.#choose('kind', kind);
    this.#choose('load', settings['rate'] === undefined ? 'users' : 'rate');
    form.addEventListener('input', () => this.#follow());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#start(started);
    });
    form.querySelector('[data-act="try"]')?.addEventListener('click', () => void this.#try());
    form.querySelector('[data-act="discover"]')?.addEventListener('click', () => void this.#discover());
    this.#follow();
  }

  get #kind(): string {
    return this.#chosen('kind');
  }

  async #start(started: () => void): Promise<void> {
    const reply = await this.#post('start');
    if (reply?.errors.length === 0) started();
  }

  /** One request, and what came of it below the buttons. */
  async #try(): Promise<void> {
    this.#showTrial(null);
    const reply = await this.#post('try');
    this.#showTrial(reply?.trial ?? null);
  }

  /** What the target accepts goes into the fields, and below the buttons how that is known. */
  async #discover(): Promise<void> {
    this.#showTrial(LOOKING, 'Discovery');
    const reply = await this.#post('discover');
    for (const [name, text] of Object.entries(reply?.fill ?? {})) this.set(name, text);
    this.#showTrial(reply?.trial ?? null, 'Discovery');
    this.#follow();
  }

  /** Null: the last call is still on its way. */
  async #post(path: 'start' | 'try' | 'discover'): Promise<ControlAnswer | null> {
    if (this.#busy) return null;
    this.#busy = true;
    const buttons = this.form.querySelectorAll('[type="submit"], [data-act="try"], [data-act="discover"]');
    for (const button of buttons) button.setAttribute('aria-disabled', 'true');
    const reply = await ask(path, { kind: this.#kind, settings: this.texts });
    for (const button of buttons) button.removeAttribute('aria-disabled');
    this.#busy = false;
    this.showErrors(reply.errors);
    return reply;
  }

  #showTrial(trial: Trial | null, label = 'One request'): void {
    const place = this.form.querySelector<HTMLElement>('[data-trial]');
    if (place === null) return;
    place.hidden = trial === null;
    if (trial === null) return;
    place.dataset['trial'] = trial === LOOKING ? 'waiting' : trial.good ? 'good' : 'bad';
    place.setAttribute('aria-label', label);
    const headers = place.querySelector<HTMLElement>('details');
    if (headers !== null) headers.hidden = trial.headers === '';
    for (const part of place.querySelectorAll<HTMLElement>('[data-trial-text]')) {
      const text = trial[part.dataset['trialText'] as 'sentence' | 'hint' | 'headers' | 'body'];
      part.textContent = text;
      part.hidden = text === '';
    }
  }

  #follow(): void {
    const find = this.#kind === 'find';
    const load = this.form.querySelector<HTMLElement>('[data-choice="load"]');
    if (load !== null) load.hidden = find;
    this.limit(find ? ['find'] : ['run', this.#chosen('load')]);
    const command = this.form.querySelector<HTMLElement>('.command');
    const code = command?.querySelector('code') ?? null;
    if (command === null || code === null) return;
    command.hidden = this.texts['url'] === undefined;
    code.textContent = commandLine(this.#kind, this.texts);
  }

  #choose(name: string, value: string): void {
    const radio = this.form.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
    if (radio !== null) radio.checked = true;
  }

  #chosen(name: string): string {
    return this.form.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.value ?? '';
  }
}

export class EditForm extends SettingsForm {
  constructor(form: HTMLFormElement) {
    super(form);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#apply();
    });
    form.querySelector('[data-act="cancel-edit"]')?.addEventListener('click', () => this.close());
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
  }

  open({ editable }: RunState): void {
    if (editable === null) return;
    this.limit([editable.model === 'closed' ? 'users' : 'rate']);
    this.set('vus', editable.model === 'closed' ? String(editable.vus) : '');
    this.set('rate', editable.model === 'open' ? `${Number(editable.ratePerSec.toPrecision(3))}/s` : '');
    this.set('spawnRate', '');
    this.showErrors([]);
    this.form.hidden = false;
    const first = this.form.querySelector<HTMLInputElement>('[data-field]:not([hidden]) input');
    first?.focus();
    first?.select();
  }

  close(): void {
    if (this.form.hidden) return;
    this.form.hidden = true;
    document.querySelector<HTMLButtonElement>('[data-act="edit"]')?.focus();
  }

  async #apply(): Promise<void> {
    const errors = await call('edit', this.texts);
    this.showErrors(errors);
    if (errors.length === 0) this.close();
  }
}

const LISTS = ['headers', 'thresholds', 'slos'];

/** What would do the same from a terminal. */
function commandLine(kind: string, { url = '', ...texts }: Record<string, string>): string {
  const words = ['rampart', kind, quoted(url.trim())];
  for (const [name, text] of Object.entries(texts)) {
    const list = LISTS.includes(name);
    const flag = `--${(list ? name.slice(0, -1) : name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const values = list ? text.split('\n').filter((line) => line.trim() !== '') : [text];
    for (const value of values) words.push(flag, quoted(value.trim()));
  }
  return words.join(' ');
}

const quoted = (text: string): string => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
