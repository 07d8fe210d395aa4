/** Events without the secrets that a target's words, or the system's, may repeat. */
import type { RunEvent } from '../core/event.ts';
import type { Secrets } from '../core/secret.ts';
import type { FailureCount, SeriesSnapshot } from '../core/snapshot.ts';

/**
 * An event as it may be kept and shown: what repeats a target's words, or the system's, repeats no secret. The start of a
 * run is published by `publishPlan` and `publishCommand`.
 */
export function publishEvent(event: RunEvent, secrets: Secrets): RunEvent {
  switch (event.type) {
    case 'interval': {
      const { snapshot } = event;
      const series = Object.entries(snapshot.series);
      if (series.every(([, { failures }]) => failures.length === 0)) return event;
      const published = series.map(([name, one]) => [name, publishSeries(one, secrets)] as const);
      return { ...event, snapshot: { ...snapshot, series: Object.fromEntries(published) } };
    }
    case 'failing': {
      const { failure } = event;
      return { ...event, failure: { ...failure, message: secrets.maskAddresses(failure.message) } };
    }
    case 'torn-down':
      return {
        ...event,
        failures: event.failures.map((each) => ({ ...each, message: secrets.maskAddresses(each.message) })),
      };
    case 'lost':
      return { ...event, message: secrets.maskAddresses(event.message) };
    default:
      return event;
  }
}

function publishSeries(series: SeriesSnapshot, secrets: Secrets): SeriesSnapshot {
  const failures = series.failures.map((failure): FailureCount => {
    const { message, example, bodies } = failure;
    return {
      ...failure,
      message: secrets.maskAddresses(message),
      ...(example === undefined ? {} : { example: secrets.maskAddresses(example) }),
      ...(bodies === undefined ? {} : { bodies: bodies.map((body) => secrets.maskAddresses(body)) }),
    };
  });
  return { ...series, failures };
}
