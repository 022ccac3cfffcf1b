import { ALL, EVERY, type Kill, reasonText } from "../kill/latch.ts";

/** That something is killed, and how that ends. */
export function killWords(kill: Kill): { message: string; hint: string } {
  const isAll = kill.target === ALL;
  const everywhere = kill.environment === EVERY;
  const where = everywhere ? "every environment" : kill.environment;
  const revived = `${isAll ? "--all" : kill.target} --env ${everywhere ? "'*'" : kill.environment}`;
  return {
    message: `${isAll ? "everything" : kill.target} is killed in ${where} by ${kill.actor}: ${reasonText(kill)}`,
    hint: `agentops revive ${revived} -m TEXT`,
  };
}
