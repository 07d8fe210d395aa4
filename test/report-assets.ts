import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ReportAssets } from '../src/report/html/page.ts';

/** The browser side of the report, or of runs over each other, bundled from source as the build does it. */
export async function bundleReportAssets(page: 'report' | 'overlay' = 'report'): Promise<ReportAssets> {
  const client = fileURLToPath(new URL('../src/report/client/', import.meta.url));
  const [script = '', style = ''] = await Promise.all(
    [`${page}.ts`, 'styles.css'].map(async (entry) => {
      const { outputFiles } = await build({
        entryPoints: [client + entry],
        bundle: true,
        minify: true,
        format: 'iife',
        target: 'es2022',
        write: false,
      });
      return outputFiles[0]?.text ?? '';
    }),
  );
  return { script, style };
}
