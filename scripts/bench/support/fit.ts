/** How a cost grows with a size. */

/** Of one measurement: how many, and what that took. */
export interface Point {
  readonly count: number;
  readonly value: number;
  /** What of it does not grow; 0 unless given. */
  readonly floor?: number;
}

/** The exponent k of `value ≈ c · count^k`, by least squares on the logarithms. Null with less than two points, or where
 * one has no logarithm. */
export function exponent(points: readonly Point[]): number | null {
  if (points.length < 2 || points.some(({ count, value }) => count <= 0 || value <= 0)) return null;
  const xs = points.map(({ count }) => Math.log(count));
  const ys = points.map(({ value }) => Math.log(value));
  const mean = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length;
  const [x, y] = [mean(xs), mean(ys)];
  const covariance = xs.reduce((sum, one, n) => sum + (one - x) * (ys[n] - y), 0);
  const variance = xs.reduce((sum, one) => sum + (one - x) ** 2, 0);
  return variance > 0 ? covariance / variance : null;
}
