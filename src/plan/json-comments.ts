/**
 * JSON without its comments (line comments and those between slash and star), which become spaces: every other character
 * stays where it is.
 */
export function withoutComments(text: string): string {
  if (!text.includes('//') && !text.includes('/*')) return text;
  // A string, which may have slashes in it, or a comment: whichever begins first.
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : part.replaceAll(/[^\r\n]/g, ' '),
  );
}
