/** Posts to an OTLP receiver, and tells where it took only a part. */
import { Refused } from '../delivery.ts';
import { type HttpReceiver, post } from '../http-receiver.ts';

/** What a receiver says that took some of a request and not the rest (OTLP's partial success). */
interface PartialSuccess {
  readonly rejectedDataPoints?: number | string;
  readonly rejectedSpans?: number | string;
  readonly errorMessage?: string;
}

/** Posts an export request. @throws Refused where some of it was not taken, which is not to be sent again. */
export async function postOtlp(receiver: HttpReceiver, body: string): Promise<void> {
  const partial = partialOf(await post(receiver, body));
  const rejected = Number(partial.rejectedDataPoints ?? partial.rejectedSpans ?? 0);
  if (rejected > 0)
    throw new Refused(
      `it took all but ${rejected}${partial.errorMessage ? `: ${partial.errorMessage.slice(0, 200)}` : ''}`,
    );
}

function partialOf(said: string): PartialSuccess {
  try {
    return (JSON.parse(said) as { partialSuccess?: PartialSuccess } | null)?.partialSuccess ?? {};
  } catch {
    // A response of another kind says nothing against what was sent.
    return {};
  }
}
