/** Words of prompts: the same for a key and a number, and unlike those of any other. */
import { splitmix32 } from './random.ts';

/** Common English words, each a token of its own for most tokenizers when a space stands before it. */
const WORDS =
  'the of and to in is was for that on with as it be by at from are this have or had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know get through back much before go good new write our used me man too any day same right look think also around another came come work three word must because does part even place well such here take why things help put years different away again off went old number great tell men say small every found still between name should home big give air line set own under read last never us left end along while might next sound below saw something thought both few those always looked show large often together asked house world going want school important until form food keep children feet land side without boy once animals life enough took sometimes four head above kind began almost live page got earth need far hand high year mother light parts country father let night following picture being study second eyes soon times story boys since white days ever paper hard near sentence better best across during today others however sure means knew it try told young miles sun ways thing whole hear example heard several change answer room sea against top turned learn point city play toward five using himself usually'.split(
    ' ',
  );

/**
 * So many words, the same of the same key and number. Two numbers' first words are the same once in 300, their first four once in
 * 10¹⁰: a cache of prefixes, which keeps blocks of tokens, has nothing of one prompt for another.
 */
export function wordsOf(key: number, index: number, count: number): string {
  let state = splitmix32(key ^ splitmix32(index | 0)) ^ Math.floor(index / 2 ** 32);
  let text = '';
  for (let n = 0; n < count; n++) {
    state = splitmix32(state + n);
    text += `${n === 0 ? '' : ' '}${WORDS[(state >>> 0) % WORDS.length]}`;
  }
  return text;
}

const COMMON_KEY = 0x7072_6566;

/** The beginning of one long text, as long as it has been asked for. */
export class CommonWords {
  #text = '';
  /** Where its words end. */
  #ends: number[] = [];

  first(count: number): string {
    if (count > this.#ends.length) this.#grow(Math.max(count, 2 * this.#ends.length));
    return count === 0 ? '' : this.#text.slice(0, this.#ends[count - 1]);
  }

  #grow(count: number): void {
    this.#text = wordsOf(COMMON_KEY, 0, count);
    this.#ends = [];
    for (let at = this.#text.indexOf(' '); at >= 0; at = this.#text.indexOf(' ', at + 1)) this.#ends.push(at);
    this.#ends.push(this.#text.length);
  }
}
