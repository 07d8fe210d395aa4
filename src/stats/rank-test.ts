/** Whether values of one kind tend to be above those of another, whatever their distribution. */

/**
 * How many standard deviations the ranks of the first lie above what they would if both were of one kind
 * (H. Mann, D. Whitney, 1947). Equal values share their ranks; the deviation is that without any, which makes it smaller.
 */
export function rankScore(first: readonly number[], second: readonly number[]): number {
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0) return 0;
  const all = [...first.map((value) => ({ value, own: true })), ...second.map((value) => ({ value, own: false }))].sort(
    (a, b) => a.value - b.value,
  );
  let ranks = 0;
  for (let start = 0; start < all.length; ) {
    let end = start + 1;
    while (end < all.length && all[end]?.value === all[start]?.value) end++;
    const rank = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) if (all[at]?.own === true) ranks += rank;
    start = end;
  }
  const above = ranks - (n * (n + 1)) / 2;
  return (above - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}
