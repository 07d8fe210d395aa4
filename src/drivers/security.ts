/** The options of TLS that all connections of a run share. */
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext, type PeerCertificate, type SecureContext } from 'node:tls';
import type { Plan } from '../core/plan.ts';

/** The part of `tls.connect`'s options that is the same for all connections of a run. */
export interface Security {
  /** Made once: reading the authorities takes longer than a handshake. */
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
  /** SNI; for names only (RFC 6066, 3). */
  readonly servername?: string;
  readonly ALPNProtocols: string[];
  /** Where connections lead elsewhere: the certificate must be the target's all the same. */
  readonly checkServerIdentity?: (name: string, certificate: PeerCertificate) => Error | undefined;
}

/** Null where the target is spoken to in the clear. */
export function securityOf({ target, tls }: Pick<Plan, 'target' | 'tls'>): Security | null {
  if (target.protocol !== 'https:') return null;
  const { ca, cert, key } = tls;
  return {
    secureContext: createSecureContext({
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
    }),
    rejectUnauthorized: tls.verify,
    ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
    ALPNProtocols: ['http/1.1'],
    ...(target.via === undefined
      ? {}
      : { checkServerIdentity: (_, certificate) => checkServerIdentity(target.host, certificate) }),
  };
}
