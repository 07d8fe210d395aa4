/** A scenario that is a program: TypeScript or JavaScript with a default export, whose functions stand where values do. */
import { unfold } from '../core/functions.ts';
import type { Files } from '../core/world.ts';
import { readModule } from '../functions/module.ts';
import { decodeUtf8, readInput } from './file.ts';
import { type DocumentReader, readJsonDocument, shownPath } from './scenario-document.ts';

/** Imports the module, since reading one is running it; what it exports is then read as a file of settings. */
export async function moduleReader(path: string, files: Pick<Files, 'readBytes'>): Promise<DocumentReader> {
  const text = decodeUtf8(readInput(files, path, 'scenario'))?.replace(/^\ufeff/, '');
  // Who reads it next says that it is no text.
  if (text === undefined) return readJsonDocument;
  const read = await readModule(path, text);
  if ('problem' in read) return () => ({ fault: read });
  const unfolded = unfold(read.exported);
  if ('problem' in unfolded) {
    const place = unfolded.path.length === 0 ? '' : `: ${shownPath(unfolded.path)}`;
    return () => ({ fault: { problem: `${place} ${unfolded.problem}`.trimStart(), hint: '' } });
  }
  const { value, functions, places, checks } = unfolded;
  return () => ({
    value,
    placeOf: () => null,
    bodyOf: (request) => {
      const holder = request === null ? value : (value[request[0]] as unknown[])[request[1]];
      const body = (holder as Record<string, unknown>)['body'];
      return body === undefined ? null : JSON.stringify(body);
    },
    rowsOf: () => null,
    ...(functions.length === 0 ? {} : { functions: { source: { ...read.source, places }, checks } }),
  });
}
