import { it } from 'vitest';
import { RunFold } from '../analyze/fold.ts';
import { ConsoleView } from './console.ts';
import { toJunitXml } from './junit.ts';
import { toMarkdown } from './markdown.ts';
import { searchEvents, searchPlan, searchResult } from './search.fixture.ts';
import { SearchProgress, searchBlock } from './search-live.ts';
import { renderSummary } from './summary.ts';
import { renderLine } from './terminal.ts';

it('x', () => {
  const r = searchResult();
  console.log(renderSummary(r, { columns: 150, colour: false }));
  console.log(renderSummary(r, { columns: 80, colour: false }));
  console.log(toMarkdown(r).slice(0, 2500));
  console.log(toJunitXml(r));
  let out = '';
  const v = new ConsoleView({
    plan: searchPlan(),
    columns: 100,
    isTTY: false,
    colour: false,
    write: (t) => {
      out += t;
    },
  });
  for (const e of searchEvents()) v.accept(e);
  console.log(out);
  const f = new RunFold();
  const p = new SearchProgress(searchPlan().search!);
  let n = 0;
  for (const e of searchEvents()) {
    f.accept(e);
    p.accept(e);
    if (++n === 400) break;
  }
  console.log(
    searchBlock(p.at(f.timeline, 'HTTP 503'), 100)
      .map((l) => renderLine(l, 100, false))
      .join('\n'),
  );
});
