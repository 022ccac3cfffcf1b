import { STEPS } from "../../dist/rollout/plan.js";
import { HOUR } from "./traffic.js";

/** Rules that cannot promote are promoted by the clock, as their users do: an hour a step in a ramp, else a day; then nobody watches. */
function clocked(world, { observe, looksHarmful, units, name }) {
  const { steps = STEPS } = world.settings;
  const split = steps.filter((step) => step < 1);
  const stepMs = (split.length === 1 ? 24 : 1) * HOUR;
  const engine = {
    name,
    weight: split[0],
    phase: null,
    units,
    tick(ms) {
      if (engine.phase !== null) return;
      const step = Math.floor(ms / stepMs);
      if (step >= split.length) [engine.weight, engine.phase] = [1, "promoted"];
      else engine.weight = split[step];
    },
    observe(event) {
      engine.tick(event.at);
      if (engine.phase !== null) return;
      observe(event);
      if (looksHarmful(event)) [engine.weight, engine.phase] = [0, "rolled-back"];
    },
  };
  return engine;
}

/** Lets a rule look at most so often. */
function everyMinutes(minutes, rule) {
  let next = 0;
  return (event) => {
    if (event.at < next) return false;
    next = event.at + minutes * 60_000;
    return rule(event);
  };
}

/** Two proportions of requests, pooled, two-sided 5 %, looked at every five minutes from 30 outcomes of each arm on: what a peeked p < .05 does. */
export function peekedZ(world) {
  const arms = [armOfRequests(), armOfRequests()];
  return clocked(world, {
    name: "z, peeked",
    units: () => arms[1].n,
    observe: ({ isCandidate, success }) => arms[Number(isCandidate)].add(success),
    looksHarmful: everyMinutes(5, () => arms.every(({ n }) => n >= 30) && zOf(arms[0], arms[1]) < -1.959963984540054),
  });
}

function armOfRequests() {
  const arm = { n: 0, good: 0, add: (success) => ((arm.n += 1), (arm.good += Number(success))) };
  return arm;
}

/** z of candidate − control with the pooled variance; 0 where both are all good or all bad. */
export function zOf(control, candidate) {
  const pooled = (control.good + candidate.good) / (control.n + candidate.n);
  const variance = pooled * (1 - pooled) * (1 / control.n + 1 / candidate.n);
  return variance === 0 ? 0 : (candidate.good / candidate.n - control.good / control.n) / Math.sqrt(variance);
}

/** Success of the candidate's last 100 requests at least 5 points below that of the control's last 100, asked at each of its outcomes. */
export function lastHundred(world) {
  const arms = [windowOf(100), windowOf(100)];
  let outcomes = 0;
  return clocked(world, {
    name: "last 100",
    units: () => outcomes,
    observe({ isCandidate, success }) {
      outcomes += Number(isCandidate);
      arms[Number(isCandidate)].add(Number(success));
    },
    // In whole outcomes: shares of 100 are no exact fractions.
    looksHarmful: ({ isCandidate }) =>
      isCandidate && arms.every(({ isFull }) => isFull()) && arms[0].sum() - arms[1].sum() >= 5,
  });
}

function windowOf(size) {
  const last = [];
  let [sum, seen] = [0, 0];
  return {
    add(value) {
      sum += value - (last[seen % size] ?? 0);
      last[seen++ % size] = value;
    },
    isFull: () => seen >= size,
    sum: () => sum,
  };
}

const ALPHA = 0.05;
const TUNING = 5000;

/**
 * GrowthBook's one-sided sequential interval (gbstats) of candidate − control, means of users, looked at every ten minutes from 50 users of
 * each arm on: harmful once it lies below 0. A user that was in both arms as the weight rose is one user of each.
 */
export function growthBook(world) {
  const arms = [armOfUsers(), armOfUsers()];
  const isHarm = () => {
    const [control, candidate] = arms.map((arm) => arm.moments());
    if (control.n < 50 || candidate.n < 50) return false;
    return upperLimit(control, candidate) < 0;
  };
  return clocked(world, {
    name: "GrowthBook",
    units: () => arms[1].moments().n,
    observe: ({ isCandidate, success, unit }) => arms[Number(isCandidate)].add(unit, Number(success)),
    looksHarmful: everyMinutes(10, isHarm),
  });
}

function armOfUsers() {
  const users = new Map();
  let [sum, squares] = [0, 0];
  return {
    add(unit, value) {
      const user = users.get(unit) ?? { n: 0, good: 0 };
      users.set(unit, user);
      const before = user.n === 0 ? 0 : user.good / user.n;
      user.n += 1;
      user.good += value;
      const after = user.good / user.n;
      sum += after - before;
      squares += after * after - before * before;
    },
    moments() {
      const n = users.size;
      const mean = n === 0 ? 0 : sum / n;
      return { n, mean, variance: n === 0 ? 0 : Math.max(0, squares / n - mean * mean) };
    },
  };
}

/** Upper end of the one-sided interval of candidate.mean − control.mean; each { n, mean, variance }. */
export function upperLimit(control, candidate, { alpha = ALPHA, tuning = TUNING } = {}) {
  const n = control.n + candidate.n;
  const s2 = (control.variance / control.n + candidate.variance / candidate.n) * n;
  return candidate.mean - control.mean + halfWidth({ n, s2, alpha, tuning });
}

/**
 * sqrt(2 s² (nρ² + 1) / (nρ)² · ln(1 + sqrt(nρ² + 1) / 2α)), ρ² = (−2 ln 2α + ln(1 − 2 ln 2α)) / tuning.
 * Source: gbstats of GrowthBook, one-sided; Waudby-Smith et al. (2023), arXiv:2103.06476, theorem 2.2.
 */
export function halfWidth({ n, s2, alpha = ALPHA, tuning = TUNING }) {
  const rho2 = (-2 * Math.log(2 * alpha) + Math.log(1 - 2 * Math.log(2 * alpha))) / tuning;
  const m = n * rho2 + 1;
  return Math.sqrt(((2 * s2 * m) / (n * n * rho2)) * Math.log1p(Math.sqrt(m) / (2 * alpha)));
}
