/** Per second, to three decimals; 0 in no time. */
export function perSecond(n: number, durationMs: number): number {
  return durationMs > 0 ? Math.round((n / durationMs) * 1e6) / 1e3 : 0;
}
