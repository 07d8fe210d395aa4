/** What language models are asked: prompts that are made, or conversations of a data set. */
import { type Setting, whereMeasured } from './setting.ts';

const ALL_THE_SAME = 'its requests are all the same';

export const PROMPT_SETTINGS = {
  promptTokens: {
    shape: 'quantity',
    flag: '--prompt-tokens <number>',
    help: whereMeasured('make prompts of so many words: 512, 100-800, exp:512, lognormal:512±200'),
    what: 'Prompts of language models are made, of so many common words, each about a token: 512, 100-800, exp:512 or lognormal:512±200 (mean and deviation)',
    value: { kind: 'amounts' },
    notWithAutocannon: ALL_THE_SAME,
    form: {
      part: 'advanced',
      label: 'Words of a prompt',
      hint: '512, 100-800, exp:512 or lognormal:512±200; empty: the body as it is',
      placeholder: '512',
    },
  },
  maxTokens: {
    shape: 'quantity',
    flag: '--max-tokens <number>',
    help: whereMeasured('tokens of a response at most: 128, 50-200, exp:128, lognormal:128±64'),
    what: 'The most tokens that a language model is asked for: 128, 50-200, exp:128 or lognormal:128±64',
    value: { kind: 'amounts' },
    notWithAutocannon: ALL_THE_SAME,
    form: {
      part: 'advanced',
      label: 'Tokens of a response',
      hint: 'at most: 128, 50-200, exp:128 or lognormal:128±64',
      placeholder: '128',
    },
  },
  tokenizer: {
    shape: 'text',
    flag: '--tokenizer <name>',
    help: whereMeasured('count tokens where the server tells none: gpt-tokenizer (installed by you), or words'),
    what: 'What counts the tokens of prompts and streamed responses where the server tells no number: gpt-tokenizer, gpt-tokenizer/encoding/cl100k_base, the path of a module, or words; without it each event counts as one',
    notWithAutocannon: 'it does not look at responses',
  },
  uniquePrompts: {
    shape: 'yes-or-no',
    flag: '--unique-prompts',
    help: whereMeasured('prompts that no run before had, with the same seed too, so that no cache knows them'),
    what: 'Prompts that no run before had, with the same seed too, so that no cache of prefixes knows them (default false)',
    notWithAutocannon: ALL_THE_SAME,
  },
  sharedPrefix: {
    shape: 'quantity',
    flag: '--shared-prefix <share>',
    help: whereMeasured('this share of every prompt is a beginning that all have in common: 50% or 0.5'),
    what: 'The share of every made prompt that is a beginning which all have in common, as a system prompt is: 50% or 0.5 (default 0%)',
    notWithAutocannon: ALL_THE_SAME,
  },
} as const satisfies Record<string, Setting>;
