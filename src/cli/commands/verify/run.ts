import { verifyVersion } from "../../../registry/versions/verify.ts";
import { verifyText } from "../../../report/registry/text.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";

export async function run(context: CommandContext, [ref]: unknown[]): Promise<number> {
  const verification = await verifyVersion(await context.project(), ref as string);
  await emitDocument(context, verification, (style) => verifyText(verification, style));
  return verification.ok ? 0 : 1;
}
