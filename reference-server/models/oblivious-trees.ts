/** Ensembles of oblivious trees, and their raw scores. */

/** A gradient-boosted ensemble of oblivious trees, as `training/` exports it. */
export interface TreeEnsemble {
  /** Names of the features, in the order of the vector that `rawScore` takes. */
  features: string[];
  /** Per feature, the ascending thresholds that splits refer to; each is the shortest decimal of a float32. */
  borders: number[][];
  scale: number;
  bias: number;
  /** `splits` are pairs of feature and border index, the first being the lowest bit of the index into `leaves`. */
  trees: { splits: number[][]; leaves: number[] }[];
}

/** Raw score (log-odds, for a classifier) of one feature vector. */
export type RawScore = (features: Float32Array) => number;

/**
 * Prepares an ensemble for evaluation.
 *
 * An oblivious tree asks the same question at every node of a level, so its leaf is the number whose bits are the answers
 * (Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features", 2018). Values and borders are compared as
 * float32, as CatBoost does: in float64 a value just above a border would take the other branch.
 *
 * @throws Error if a split points at no border, or a tree has not 2^depth leaves: the file is damaged.
 */
export function rawScoreOf(ensemble: TreeEnsemble): RawScore {
  const trees = ensemble.trees.map((tree, index) => {
    if (tree.leaves.length !== 2 ** tree.splits.length) {
      throw new Error(`tree ${index} has ${tree.leaves.length} leaves, ${2 ** tree.splits.length} expected`);
    }
    const thresholds = tree.splits.map(([feature = -1, border = -1]) => {
      const threshold = ensemble.borders[feature]?.[border];
      if (threshold === undefined || feature >= ensemble.features.length) {
        throw new Error(`tree ${index} splits on feature ${feature}, border ${border}, which the model does not have`);
      }
      return { feature, threshold: Math.fround(threshold) };
    });
    return { thresholds, leaves: tree.leaves };
  });

  return (features) => {
    if (features.length !== ensemble.features.length) {
      throw new Error(`the model takes ${ensemble.features.length} features, got ${features.length}`);
    }
    let sum = 0;
    for (const { thresholds, leaves } of trees) {
      let leaf = 0;
      for (let bit = 0; bit < thresholds.length; bit++) {
        const split = thresholds[bit] as { feature: number; threshold: number };
        if ((features[split.feature] as number) > split.threshold) leaf |= 1 << bit;
      }
      sum += leaves[leaf] as number;
    }
    return ensemble.scale * sum + ensemble.bias;
  };
}
