/** The settings of a scenario file: which reader it has, its environment, and paths that are relative to it. */
import { dirname, isAbsolute, join } from 'node:path';
import { RampartError } from '../core/errors.ts';
import type { Files } from '../core/world.ts';
import type { WrittenTarget } from '../settings/setting.ts';
import { namesWhere, SETTING_NAMES, type Settings } from '../settings/table.ts';
import { type ChosenEnvironment, environmentIn } from './chosen-environment.ts';
import { isDataUrl } from './data-url.ts';
import { bodyWithEnvironment, type EnvValueOf, rowsWithEnvironment, withEnvironment } from './env-values.ts';
import { readEnvironment } from './environments.ts';
import { decodeUtf8, firstBadLine, readInput } from './file.ts';
import { withFormBody } from './form-fields.ts';
import { withInlineRows } from './inline-rows.ts';
import type { JsonPath } from './json.ts';
import { given, lay, ofEveryRequest } from './layers.ts';
import { readMix } from './mix.ts';
import { blame, type Origin, type RawSettings } from './raw-settings.ts';
import { type DocumentReader, type RequestPlace, readJsonDocument, shownPath } from './scenario-document.ts';
import { extensionOf, isModule, isScenario, isYaml } from './scenario-name.ts';
import { refusal } from './steps.ts';
import { didYouMean, settingMeant } from './suggest.ts';
import { readFrame } from './written-frame.ts';

/** What reads a scenario file of that name. YAML has a library, which is loaded where it is asked for; a module is imported. */
export async function documentReader(path: string, files: Pick<Files, 'readBytes'>): Promise<DocumentReader> {
  if (isScenario(path) && isModule(path)) return (await import('./module-document.ts')).moduleReader(path, files);
  return isScenario(path) && isYaml(path) ? (await import('./yaml-document.ts')).readYamlDocument : readJsonDocument;
}

/** Where values of `{{env.NAME}}` come from. */
export interface ScenarioEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What stands for a variable of which nothing is known; absent: it must be there. */
  readonly standIn?: ((name: string) => string) | undefined;
  /** The one of the file's environments that is asked for; absent: the one that the file names, if any. */
  readonly chosen?: ChosenEnvironment | null;
}

/** The settings of a scenario file. @throws RampartError with the place of what is wrong. */
export function fromScenario(
  path: string,
  files: Pick<Files, 'readBytes'>,
  read: DocumentReader,
  { env, standIn, chosen = null }: ScenarioEnvironment = { env: {} },
): RawSettings {
  const hint = `A URL that ends in ${extensionOf(path)} needs its http:// to be told from a scenario file.`;
  const content = readInput(files, path, 'scenario', hint);
  const text = decodeUtf8(content)?.replace(/^\ufeff/, '');
  const refuse = (problem: string, what = ''): RampartError =>
    new RampartError('bad-scenario', `${path}${problem}`, what);
  if (text === undefined) throw refuse(`, line ${firstBadLine(content)} is not UTF-8 text`);
  const document = read(text);
  if ('fault' in document) {
    if ('hint' in document.fault) throw refuse(` ${document.fault.problem}`.replace(/^ :/, ':'), document.fault.hint);
    const { line, column, problem } = document.fault;
    throw refuse(`, line ${line}, column ${column}${problem.startsWith(':') ? '' : ' '}${problem}`);
  }
  const { value: raw } = document;
  const placeOf = (at: JsonPath): string => {
    const place = document.placeOf(at);
    const where = place === null ? '' : `, line ${place.line}, column ${place.column}`;
    return `${path}${where}: ${shownPath(at)}`;
  };
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw refuse(
      ' must hold an object of settings',
      isYaml(path) ? EXAMPLE_YAML : 'For example {"url": "http://localhost:8989/predict", "vus": 10}.',
    );
  const envValueOf: EnvValueOf = (name, at) => {
    const value = standIn?.(name) ?? env[name];
    if (value !== undefined) return value;
    throw new RampartError(
      'bad-scenario',
      `${placeOf(at)} needs the environment variable ${name}, which is not set`,
      [didYouMean(name, Object.keys(env)), `Set it first, as in: export ${name}=…`].join(' ').trim(),
    );
  };
  const { $schema: _, environments, ...written } = raw as Record<string, unknown>;
  const said = withEnvironment(written, envValueOf);
  const { requests, flows, setup, teardown, maxRequests, ...others } = said;
  const several = Array.isArray(requests) || flows !== undefined;
  const originAt = (at: JsonPath): Origin => ({
    layer: 'scenario',
    code: 'bad-scenario',
    // Of a thousand requests with a dozen fields each hardly one is ever named.
    get label() {
      return placeOf(at);
    },
    get place() {
      const place = document.placeOf(at);
      return place === null ? null : { file: path, line: place.line };
    },
  });
  const unknownAt =
    (at: JsonPath) =>
    (name: string): RampartError =>
      new RampartError(
        'bad-scenario',
        `${placeOf([...at, name])} is not a setting`,
        didYouMean(settingMeant(name) ?? name, [...SETTING_NAMES, ...(at.length === 0 ? PARTS : [])]),
      );
  /** Settings alone: a form is a body, and rows are what a file would hold. */
  const asSettings = (fields: Readonly<Record<string, unknown>>, at: JsonPath): Readonly<Record<string, unknown>> => {
    const originOf = (...inside: JsonPath): Origin => originAt([...at, ...inside]);
    const read = (file: string, origin: Origin): Uint8Array =>
      blame(origin, (label) => readInput(files, beside(dirname(path), file), label));
    return withInlineRows(withFormBody(fields, { read, originOf }), {
      originOf,
      besideIt: (file) => beside(dirname(path), file),
      rowsAsWritten: () => {
        const rows = document.rowsOf([...at, 'data']);
        return rows === null ? null : rowsWithEnvironment(rows, [...at, 'data'], envValueOf);
      },
    });
  };
  // Beside a list of requests their number has another name, which one request may give it, too.
  if (!several && requests !== undefined && maxRequests !== undefined)
    throw refusal(originAt(['maxRequests']), 'and requests are both given, and are the same number');
  const isMost = several || requests === undefined;
  const ofFile = given(
    { ...asSettings(others, []), ...present({ requests: isMost ? maxRequests : requests }) },
    (name, inside = []) => originAt([isMost && name === 'requests' ? 'maxRequests' : name, ...inside]),
    unknownAt([]),
  );
  const environment = chosen ?? environmentIn(ofFile);
  const overlay = readEnvironment({
    ...{ environments, chosen: environment, file: path, originAt },
    give: (fields, at) => {
      // Only of the one that is wanted must the variables be there.
      const isWanted = at[1] === environment?.name;
      const filled = isWanted ? withEnvironment(fields, envValueOf, at) : fields;
      const own = given(
        asSettings(filled, at),
        (name, inside = []) => originAt([...at, name, ...inside]),
        unknownAt(at),
      );
      return { ...own, settings: withFiles(own.settings, path, () => JSON.stringify(own.settings.body)) };
    },
  });
  const bodyOf = (request: RequestPlace | null): string | null => {
    const body = document.bodyOf(request);
    const at = request === null ? ['body'] : [...request, 'body'];
    return body === null ? null : bodyWithEnvironment(body, at, envValueOf);
  };
  const ofItself = { ...ofFile, settings: withFiles(ofFile.settings, path, () => bodyOf(null)) };
  const ofAll = overlay === null ? ofItself : lay(ofItself, overlay);
  const alone = (own: Settings, place: RequestPlace): RawSettings => {
    const one = given(asSettings(own, place), (field, inside = []) => originAt([...place, field, ...inside]));
    return { ...one, settings: withFiles(one.settings, path, () => bodyOf(place)) };
  };
  const whole: RawSettings = {
    ...ofAll,
    ...(environments === undefined ? {} : { environments: Object.keys(environments as object) }),
    ...(document.functions === undefined ? {} : { functions: document.functions }),
    ...(setup === undefined && teardown === undefined
      ? {}
      : {
          frame: readFrame({
            ...{ setup, teardown, originAt },
            give: (own, place) => {
              const its = alone(own, place);
              return { alone: its, whole: lay(ofEveryRequest(ofAll), its) };
            },
          }),
        }),
  };
  if (!several) return whole;
  const mix = readMix({
    ...{ requests, flows, originAt },
    give: (own, index) => lay(ofAll, alone(own, ['requests', index])),
    giveLoad: (own, flow) =>
      given(own, (field, inside = []) =>
        originAt(['flows', flow, 'load', field === 'requests' ? 'iterations' : field, ...inside]),
      ),
  });
  return { ...whole, mix };
}

const present = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Fields of a file that are no settings. */
const PARTS = ['requests', 'flows', 'setup', 'teardown', 'environments', 'form', 'multipart'];

const EXAMPLE_YAML = 'For example two lines, url: http://localhost:8989/predict and vus: 10.';

/** Settings of a scenario file: files are relative to it, and a body is sent as it is written. */
function withFiles(written: Settings, path: string, body: () => string | null): Settings {
  const settings = { ...written };
  if (typeof settings.body === 'object') settings.body = body() ?? '';
  return { ...settings, ...relativeTo(dirname(path), settings) };
}

const beside = (folder: string, file: string): string => (isAbsolute(file) ? file : join(folder, file));

/** Files that a scenario names are relative to the scenario. */
function relativeTo(folder: string, settings: Settings): Settings {
  const named = FILES.flatMap((name): [string, string][] => {
    const file = settings[name];
    return typeof file === 'string' && file !== '' && !isDataUrl(file) ? [[name, beside(folder, file)]] : [];
  });
  const { outputs, targets } = settings;
  const placedTargets =
    typeof targets === 'object'
      ? { targets: targets.map((one) => (typeof one === 'string' ? one : withPems(folder, one))) }
      : {};
  if (outputs === undefined) return { ...Object.fromEntries(named), ...placedTargets };
  const placed = [outputs].flat().map((text) => (/^\.{1,2}[\\/]/.test(text) ? placedIn(folder, text) : text));
  return { ...Object.fromEntries(named), ...placedTargets, outputs: placed };
}

/** The files of a target's TLS. */
function withPems(folder: string, target: WrittenTarget): WrittenTarget {
  const pems = (['cacert', 'cert', 'key'] as const).flatMap((name) => {
    const file = target[name];
    return file === undefined || file === '' || isAbsolute(file) ? [] : [[name, join(folder, file)] as const];
  });
  return { ...target, ...Object.fromEntries(pems) };
}

/** The module of an output; a path that is none any more would be the name of a package. */
function placedIn(folder: string, output: string): string {
  const path = join(folder, output);
  return isAbsolute(path) || path.startsWith('..') ? path : `./${path}`;
}

const FILES = namesWhere(({ file }) => file === true);
