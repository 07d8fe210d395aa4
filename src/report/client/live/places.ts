/** Where the page's script finds what it fills in: by `data-text`, by `data-slot`, or by a selector that must be there. */

export function put(name: string, text: string): void {
  const place = one(`[data-text="${name}"]`);
  if (place.textContent !== text) place.textContent = text;
}

export const slotOf = (name: string): HTMLElement => one(`[data-slot="${name}"]`);

export function one<E extends HTMLElement = HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}
