/**
 * The discovery of an address: what it is, and a request that it accepts.
 * How it goes about it and what it hands on; scout.ts asks what the address is, body-search.ts what it accepts.
 */
import { BodySearch } from './body-search.ts';
import type { Accepted, Ask, Reply } from './exchange.ts';
import type { BodySchema } from './field-value.ts';
import { Scout } from './scout.ts';

/** What was asked, and what came back. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** What is known of an address after it was asked. Texts of the target in it are as they came. */
export interface Discovery {
  /** What it is: `FastAPI (OpenAPI 3.1.0)`; empty: unknown. */
  readonly target: string;
  readonly evidence: readonly string[];
  readonly routes: readonly string[];
  readonly asked: readonly Asked[];
  /** Null: none was. */
  readonly accepted: Accepted | null;
  /** Why there is none, and what to do. */
  readonly problem: string;
  readonly hint: string;
  /** The last response that refused one; null: none did. */
  readonly refusal: Reply | null;
  /** What its body may be, where that is described. */
  readonly bodySchema: BodySchema | null;
}

export interface DiscoverOptions {
  readonly ask: Ask;
  /** ms. */
  readonly now: () => number;
  /** Path and query of the address that was asked for: no other gets a POST. */
  readonly path: string;
}

/** Finds out what an address is and what it accepts. GETs of well-known routes, then requests to the address itself. */
export async function discover({ ask, now, path }: DiscoverOptions): Promise<Discovery> {
  const asked: Asked[] = [];
  const asking: Ask = async (question) => {
    const reply = await ask(question);
    asked.push({ method: question.method, path: question.path, status: reply.status });
    return reply;
  };
  const scout = new Scout(asking, now, path);
  await scout.look();
  const search = new BodySearch(asking, scout, path);
  await search.run();
  const { accepted, refusal } = search;
  return {
    target: scout.name,
    evidence: scout.evidence,
    routes: scout.routes,
    asked,
    accepted,
    refusal,
    bodySchema: search.bodySchema,
    ...(accepted === null ? search.failure() : { problem: '', hint: '' }),
  };
}
