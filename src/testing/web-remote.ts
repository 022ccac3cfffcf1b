import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { git } from "./project.ts";

/**
 * A bare repository on HTTP that everybody may read and nobody may push to: 403 as for a token without the right, 401 as for no credential.
 */
export async function readOnlyRemote(bare: string, status: 401 | 403): Promise<{ url: string; server: Server }> {
  await git(bare, "update-server-info");
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
    const pushing = searchParams.get("service") === "git-receive-pack" || pathname.endsWith("git-receive-pack");
    const file = join(bare, decodeURIComponent(pathname));
    if (pushing) {
      response.writeHead(status, { "www-authenticate": 'Basic realm="git"', "content-type": "text/plain" });
      response.end("Permission to org/agents.git denied to github-actions[bot].\n");
    } else if (existsSync(file) && statSync(file).isFile()) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
