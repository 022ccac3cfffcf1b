/**
 * Maximum-likelihood rates of two independent samples under the restriction candidate − control = difference: the closed
 * root of a cubic.
 *
 * Source: Miettinen and Nurminen (1985), Stat. Med. 4:213, appendix I; Farrington and Manning (1990), Stat. Med. 9:1447.
 * @param control, candidate observed (or, for planning, assumed) rates in [0, 1]
 * @param ratio size of the control's sample over the candidate's, > 0
 * @param difference in [−1, 1]
 * @returns rates in [0, 1]
 */
export function restrictedRates(rates: { control: number; candidate: number; ratio: number; difference: number }): {
  control: number;
  candidate: number;
} {
  const { control, candidate, ratio, difference } = rates;
  const a = 1 + ratio;
  const b = -(1 + ratio + candidate + ratio * control + difference * (ratio + 2));
  const c = difference * difference + difference * (2 * candidate + ratio + 1) + candidate + ratio * control;
  const d = -candidate * difference * (1 + difference);
  const v = b ** 3 / (27 * a ** 3) - (b * c) / (6 * a * a) + d / (2 * a);
  const u = (v < 0 ? -1 : 1) * Math.sqrt(Math.max(0, (b * b) / (9 * a * a) - c / (3 * a)));
  const angle = u === 0 ? 0 : (Math.PI + Math.acos(clamp(v / u ** 3, -1, 1))) / 3;
  // The restriction keeps both rates in [0, 1]; rounding must not leave it.
  const found = clamp(2 * u * Math.cos(angle) - b / (3 * a), Math.max(0, difference), Math.min(1, 1 + difference));
  return { candidate: found, control: found - difference };
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}
