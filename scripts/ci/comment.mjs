/**
 * One comment on a pull request with what a run or a comparison said, found again by a mark in it and kept up to date. Reads, from the
 * environment: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, PULL_REQUEST, FOLDER (of the results), NAME (which comment), and
 * GITHUB_SERVER_URL, GITHUB_RUN_ID for the link.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const { env } = process;
const api = env['GITHUB_API_URL'] ?? 'https://api.github.com';
const repository = `${api}/repos/${env['GITHUB_REPOSITORY']}`;
const folder = env['FOLDER'] ?? '.';
const mark = `<!-- rampart: ${env['NAME'] ?? 'rampart'} -->`;
/** GitHub takes no more. */
const LONGEST = 65_000;

const file = ['comparison.md', 'summary.md'].map((name) => join(folder, name)).find((path) => existsSync(path));
const said =
  file === undefined ? '**Rampart** ended without a result: see the log of the job.' : readFileSync(file, 'utf8');
const link = `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${env['GITHUB_REPOSITORY']}/actions/runs/${env['GITHUB_RUN_ID']}`;
const body = `${mark}\n${said.slice(0, LONGEST)}\n\n[Report and figures](${link})\n`;

const known = await ownComment();
if (known === null) await call('POST', `${repository}/issues/${env['PULL_REQUEST']}/comments`, { body });
else await call('PATCH', `${repository}/issues/comments/${known}`, { body });

/** The number of the comment that is there already. @returns {Promise<number | null>} */
async function ownComment() {
  for (let page = 1; ; page++) {
    const comments = await call(
      'GET',
      `${repository}/issues/${env['PULL_REQUEST']}/comments?per_page=100&page=${page}`,
    );
    const own = comments.find((/** @type {{ body: string }} */ comment) => comment.body.startsWith(mark));
    if (own !== undefined) return own.id;
    if (comments.length < 100) return null;
  }
}

/** @param {string} method @param {string} url @param {object} [content] @returns {Promise<any>} */
async function call(method, url, content) {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${env['GITHUB_TOKEN']}`,
      'x-github-api-version': '2022-11-28',
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${(await response.text()).slice(0, 200)}`);
  return response.json();
}
