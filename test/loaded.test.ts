import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { rampart, temporaryFolder } from './command.ts';
import { ownEchoTarget } from './target.ts';

/** What a start loads: what it does not need costs every short run, and comes back unnoticed by a single import. */

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

/** Modules that main thread, workers and children loaded, as Node's record of its coverage names their files. */
function modulesIn(coverage: string): string[] {
  const files = readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as { result: { url: string }[] };
    return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []));
  });
  const built = [...new Set(files)].filter((file) => file.startsWith(DIST));
  // Before each module that it bundles, the bundler says which one it is.
  return built.flatMap((file) => readFileSync(file, 'utf8').match(/(?<=^\/\/ )[\w@./-]+\.[cm]?[jt]s$/gm) ?? []);
}

it('is little for a run of one request that flags describe', async () => {
  const target = await ownEchoTarget();
  const coverage = temporaryFolder();
  const { code } = await rampart(['run', target.url, '-b', '{}', '-n', '20', '--vus', '1'], {
    env: { NODE_V8_COVERAGE: coverage },
  });
  expect([0, 5]).toContain(code);
  const modules = modulesIn(coverage);
  expect(modules).toEqual(
    expect.arrayContaining(['src/cli/run.ts', 'src/session/artifacts.ts', 'src/run/segment-runner.ts']),
  );
  const unneeded =
    /^src\/(?:discover|imports|web|agent)\/|^src\/outputs\/(?!wanted)|^src\/plan\/(?:scenario-source|schema|form)\.ts|-schemas?\.ts$|^src\/session\/(?:find|traces|report)\.ts|^src\/cli\/(?:report|overlay|page|dry-run|started-target)\.ts|node_modules\/(?:zod|yaml)\//;
  expect(modules.filter((module) => unneeded.test(module))).toEqual([]);
});
