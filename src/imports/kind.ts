/** What kind of file requests are in, by its name, else by what it holds. */
import { type ImportKind, unusable } from './imported.ts';

const NAMES: readonly (readonly [pattern: RegExp, kind: ImportKind])[] = [
  [/\.har$/i, 'har'],
  [/postman_collection\.json$/i, 'postman'],
  [/\.(?:http|rest)$/i, 'http'],
  [/\.curl$/i, 'curl'],
];

/** @throws RampartError where it cannot be told. */
export function kindOf(path: string, text: string): ImportKind {
  const named = NAMES.find(([pattern]) => pattern.test(path))?.[1];
  if (named !== undefined) return named;
  const beginning = text.slice(0, 100_000);
  if (/^\s*\{/.test(beginning)) {
    if (/"log"\s*:/.test(beginning) && /"(?:entries|creator|version)"\s*:/.test(beginning)) return 'har';
    if (/getpostman\.com|"_postman_id"|"info"\s*:[\s\S]*"item"\s*:/.test(beginning)) return 'postman';
    if (/"(?:openapi|swagger)"\s*:/.test(beginning))
      throw unusable(
        'is a description in OpenAPI',
        'Ask the endpoint itself: rampart init http://host/path finds it there, with a body that is accepted.',
      );
  }
  if (/^(?:\s|#[^\n]*\n)*curl(?:\.exe)?\s/.test(beginning)) return 'curl';
  if (/^(?:###|@[\w.-]+\s*=|(?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+\S)/m.test(beginning)) return 'http';
  throw unusable(
    'is none of the files that requests are read from',
    'They are HAR files, Postman collections, .http files and cURL commands; --from-kind har, postman, http or curl says which.',
  );
}
