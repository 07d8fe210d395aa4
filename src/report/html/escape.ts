/** Text and JSON that come from outside, made inert for HTML. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for use between tags and inside quoted attributes. Control characters, which HTML forbids, are shown as �. */
export function escapeHtml(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
      // Formats too: one of them turns the direction of all the writing that follows.
      .replace(/[^\P{Cc}\t\n\r]|\p{Cf}/gu, '�')
  );
}

/** The same for a heading: a number keeps its unit beside it, on the same line. */
export const headingHtml = (text: string): string =>
  escapeHtml(text).replaceAll(/(\d) (?=%|ms\b|s\b|flows\/s)/g, '$1\u00a0');

/** JSON in which no text moves a cursor or turns the direction of writing where it is shown as it is: the same to a parser. */
export function inertJson(json: string): string {
  return json.replace(/[\u007f-\u009f]|\p{Cf}/gu, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** JSON for a script element of type application/json: no `<` can end the element or open a comment. */
export function embeddedJson(value: unknown): string {
  return inertJson(JSON.stringify(value))
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}
