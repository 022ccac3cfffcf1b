import { z } from "zod";
import { CHECKS } from "./found.ts";

/** `agentops doctor --json`. */
export const doctorSchema = z.object({
  schema: z.literal("agentops.doctor/1"),
  checks: z.array(
    z.object({
      name: z.enum(CHECKS).describe("those that have nothing to look at here are left out"),
      state: z.enum(["ok", "warning", "problem"]).describe("problem: some command fails because of it; exit 2"),
      found: z.string().describe("for people; never a password or a key"),
      hint: z.string().nullable().describe("the way out: commands, or where to look"),
    }),
  ),
});

export type DoctorDocument = z.infer<typeof doctorSchema>;
export type CheckState = DoctorDocument["checks"][number]["state"];
