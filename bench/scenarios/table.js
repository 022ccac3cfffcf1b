/**
 * Every scenario of the two issues on evidence, with what must come of it and why. Rates are of success; hours are of simulated time; a unit is
 * somebody new in each request unless `users` says how many there are. `settings` are the rollout's, as `canary start` takes them; what is not
 * said is the default: 1, 5, 25, 50 and 100 %, an hour and fifty units a step, a floor of 0.9, four guardrails.
 */
const RAMP = {};
const FIVE = { steps: [0.05, 1] };
const HALF = { steps: [0.5, 1] };
const BASE = { perHour: 1000, hours: 48, settings: RAMP };
const equal = (rate) => ({ control: rate, candidate: rate });
const from = (control, candidate) => ({ control, candidate });
const both = (kinds) => ({ control: kinds, candidate: kinds });
const HEALTHY = "promoted, and rolled back in at most 5 of 100";
const HARMFUL = "rolled back";

/** Twelve hours up to `up`, then twelve down to `down`. */
const dayAndNight = (up, down) => (hour) => (Math.sin((2 * Math.PI * hour) / 24) > 0 ? up : down);
/** The fifth of 12,000 users that makes four fifths of the requests has another rate than the rest. */
const heavy = (its, others) => (unit) => (unit < 2400 ? its : others);
/** A fifth of the users has another rate than the rest, whether they come often or not. */
const some = (its, others) => (unit) => (unit % 5 === 0 ? its : others);
const MESSY = { users: { count: 12_000, heavy: true }, drift: dayAndNight(0.03, -0.06) };
const SECONDS = { success: 20 / 3600, failure: 20 / 3600 };
/** As many requests in a step of a quarter of an hour as others have in half a day. */
const QUARTERS = { stepTime: "15m" };
const BUSY = { rates: equal(0.95), perHour: 50_000, hours: 2, fast: true };
const FOUR_LATE = { success: 0, failure: 4 };

const clean = [
  ["A/A .95, ramp", HEALTHY, "nothing is wrong", { rates: equal(0.95) }],
  ["A/A .95, 5 %", HEALTHY, "nothing is wrong", { rates: equal(0.95), settings: FIVE }],
  ["A/A drift .97-.87, ramp", HEALTHY, "both arms move together, every two hours", { rates: equal(0.92), drift: (hour) => 0.05 * Math.cos(Math.PI * hour) }],
  ["A/A day and night, ramp", HEALTHY, "nine times the traffic by day, and 4 points better", { rates: equal(0.95), dayNight: true, drift: dayAndNight(0.02, -0.02) }],
  ["A/A heavy users, ramp", HEALTHY, "a fifth of 12,000 users makes four fifths of the requests", { rates: equal(0.95), users: { count: 12_000, heavy: true } }],
  ["A/A one bot, ramp", HEALTHY, "one bot that always fails makes a tenth of the requests", { rates: equal(0.95), bot: 0.1, botRate: 0 }],
  ["A/A Simpson trap, ramp", HEALTHY, "rates fall from 97 to 92 % while the weight rises", { rates: equal(0.97), drift: (hour) => -0.05 * Math.min(1, hour / 8) }],
  ["95 to 90, ramp", HARMFUL, "five points worse", { rates: from(0.95, 0.9) }],
  ["95 to 90, 5 %", HARMFUL, "five points worse", { rates: from(0.95, 0.9), settings: FIVE }],
  ["95 to 90, 50/50", HARMFUL, "five points worse", { rates: from(0.95, 0.9), settings: HALF }],
  ["95 to 85, ramp", HARMFUL, "ten points worse", { rates: from(0.95, 0.85) }],
]; // prettier-ignore

/** A unit counts once its outcome must have come. */
const settled = [
  ["successes 4 h late, settle 4 h, ramp", HEALTHY, "a ticket is solved when nobody reopened it", { rates: equal(0.95), delay: both({ success: 4, failure: 0 }), outcomes: { settleHours: 4 } }],
  ["successes 4 h late, settle 4 h, 5 %", HEALTHY, "a ticket is solved when nobody reopened it", { rates: equal(0.95), delay: both({ success: 4, failure: 0 }), settings: FIVE, outcomes: { settleHours: 4 } }],
  ["85, failures 4 h late, settle 4 h, ramp", HARMFUL, "bad, and known four hours later", { rates: from(0.95, 0.85), delay: both(FOUR_LATE), outcomes: { settleHours: 4 } }],
  ["85, failures 4 h late, settle 4 h, 5 %", HARMFUL, "bad, and known four hours later", { rates: from(0.95, 0.85), delay: both(FOUR_LATE), settings: FIVE, outcomes: { settleHours: 4 } }],
  ["85, its failures 12 h late, settle 12 h, ramp", HARMFUL, "its own failures come last", { rates: from(0.95, 0.85), delay: { candidate: { failure: 12 } }, outcomes: { settleHours: 12 } }],
  ["candidate 30 min late, settle 1 h, ramp", HEALTHY, "slower to report is not another assignment", { rates: equal(0.95), delay: { candidate: { success: 0.5, failure: 0.5 } }, outcomes: { settleHours: 1 } }],
]; // prettier-ignore

const late = [
  ["successes 4 h late, ramp", HEALTHY, "a ticket is solved when nobody reopened it", { rates: equal(0.95), delay: both({ success: 4, failure: 0 }) }],
  ["successes 4 h late, 5 %", HEALTHY, "a ticket is solved when nobody reopened it", { rates: equal(0.95), delay: both({ success: 4, failure: 0 }), settings: FIVE }],
  ["successes 1 h late, ramp", HEALTHY, "a ticket is solved when nobody reopened it", { rates: equal(0.95), delay: both({ success: 1, failure: 0 }) }],
  ["85, failures 4 h late, ramp", HARMFUL, "bad, and known four hours later", { rates: from(0.95, 0.85), delay: both(FOUR_LATE) }],
  ["85, failures 4 h late, 5 %", HARMFUL, "bad, and known four hours later", { rates: from(0.95, 0.85), delay: both(FOUR_LATE), settings: FIVE }],
  ["85, its failures 12 h late, ramp", HARMFUL, "its own failures come last", { rates: from(0.95, 0.85), delay: { candidate: { failure: 12 } } }],
  ["candidate reports 30 min late, ramp", HEALTHY, "slower to report is not another assignment", { rates: equal(0.95), delay: { candidate: { success: 0.5, failure: 0.5 } } }],
  ["candidate 12 min late, ramp", HEALTHY, "200 reports in flight", { rates: equal(0.95), delay: { candidate: { success: 0.2, failure: 0.2 } } }],
  ["candidate 20 s late at 50,000/h, 50/50", HEALTHY, "about 280 reports in flight, half of them the candidate's", { ...BUSY, settings: { ...HALF, ...QUARTERS }, delay: { candidate: SECONDS } }],
  ["candidate 20 s late at 50,000/h, ramp", HEALTHY, "about 280 reports in flight", { ...BUSY, settings: { ...RAMP, ...QUARTERS }, delay: { candidate: SECONDS } }],
  ["both 20 s late at 50,000/h, 50/50", HEALTHY, "about 280 reports in flight", { ...BUSY, settings: { ...HALF, ...QUARTERS }, delay: both(SECONDS) }],
  ["both 20 s late, no weight said, ramp", HEALTHY, "the same, counted at the weight the unit was served at", { ...BUSY, settings: { ...RAMP, ...QUARTERS }, delay: both(SECONDS), undeclared: true }],
  ["85, its failures lost, ramp", HARMFUL, "what never comes is missing, not good", { rates: from(0.95, 0.85), lost: { candidate: { failure: 1 } } }],
]; // prettier-ignore

const breaking = [
  ["breaks after 1 h, new users, ramp", HARMFUL, "95 to 50 %", { rates: equal(0.95), breaks: { afterHours: 1, to: 0.5 } }],
  ["breaks, 400 heavy users, ramp", HARMFUL, "95 to 50 % after an hour", { rates: equal(0.95), users: { count: 400, heavy: true }, hours: 24, breaks: { afterHours: 1, to: 0.5 } }],
  ["breaks, 400 heavy users, 5 %", HARMFUL, "95 to 50 % after an hour", { rates: equal(0.95), users: { count: 400, heavy: true }, settings: FIVE, breaks: { afterHours: 1, to: 0.5 } }],
  ["breaks, 3,000 heavy users, 5 %", HARMFUL, "95 to 50 % after an hour", { rates: equal(0.95), users: { count: 3000, heavy: true }, settings: FIVE, breaks: { afterHours: 1, to: 0.5 } }],
  ["breaks, 400 users, ramp", HARMFUL, "95 to 50 % after an hour", { rates: equal(0.95), users: { count: 400 }, hours: 24, breaks: { afterHours: 1, to: 0.5 } }],
  ["breaks, 400 users, 5 %", HARMFUL, "95 to 50 % after an hour", { rates: equal(0.95), users: { count: 400 }, settings: FIVE, breaks: { afterHours: 1, to: 0.5 } }],
  ["breaks, 3,000 users, ramp", HARMFUL, "95 to 50 % after an hour", { rates: equal(0.95), users: { count: 3000 }, hours: 24, breaks: { afterHours: 1, to: 0.5 } }],
  ["fails, 400 counted, .5/1, 14 days", HARMFUL, "all 400 were counted, then every request fails; 4,800 a day", { rates: equal(0.95), perHour: 200, hours: 337, harmHours: 337, users: { count: 400 }, settings: HALF, breaks: { afterUnits: 400, to: 0 } }],
  ["fails, 3,000 counted, ramp, 14 days", HARMFUL, "all 3,000 were counted, then every request fails; 4,800 a day", { rates: equal(0.95), perHour: 200, hours: 337, harmHours: 337, users: { count: 3000 }, breaks: { afterUnits: 3000, to: 0 } }],
  ["A/A messy 95, ramp", HEALTHY, "12,000 heavy users, a fifth at 79 and the rest at 99 %, day +3, night -6", { ...MESSY, rates: equal(0), unitShift: some(0.79, 0.99) }],
  ["A/A messy 95, 5 %", HEALTHY, "the same at 5 %", { ...MESSY, rates: equal(0), unitShift: some(0.79, 0.99), settings: FIVE }],
  ["A/A messy 80, ramp", HEALTHY, "the same, a fifth at 40 and the rest at 90 %", { ...MESSY, rates: equal(0), unitShift: some(0.4, 0.9) }],
  ["A/A messy, heavy worse, ramp", HEALTHY, "the same, and it is the heavy fifth that is at 79 %", { ...MESSY, rates: equal(0), unitShift: heavy(0.79, 0.99) }],
  ["A/A messy, heavy better, ramp", HEALTHY, "the same, and it is the heavy fifth that is at 99 %, the rest at 79", { ...MESSY, rates: equal(0), unitShift: heavy(0.99, 0.79) }],
  ["A/A .80, ramp", HEALTHY, "the control is below the floor as well", { rates: equal(0.8) }],
  ["80 to 86, ramp", "promoted", "better, and below the floor", { rates: from(0.8, 0.86) }],
  ["A/A breach .2 %, ramp", HEALTHY, "a breach is as rare in both arms", { rates: equal(0.95), breach: { control: 0.002, candidate: 0.002 } }],
]; // prettier-ignore

const abuse = [
  ["95 to 90 and one bot, ramp", HARMFUL, "the bot's tenth must not hide it", { rates: from(0.95, 0.9), bot: 0.1, botRate: 0 }],
  ["A/A one tenant, ramp", HEALTHY, "70 % of the units fail together, 20 minutes in each three hours", { rates: equal(0.95), tenant: { share: 0.7, downRate: 0.5, isDown: (hour) => hour % 3 > 2.67 } }],
  ["A/A retries, ramp", HEALTHY, "one failure is three", { rates: equal(0.95), retries: 2 }],
  ["95 to 90, retries, ramp", HARMFUL, "one failure is three", { rates: from(0.95, 0.9), retries: 2 }],
  ["A/A two devices, ramp", HEALTHY, "a fifth of 12,000 users is seen in both arms", { rates: equal(0.95), users: { count: 12_000 }, devices: 0.2 }],
  ["95 to 90, two devices, ramp", HARMFUL, "a fifth of 12,000 users is seen in both arms", { rates: from(0.95, 0.9), users: { count: 12_000 }, devices: 0.2 }],
  ["A/A replays, ramp", HEALTHY, "a stranger sends half of the candidate's failures again, three times", { rates: equal(0.95), replay: { share: 0.5, times: 3, afterHours: 0.2, of: (isCandidate, success) => isCandidate && !success } }],
  ["A/A replays as others, ramp", HEALTHY, "the same under units that were made up", { rates: equal(0.95), replay: { share: 0.5, times: 3, afterHours: 0.2, asNewUnits: true, of: (isCandidate, success) => isCandidate && !success } }],
  ["A/A clock 2 h ahead, ramp", HEALTHY, "on one host of three", { rates: equal(0.95), clocksAhead: [2, 0, 0] }],
  ["95 to 90, clock 2 h ahead, ramp", HARMFUL, "on one host of three", { rates: from(0.95, 0.9), clocksAhead: [2, 0, 0] }],
]; // prettier-ignore

/** Two days: what is not shown after one is waited for a day more. */
const TAILS = { rates: equal(0.95), hours: 56 };
const slower = (sigma, times) => ({ ...TAILS, latency: { sigma, times } });
const dearer = (sigma, times) => ({ ...TAILS, cost: { sigma, times } });
/** The rule before: a share of requests within the control's p95 and a fifth, five points may be worse; and no end of waiting for it. */
const before = ({ caps, ...plan }) => {
  const share = ({ maxIncrease, cap }) => ({ maxIncrease, cap });
  return { ...plan, extraMs: undefined, caps: { latency: share(caps.latency), cost: share(caps.cost) } };
};
const tails = [
  ["p95 the same, σ .6, ramp", HEALTHY, "a tail as long in both arms", slower(0.6, 1)],
  ["p95 the same, σ .6, 50/50", HEALTHY, "a tail as long in both arms", { ...slower(0.6, 1), settings: HALF }],
  ["p95 the same, σ 1.5, ramp", HEALTHY, "a tail that traffic shows little of", slower(1.5, 1)],
  ["p95 +20 %, σ .6, ramp", "not proven", "at the limit, which is accepted", slower(0.6, 1.2)],
  ["p95 +20 %, σ .6, 50/50", "not proven", "at the limit, which is accepted", { ...slower(0.6, 1.2), settings: HALF }],
  ["p95 +30 %, σ .3, ramp", HARMFUL, "beyond the limit", slower(0.3, 1.3)],
  ["p95 +30 %, σ .45, ramp", HARMFUL, "beyond the limit", slower(0.45, 1.3)],
  ["p95 +30 %, σ .6, ramp", HARMFUL, "beyond the limit", slower(0.6, 1.3)],
  ["p95 +30 %, σ .3, 50/50", HARMFUL, "beyond the limit", { ...slower(0.3, 1.3), settings: HALF }],
  ["p95 +30 %, σ .45, 50/50", HARMFUL, "beyond the limit", { ...slower(0.45, 1.3), settings: HALF }],
  ["p95 +30 %, σ .6, 50/50", HARMFUL, "beyond the limit", { ...slower(0.6, 1.3), settings: HALF }],
  ["mean cost the same, σ 1.5, 50/50", HEALTHY, "some answers cost thirty times the usual one", { ...dearer(1.5, 1), settings: HALF }],
  ["mean cost +20 %, σ 1.5, 50/50", "not proven", "at the limit, which is accepted", { ...dearer(1.5, 1.2), settings: HALF }],
  ["mean cost +50 %, σ 1.5, ramp", HARMFUL, "beyond the limit", dearer(1.5, 1.5)],
  ["mean cost +50 %, σ 1.5, 50/50", HARMFUL, "beyond the limit", { ...dearer(1.5, 1.5), settings: HALF }],
  ["rule before: p95 +30 %, σ .6, ramp", HARMFUL, "a share of requests in a p95's place", { ...slower(0.6, 1.3), plan: before }],
  ["rule before: p95 +30 %, σ .6, 50/50", HARMFUL, "a share of requests in a p95's place", { ...slower(0.6, 1.3), plan: before, settings: HALF }],
  ["rule before: mean cost +50 %, 50/50", HARMFUL, "a share of requests in a mean's place", { ...dearer(1.5, 1.5), plan: before, settings: HALF }],
]; // prettier-ignore

export const SCENARIOS = [...clean, ...late, ...settled, ...breaking, ...abuse, ...tails].map(
  ([name, must, why, world]) => ({
    name,
    must,
    why,
    world: { ...BASE, ...world },
  }),
);
