/** The page's word on its connection: a sign in the head, and a banner while there is none. */
import type { Link } from './connection.ts';
import { one, put } from './places.ts';

const LINKS: Readonly<Record<Link, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost',
  gone: 'Page closed',
};

/** What is said while there is no connection; empty: nothing. */
export const BANNERS: Readonly<Record<Link, string>> = {
  connecting: '',
  live: '',
  lost: 'The connection to the page’s server is lost. The run goes on without this page; it is tried again all the time.',
  gone: 'rampart has ended: this is what the page last knew.',
};

export function showLink(link: Link): void {
  put('link', LINKS[link]);
  one('[data-text="link"]').dataset['link'] = link;
  put('banner', BANNERS[link]);
  one('[data-text="banner"]').hidden = BANNERS[link] === '';
}
