/** The switch between light and dark. */
const REMEMBERED = 'rampart-theme';
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Light or dark: by the system, or as the reader chose. `changed` is called when colours are others than before. */
export function onTheme(changed: () => void): void {
  const button = document.querySelector<HTMLButtonElement>('button.theme');
  const chosen = remembered();
  if (chosen === 'dark' || chosen === 'light') root.dataset['theme'] = chosen;
  const show = (): void => {
    button?.setAttribute('aria-pressed', String(isDark()));
    changed();
  };
  if (button !== null) {
    button.hidden = false;
    button.addEventListener('click', () => {
      const next = isDark() ? 'light' : 'dark';
      root.dataset['theme'] = next;
      remember(next);
      show();
    });
  }
  dark.addEventListener('change', show);
  // Paper is white: what is drawn on a canvas has to be drawn again for it.
  matchMedia('print').addEventListener('change', changed);
  show();
}

function isDark(): boolean {
  return root.dataset['theme'] === undefined ? dark.matches : root.dataset['theme'] === 'dark';
}

/** Storage is refused to some pages opened from disk; the choice then lasts as long as the page. */
function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(REMEMBERED, theme);
  } catch {
    // See remembered().
  }
}
