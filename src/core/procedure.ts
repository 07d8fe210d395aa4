/** What follows from what a plan is for, a run, a probe or a search, and is asked in several places. */
import { whyUnchangeable } from './command.ts';
import type { Plan } from './plan.ts';

/**
 * A load that the plan itself has, from its warm-up to its end, so that the time tells what belongs where: that of a run. The warm-up
 * of a probe is so many requests, and a search makes its loads as it goes.
 */
export const followsItsPlan = ({ kind }: Pick<Plan, 'kind'>): boolean => kind === 'run';

/** A load of many levels, each judged by itself, so that what is said of one constant load is not said of it: that of a search. */
export const hasLevels = ({ search }: Pick<Plan, 'search'>): boolean => search !== null;

/** One request at a time, each from an idle target and independent of the others; their number is what ends it: a probe. */
export const isOneAtATime = ({ kind }: Pick<Plan, 'kind'>): boolean => kind === 'probe';

/** What looks for the capacity of a target would find that of a cache before it, where one responds: a search. */
export const isMisledByCache = ({ kind }: Pick<Plan, 'kind'>): boolean => kind === 'find';

/** Whether load is counted in virtual users; else in what arrives, as also where there are both. */
export const isOfUsers = ({ load, search }: Pick<Plan, 'load' | 'search'>): boolean =>
  search === null ? load.model === 'closed' : search.unit === 'vus';

/** Whether a person may change the load under way: that of a run, where nothing else stands in the way. */
export const isSteerable = (plan: Pick<Plan, 'kind' | 'engine' | 'load' | 'loads'>): boolean =>
  followsItsPlan(plan) && whyUnchangeable(plan) === null;
