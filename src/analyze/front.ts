/** The Pareto front: those that none of the others is better than, or as good, in both ways. In their order. */
export function frontOf<Item>(items: readonly Item[], worthOf: (item: Item) => readonly [number, number]): Item[] {
  const beats = (a: Item, b: Item): boolean => {
    const [[ax, ay], [bx, by]] = [worthOf(a), worthOf(b)];
    return ax >= bx && ay >= by && (ax > bx || ay > by);
  };
  return items.filter((one) => !items.some((other) => beats(other, one)));
}
