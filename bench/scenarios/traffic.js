import { bucketOf } from "../../dist/serving/assignment.js";
import { seeded } from "./random.js";

export const HOUR = 3_600_000;
/** The unit of a bot; everybody else's number is from 0 on. */
export const BOT = 1_000_000_000;

/**
 * The requests of one run, the same for every engine: when each came (ms since the rollout began), whose it was, and the random numbers that
 * decide what becomes of it in either arm. Arrivals are Poisson, by day nine times as many as by night where the world says so.
 */
export function trafficOf(world, seed) {
  const random = seeded(seed);
  const { perHour, hours, dayNight = false } = world;
  const at = [];
  const perMs = (ms) => (perHour / HOUR) * (dayNight ? 1 + 0.8 * Math.sin((2 * Math.PI * ms) / (24 * HOUR)) : 1);
  for (let ms = 0; ;) {
    ms += -Math.log(1 - random()) / perMs(ms);
    if (ms >= hours * HOUR) break;
    at.push(ms);
  }
  const unit = new Int32Array(at.length);
  const [success, fate, other] = [0, 1, 2].map(() => new Float64Array(at.length));
  for (let i = 0; i < at.length; i++) {
    unit[i] = unitOf(world, i, random);
    for (const draws of [success, fate, other]) draws[i] = random();
  }
  return { at, unit, success, fate, other, bucketOf: bucketsBy(`run-${seed}`), id: `run-${seed}` };
}

/** A fifth of the users makes four fifths of the requests where they are heavy; without users each request is of somebody new. */
function unitOf({ users, bot = 0 }, i, random) {
  if (bot > 0 && random() < bot) return BOT;
  if (users === undefined) return i;
  const { count, heavy = false } = users;
  if (!heavy) return Math.floor(random() * count);
  const some = Math.floor(count / 5);
  return random() < 0.8 ? Math.floor(random() * some) : some + Math.floor(random() * (count - some));
}

/** The real rule of assignment, hashed once for each unit; who has another device has another place there. */
function bucketsBy(id) {
  const [known, others] = [new Map(), new Map()];
  return (unit, onOther) => {
    const buckets = onOther ? others : known;
    let bucket = buckets.get(unit);
    if (bucket === undefined) buckets.set(unit, (bucket = bucketOf(id, onOther ? `u${unit}/other` : `u${unit}`)));
    return bucket;
  };
}
