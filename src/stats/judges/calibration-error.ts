/** A probability somebody gave, and whether it came true. */
export interface Forecast {
  /** In [0, 1]. */
  probability: number;
  happened: boolean;
}

export interface CalibrationError {
  /** Expected calibration error over ten bins of equal width, in [0, 1]. */
  ece: number;
  /** Mean squared error, in [0, 1]; always saying ½ scores 0.25. */
  brier: number;
  /** brier = reliability − resolution + uncertainty, over the distinct probabilities. */
  reliability: number;
  resolution: number;
  uncertainty: number;
}

/**
 * How well probabilities match what happens.
 *
 *   ECE = Σ_b n_b/n |mean(y) − mean(p)| over the bins [b/10, (b+1)/10), the last closed;   Brier = mean (p − y)²
 *
 * Source: Naeini, Cooper, Hauskrecht (2015), AAAI; Brier (1950), Mon. Weather Rev. 78:1; Murphy (1973), J. Appl. Meteorol. 12:595.
 * @returns null without a forecast
 * @throws RangeError on a probability outside [0, 1]
 */
export function calibrationError(forecasts: readonly Forecast[]): CalibrationError | null {
  const n = forecasts.length;
  if (n === 0) return null;
  const bad = forecasts.find(({ probability: p }) => !(p >= 0 && p <= 1));
  if (bad !== undefined) throw new RangeError(`calibration: a probability must be in [0, 1], got ${bad.probability}`);
  const base = forecasts.filter((f) => f.happened).length / n;
  const bins = grouped(forecasts, (p) => Math.min(9, Math.floor(p * 10)));
  const values = grouped(forecasts, (p) => p);
  const over = (groups: Group[], f: (g: Group) => number) => groups.reduce((sum, g) => sum + (g.n / n) * f(g), 0);
  return {
    ece: over(bins, (g) => Math.abs(g.happened - g.probability) / g.n),
    brier: forecasts.reduce((sum, f) => sum + (f.probability - Number(f.happened)) ** 2, 0) / n,
    reliability: over(values, (g) => ((g.probability - g.happened) / g.n) ** 2),
    resolution: over(values, (g) => (g.happened / g.n - base) ** 2),
    uncertainty: base * (1 - base),
  };
}

/** Sums over the forecasts of one bin. */
interface Group {
  n: number;
  probability: number;
  happened: number;
}

function grouped(forecasts: readonly Forecast[], key: (probability: number) => number): Group[] {
  const groups = new Map<number, Group>();
  for (const { probability, happened } of forecasts) {
    const group = groups.get(key(probability)) ?? { n: 0, probability: 0, happened: 0 };
    group.n += 1;
    group.probability += probability;
    group.happened += Number(happened);
    groups.set(key(probability), group);
  }
  return [...groups.values()];
}
