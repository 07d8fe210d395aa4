/** What several outputs are given as text after their names. */
import { RampartError } from '../core/errors.ts';

/** @returns µs. @throws RampartError `bad-output` */
export function durationOf(output: string, option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const factor = { ms: 1e3, s: 1e6, m: 6e7 }[unit ?? ''];
  if (number === undefined || factor === undefined || Number(number) === 0)
    throw new RampartError(
      'bad-output',
      `the output ${output}: ${option}=${text} is no duration`,
      `Write ${option}=5s.`,
    );
  return Number(number) * factor;
}

/** @param text `name=value;name=value`. @throws RampartError `bad-output` */
export function tagsOf(output: string, text = ''): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const piece of text.split(';').filter((each) => each !== '')) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.+)$/s.exec(piece) ?? [];
    if (name === undefined || value === undefined)
      throw new RampartError(
        'bad-output',
        `the output ${output}: ${JSON.stringify(piece)} is no tag`,
        'Write tags=env=ci;branch=main.',
      );
    tags[name] = value;
  }
  return tags;
}
