/** The frame of every page in one file: head, policy, script and style. */
import { embeddedJson, escapeHtml } from './escape.ts';
import { contentPolicy, inlined } from './inline.ts';

/** The built browser side: the bundled script and the style sheet, both put into the page. */
export interface ReportAssets {
  readonly script: string;
  readonly style: string;
}

interface Page {
  readonly title: string;
  readonly version: string;
  /** Header and result. */
  readonly top: string;
  readonly main: string;
  readonly foot: string;
  /** For the script, which finds it as JSON. */
  readonly data: unknown;
}

/** A whole page in one file: nothing is asked of the network, and only this script and this style sheet are obeyed. */
export function pageOf({ title, version, top, main, foot, data }: Page, assets: ReportAssets): string {
  const script = inlined(assets.script, 'script');
  const style = inlined(assets.style, 'style');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="rampart ${escapeHtml(version)}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${top}
<main>
${main}
</main>
<footer>rampart ${escapeHtml(version)}, ${escapeHtml(foot)}</footer>
<script type="application/json" id="timeline">${embeddedJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}
