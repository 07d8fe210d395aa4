/** What a scenario in TypeScript exports: the settings of a scenario file, with functions where values may be made. */
import type { CheckedResponse, RequestContext } from '../core/functions.ts';
import type { Settings } from '../settings/table.ts';
import type { RawStep } from './raw-steps.ts';
import type { PER_REQUEST } from './request-settings.ts';

/** A value, or a function that makes it for each request. It is called when the request is due, in the load threads: it may not be async. */
export type Made<Value> = Value | ((context: RequestContext) => Value);

/** Whether a response is right: true, or what is wrong with it as text. */
export type ResponseCheck = (response: CheckedResponse, context: RequestContext) => boolean | string;

/** What a request is made of, and what its response must be. */
export interface ScenarioMade {
  /** Text as it is sent; anything else is sent as JSON. */
  readonly body?: Made<unknown>;
  readonly headers?: string[] | Readonly<Record<string, Made<string>>>;
  readonly check?: ResponseCheck;
}

/** What a field of a form may be. */
export type FormValue = string | number | boolean;
/** What a part of a multipart form may be: a value, or a file. */
export type MultipartValue = FormValue | { readonly file: string; readonly type?: string; readonly name?: string };

/** A body of fields: one of the two. */
export interface ScenarioForm {
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: Readonly<Record<string, FormValue | readonly FormValue[]>>;
  /** Sent as multipart/form-data; files are relative to the scenario. */
  readonly multipart?: Readonly<Record<string, MultipartValue | readonly MultipartValue[]>>;
}

export interface ScenarioRequest
  extends ScenarioMade,
    ScenarioForm,
    Pick<Settings, Exclude<(typeof PER_REQUEST)[number], keyof ScenarioMade> | 'thresholds'> {
  readonly name?: string;
  readonly weight?: number;
  readonly path?: Made<string>;
  /** The one of several targets that it goes to. */
  readonly target?: string;
  readonly tags?: Readonly<Record<string, string | number | boolean>>;
  readonly capture?: Readonly<Record<string, string>>;
}

/** A request before or behind the load: values only. */
export interface ScenarioFrameRequest
  extends ScenarioForm,
    Pick<Settings, Exclude<(typeof PER_REQUEST)[number], 'expectField'>> {
  readonly name?: string;
  readonly path?: string;
  /** The one of several targets that it goes to; by default the first. */
  readonly target?: string;
  readonly capture?: Readonly<Record<string, string>>;
  readonly retries?: number;
  readonly retryPause?: string;
}

export interface ScenarioFlow {
  readonly name: string;
  readonly weight?: number;
  /** Of its own; it has no weight then. */
  readonly load?: ScenarioLoad;
  readonly steps: readonly RawStep[];
}

/** As of the whole file; `iterations` is how many passes there are at most. */
export interface ScenarioLoad
  extends Pick<
    Settings,
    | 'vus'
    | 'spawnRate'
    | 'thinkTime'
    | 'pacing'
    | 'rate'
    | 'arrivals'
    | 'maxInFlight'
    | 'stages'
    | 'profile'
    | 'duration'
  > {
  readonly iterations?: number | string;
}

export interface Scenario extends ScenarioMade, ScenarioForm, Omit<Settings, keyof ScenarioMade | 'requests' | 'data'> {
  /** A file of rows, or the rows themselves. */
  readonly data?: string | readonly string[] | readonly Readonly<Record<string, unknown>>[];
  /** Settings over those of the file, by name: one is chosen by --env. */
  readonly environments?: Readonly<Record<string, ScenarioForm & Omit<Settings, 'env'>>>;
  readonly requests?: number | string | readonly ScenarioRequest[];
  readonly flows?: readonly ScenarioFlow[];
  readonly setup?: readonly ScenarioFrameRequest[];
  readonly teardown?: readonly ScenarioFrameRequest[];
  readonly maxRequests?: number | string;
}

/** Says what type its argument has, for an editor to complete it; nothing else. */
export const scenario = (it: Scenario): Scenario => it;
