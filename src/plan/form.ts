/** The start form of the page: its texts become a plan or errors beside fields, and a plan becomes texts again. */
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { flagOf, namesWhere, SETTINGS, type SettingName } from '../settings/table.ts';
import type { FieldError } from './edit.ts';
import type { FormMemory } from './form-memory.ts';
import { layerOf, type RawSettings } from './raw-settings.ts';
import { type PlanWorld, type PreparedRun, preparedBy } from './resolve.ts';
import { readSources, type Sources } from './sources.ts';

/** Settings that a form may give: none of them names a file of this machine, but for the scenario that is the target. */
export const FORM_SETTINGS = namesWhere(({ form }) => form !== undefined);

/** Lists, one item a line. */
const isList = (name: SettingName): boolean => {
  const { form } = SETTINGS[name];
  return form?.part !== 'unseen' && form?.kind === 'lines';
};

/** A plan, and where its settings come from. */
export interface PlannedForm extends PreparedRun {
  readonly given: RawSettings;
  readonly sources: Sources;
  readonly errors: readonly [];
}

export type Form = PlannedForm | { readonly plan: null; readonly errors: readonly FieldError[] };

/**
 * The plan that a form asks for, by the same rules as the command line; or everything that is wrong with it, beside the
 * field it is about.
 *
 * @param settings texts by the name of the setting; what is not given is absent.
 * @param memory of the secrets that the form was shown without.
 */
export async function readForm(
  kind: 'run' | 'find',
  settings: Readonly<Record<string, string>>,
  env: Sources['env'],
  world: PlanWorld,
  memory: FormMemory | null = null,
): Promise<Form> {
  const restored = memory?.restore(settings) ?? { texts: settings, errors: [] };
  const errors: FieldError[] = [...restored.errors];
  let texts: Record<string, string> = {};
  for (const [name, text] of Object.entries(restored.texts)) {
    if (FORM_SETTINGS.some((known) => known === name)) texts[name] = text;
    else errors.push({ field: name, message: 'This is no setting of the form.' });
  }
  for (let attempt = 0; attempt <= FORM_SETTINGS.length; attempt++) {
    try {
      const sources: Sources = { kind, target: (texts['url'] ?? '').trim(), env, flags: flagsOf(texts, memory) };
      const given = await readSources(sources, world.files);
      const prepared = preparedBy(given, kind, world);
      return errors.length === 0 ? { ...prepared, given, sources, errors: [] } : { plan: null, errors };
    } catch (error) {
      if (!(error instanceof RampartError)) throw error;
      const found = formError(error);
      if (errors.some(({ field }) => field === found.field)) break;
      errors.push(found);
      if (found.field === '') break;
      texts = without(texts, found.field);
    }
  }
  return { plan: null, errors };
}

/** Which field an error is about: messages begin with what the setting is called. */
export function formError({ message, hint }: Pick<RampartError, 'message' | 'hint'>): FieldError {
  const field = FORM_SETTINGS.find(
    (name) => message.startsWith(`${labelOf(name)} `) || message.startsWith(`${labelOf(name)}:`),
  );
  const target = field === undefined && /^(no URL|URL|scenario|\S+\.(?:jsonc?|ya?ml))/.test(message) ? 'url' : '';
  const rest = field === undefined ? message : message.slice(labelOf(field).length).replace(/^[: ]+/, '');
  // What quotes the value stands by itself beside its field; what goes on in words needs its subject.
  const said = /^["\d]/.test(rest) ? rest : message;
  const sentence = sentenceOf(said);
  return { field: field ?? target, message: hint === '' ? sentence : `${sentence} ${hint}` };
}

/** With a capital and a full stop, as it stands beside a field. */
export function sentenceOf(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** A body larger than this is not for a form, bytes. */
const LARGEST_BODY = 200_000;

/**
 * A test as a form holds it: to be changed, and run again. The body of a file is in it. Several requests have no place in a
 * form: it then names their scenario file, and holds what flags said over it.
 *
 * @param target as it was given.
 */
export function formTexts(given: RawSettings, plan: Plan, target: string): Record<string, string> {
  const { settings, headers } = given;
  const { targets } = settings;
  // Neither has a place in a form.
  const isOfFile =
    given.mix !== undefined || (typeof targets === 'object' && targets.some((one) => typeof one !== 'string'));
  const texts: Record<string, string> = {};
  for (const name of FORM_SETTINGS) {
    if (isOfFile && layerOf(given, name) !== 'flags') continue;
    const value = settings[name];
    if (typeof value === 'string' || typeof value === 'number') texts[name] = String(value);
    else if (Array.isArray(value) && (isList(name) || name === 'targets')) texts[name] = value.join('\n');
    else if (value !== undefined) texts[name] = JSON.stringify(value);
  }
  if (isOfFile) return { ...texts, url: target };
  if (headers.length > 0) texts['headers'] = headers.map(([name, value]) => `${name}: ${value}`).join('\n');
  for (const { body } of plan.requests)
    if (settings.bodyFile !== undefined && body?.encoding === 'utf8' && body.bytes <= LARGEST_BODY)
      texts['body'] = body.data;
  return texts;
}

function flagsOf(texts: Readonly<Record<string, string>>, memory: FormMemory | null): Record<string, unknown> {
  const flags: Record<string, unknown> = {};
  if (memory !== null && memory.secretNames.length > 0) flags['secrets'] = memory.secretNames;
  for (const name of FORM_SETTINGS) {
    const text = texts[name];
    if (name === 'url' || text === undefined) continue;
    flags[name] = isList(name) ? text.split(/\r?\n/).filter((line) => line.trim() !== '') : text;
  }
  return flags;
}

/** The form with something harmless instead of what is wrong, while the rest is looked at. */
function without(texts: Readonly<Record<string, string>>, field: string): Record<string, string> {
  const { [field]: _, ...rest } = texts;
  const form = SETTINGS[field as SettingName]?.form;
  const harmless = form?.part === 'unseen' ? undefined : form?.harmless;
  return harmless === undefined ? rest : { ...rest, [field]: harmless };
}

const labelOf = (name: SettingName): string => (name === 'url' ? 'URL' : flagOf(name));
