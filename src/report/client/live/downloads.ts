/** The tab of the live page from which the files of a run are downloaded. */
import type { EarlierRun, RunState } from './frame.ts';
import { slotOf } from './places.ts';

const WHAT: Readonly<Record<string, string>> = {
  'report.html': 'the report: one file, to be read anywhere',
  'result.json': 'every number, in a documented format',
  'stats.csv': 'requests, in Locust’s columns',
  'history.csv': 'the run over time, in Locust’s columns',
  'failures.csv': 'failures, in Locust’s columns',
  'latency.hlog': 'every interval’s response times, HdrHistogram’s format',
  'summary.md': 'the summary, for a pull request',
  'junit.xml': 'thresholds as test cases',
  'journal.ndjson': 'the stream itself: everything can be drawn again from it',
};

/** Everything a run leaves; of a run that is on, as far as it is. */
export function showDownloads(run: RunState, earlier: readonly EarlierRun[]): void {
  const place = slotOf('download');
  const key = JSON.stringify([run.id, run.phase === 'ended', run.files, earlier.map(({ id }) => id)]);
  if (place.dataset['shown'] === key) return;
  place.dataset['shown'] = key;
  const note = run.phase === 'ended' ? '' : 'The run is on: what you get is the run so far.';
  place.replaceChildren(
    filesOf('This run', note, run.id, run.files),
    ...earlier.map(({ id, target, sentence, files }) => filesOf(`${id}  ${target}`, sentence, id, files)),
  );
}

function filesOf(title: string, note: string, id: string, files: readonly string[]): HTMLElement {
  const card = document.createElement('section');
  card.className = 'card';
  const heading = document.createElement('h2');
  heading.textContent = title;
  const list = document.createElement('ul');
  list.className = 'files';
  for (const name of files) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `/runs/${encodeURIComponent(id)}/${name}`;
    link.download = '';
    link.textContent = name;
    const about = document.createElement('span');
    about.textContent = WHAT[name] ?? '';
    item.append(link, about);
    if (name === 'report.html') {
      const view = document.createElement('a');
      view.href = `${link.href}?view`;
      view.target = '_blank';
      view.rel = 'noopener';
      view.textContent = 'Open';
      item.append(view);
    }
    list.append(item);
  }
  card.append(heading);
  if (note !== '') {
    const text = document.createElement('p');
    text.className = 'hint';
    text.textContent = note;
    card.append(text);
  }
  card.append(list);
  return card;
}
