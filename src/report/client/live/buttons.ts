/** The buttons that act on the run: which of them there are, and when they can be used. */
import type { RunState } from './frame.ts';
import { one } from './places.ts';

type Act = 'edit' | 'stop' | 'reset' | 'new' | 'back';

const buttonOf = (act: Act): HTMLButtonElement => one<HTMLButtonElement>(`[data-act="${act}"]`);

export function onPress(act: Act, done: () => void): void {
  buttonOf(act).addEventListener('click', done);
}

/** @param run null: there is none yet. @param linked whether the page's server hears of what is pressed. */
export function showButtons(run: RunState | null, linked: boolean): void {
  const on = run !== null && run.phase !== 'ended';
  const show = (act: Act, shown: boolean, usable = linked): void => {
    const button = buttonOf(act);
    button.hidden = !shown;
    button.disabled = !usable;
  };
  show('edit', on && run.editable !== null);
  show('reset', on && run.kind === 'run');
  show('stop', on, linked && run?.phase !== 'stopping');
  show('new', run !== null && !on);
}
