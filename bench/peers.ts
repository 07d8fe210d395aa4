import type { Peer } from './peer.ts';
import { autocannon } from './peers/autocannon.ts';
import { h2load } from './peers/h2load.ts';
import { hey } from './peers/hey.ts';
import { k6 } from './peers/k6.ts';
import { locust } from './peers/locust.ts';
import { oha } from './peers/oha.ts';
import { vegeta } from './peers/vegeta.ts';
import { wrk, wrk2 } from './peers/wrk.ts';

/** Everybody we compare with, in the order of the tables. */
export const PEERS: readonly Peer[] = [wrk, wrk2, oha, h2load, hey, vegeta, autocannon, k6, locust];
