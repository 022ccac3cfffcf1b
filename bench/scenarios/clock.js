// Loaded before the program (NODE_OPTIONS=--import …): the process's clock stands where the simulation is.
// Whole milliseconds, as a clock has them: ids are made of the time, and refuse a part of one.
const shift = Math.floor(Number(process.env.SCENARIO_NOW)) - Date.now();
const Real = Date;

class Shifted extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + shift);
    else super(...given);
  }
  static now() {
    return Real.now() + shift;
  }
}
globalThis.Date = Shifted;
