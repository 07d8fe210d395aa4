/** Tests that the live page has shown, and that another came after: what each came to, and where its files are. */
import { FILES, JOURNAL } from '../core/run-files.ts';
import type { EarlierRun } from '../report/client/live/frame.ts';
import type { RunFolder } from '../session/run-folder.ts';

/** The last of them first. */
export class EarlierTests {
  readonly #all: { readonly told: EarlierRun; readonly folder: RunFolder }[] = [];

  add({ id, target, sentence }: Omit<EarlierRun, 'files'>, folder: RunFolder): void {
    this.#all.unshift({ told: { id, target, sentence, files: [...FILES, JOURNAL] }, folder });
  }

  get told(): readonly EarlierRun[] {
    return this.#all.map(({ told }) => told);
  }

  /** Null: there is none of that id. */
  folderOf(id: string): RunFolder | null {
    return this.#all.find(({ told }) => told.id === id)?.folder ?? null;
  }
}
