// Loaded before the program (NODE_OPTIONS=--import …): the process's clock stands where the simulation is.
const shift = Number(process.env.SCENARIO_NOW) - Date.now();
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
