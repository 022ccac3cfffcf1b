import type { Kind } from "./answer-kinds.ts";

/** Of a remote, and of the way to it; before {@link HERE}, whose words a remote may have too. */
export const THERE: readonly Kind[] = [
  {
    // Whatever keeps the remote from answering, the objects of a partial clone are there as soon as it does.
    kind: "partial clone",
    pattern: /promisor remote/,
    code: "GIT_FAILED",
    hint: () => "this clone has not all objects, and the remote that has them does not answer: git fetch",
  },
  {
    // git's own word, whatever the page said that came with it.
    kind: "network",
    pattern: /returned error: (?:5\d\d|429|408)/,
    code: "GIT_FAILED",
  },
  {
    kind: "proxy",
    pattern: /(?:returned error:|response) 407/,
    code: "GIT_REFUSED",
    hint: () => "the proxy wants a name and password: http.proxy, or https_proxy=http://USER:PASSWORD@HOST:PORT",
  },
  {
    kind: "host key",
    pattern: /No (?:\S+ )?host key is known for (\S+)|HOST IDENTIFICATION HAS CHANGED|Host key verification failed/,
    code: "GIT_REFUSED",
    hint: (m) =>
      m[0].startsWith("HOST")
        ? "ssh-keygen -R HOST takes the old key out of known_hosts, once you know that the host has a new one"
        : `ssh knows no such host: ssh-keyscan ${m[1] ?? "HOST"} >> ~/.ssh/known_hosts, once you compared its fingerprint with what the host publishes`,
  },
  {
    kind: "certificate",
    pattern: /SSL certificate problem|certificate (?:problem|verification|verify)|self[- ]signed certificate|SSL: no alternative certificate/, // prettier-ignore
    code: "GIT_REFUSED",
    hint: () =>
      "git config http.sslCAInfo FILE, with the certificates of who signed the remote's; or add them to the machine's own",
  },
  {
    // A host's word of its own state: the same push may be taken later.
    kind: "host's trouble",
    pattern: /^(?:remote: *|(?:ERROR|GitLab|Gitea|Gogs|Forgejo): *|Repository ).*(?:[Ii]nternal (?:(?:[Aa][Pp][Ii]|[Ss]erver) )?(?:error|unreachable)|try again|(?:temporarily|currently) (?:unavailable|disabled)|maintenance|rate limit)/m, // prettier-ignore
    code: "GIT_FAILED",
    hint: () => "the host says it is its own trouble: run the command again later",
  },
  {
    kind: "archived",
    pattern: /archived so it is read-only|(?:repository|project|repo) is (?:archived|disabled|read-only)|is (?:disabled|archived) \/|archived (?:repository|project|repo)s?\b/i, // prettier-ignore
    code: "GIT_REFUSED",
    hint: () => "nobody can push there: whoever administers it must open it again, or name another remote",
  },
  {
    kind: "single sign-on",
    pattern: /\bSAML (?:SSO|single|session|auth)|single sign-on/,
    code: "GIT_REFUSED",
    hint: () => "authorize this key or token for the organization (GitHub: Settings, Configure SSO)",
  },
  {
    kind: "not this address",
    pattern: /IP (?:address )?allow ?list/i,
    code: "GIT_REFUSED",
    hint: () => "the organization lets some addresses in only: run it from one of them, or have this one added",
  },
  {
    kind: "not let in",
    pattern: /returned error: 40[13]|Authentication failed|could not read (?:Username|Password)|Permission denied \(|access denied|Access denied|denied to |not granted|service not enabled|remote: error: insufficient permission|marked as read[- ]only|not allowed to (?:push|upload|download|pull|read|access|force)|(?:could|can) ?not be found or you (?:do not|don'?t) have permission|(?:not|n't) have (?:sufficient|enough|the|any|required)? ?(?:permission|authorization|access|rights|privilege)|(?:is )?not authorized|insufficient (?:authorization|permissions? to (?:push|write))|Too many authentication failures|(?:^|: |401 )[Uu]nauthorized\b|(?:^|: |403 )Forbidden\b|(?:token|password) (?:is |has |was )?(?:invalid|expired|revoked)/m, // prettier-ignore
    code: "GIT_REFUSED",
    hint: () =>
      "the remote does not let these credentials in: who runs this must be allowed to read it and to push tags",
  },
  {
    kind: "address",
    pattern: /no path specified|'[\w-]+' does not appear to be a git repository|strange (?:host|path)name|Malformed input to a URL|URL (?:using bad\/illegal format|rejected)|Could not resolve host: info$|unable to update url base|[Mm]aximum \(\d+\) redirects/m, // prettier-ignore
    code: "GIT_REFUSED",
    hint: () => "git remote -v shows the address; git remote set-url NAME URL mends it",
  },
  {
    // A folder that is not mounted, a daemon that does not serve it yet.
    kind: "remote away",
    pattern: /does not appear to be a git repository/,
    code: "GIT_FAILED",
    hint: () => "git remote -v shows where it was looked for; try again when it is there",
  },
  {
    kind: "no such remote",
    pattern: /returned error: 404|[Rr]epository (?:'[^']*' )?not found/,
    code: "GIT_REFUSED",
    hint: () => "git remote -v shows where it was looked for; a host may also say so to whom it does not let in",
  },
  {
    kind: "too large",
    pattern: /pack exceeds maximum allowed size|returned error: 413|exceeds GitHub's file size limit/,
    code: "GIT_REFUSED",
  },
  {
    kind: "refused objects",
    pattern: /fsck error in pack|remote: error: object [0-9a-f]+:/,
    code: "GIT_REFUSED",
    hint: () =>
      "the remote checks objects (receive.fsckObjects), and one of the history's is not well formed: git fsck",
  },
  {
    kind: "shallow",
    pattern: /shallow update not allowed/,
    code: "GIT_REFUSED",
    hint: () => "git fetch --unshallow",
  },
  {
    kind: "no program",
    pattern: /Unable to find remote helper for '([^']+)'|'remote-(.+)' is not a git command/,
    code: "GIT_REFUSED",
    words: (m) => `git has no program for addresses that begin with ${m[1] ?? m[2] ?? ""}:`,
    hint: () => "git remote -v shows the address: mend it, or install that program",
  },
  {
    kind: "address",
    pattern: /unexpected TLS packet|wrong version number|packet length too long|SSL_ERROR_RX_RECORD/,
    code: "GIT_REFUSED",
    hint: () => "what answers there speaks no https: git remote -v shows the address, and its port",
  },
  {
    kind: "not allowed here",
    pattern: /transport '([^']+)' not allowed/,
    code: "GIT_REFUSED",
    hint: (m) =>
      `git config protocol.${m[1] ?? "NAME"}.allow always; or GIT_ALLOW_PROTOCOL, where it is set, must name it`,
  },
  {
    kind: "push settings",
    pattern: /--mirror can't be combined with refspecs|does not support --signed/,
    code: "GIT_REFUSED",
    hint: (m) => m[0].startsWith("--m") ? "git config --unset remote.NAME.mirror: versions are pushed by name" : "git config push.gpgSign if-asked", // prettier-ignore
  },
  {
    kind: "not atomic",
    pattern: /does not support --atomic/,
    code: "GIT_REFUSED",
    hint: () => "publish them one at a time: agentops publish NAME",
  },
];

/** What else can have ended it; after the others, since a process that ends for a reason leaves one that says "hung up". */
export const ELSE: readonly Kind[] = [
  {
    kind: "no permission",
    pattern: /Permission denied|Read-only file system|Operation not permitted|insufficient permission/,
    code: "GIT_REFUSED",
    hint: () => "run it as the user who owns the .git folder, where that may be written",
  },
  {
    kind: "no program",
    pattern:
      /cannot (?:run|exec|spawn) '?([^\s':]+)'?: (?:No such file|Permission denied)|^(?:\S+: )*(?:line \d+: |\d+: )?(\S+): (?:command )?not found$/m,
    code: "GIT_REFUSED",
    hint: (m) =>
      `install ${m[1] ?? m[2] ?? "it"}, or mend what names it (core.sshCommand, GIT_SSH_COMMAND, GIT_SSH, credential.helper)`,
  },
  {
    // ssh says why it did not come through: what says nothing was no ssh, or was told to be quiet.
    kind: "silent program",
    pattern: /^fatal: Could not read from remote repository\.\s*(?:Please make sure you have the correct access rights\s+and the repository exists\.)?$/, // prettier-ignore
    code: "GIT_REFUSED",
    words: () => "what was to reach the remote ended, and said nothing",
    hint: () => "look at core.sshCommand, GIT_SSH_COMMAND and GIT_SSH; ssh -T HOST tries the way there",
  },
  {
    kind: "host's word",
    pattern: /^(?:remote: *)?(?:ERROR|GitLab|Gitea|Gogs|Forgejo): [^]*^fatal: Could not read from remote repository/m,
    code: "GIT_REFUSED",
    hint: () => "the host says so: who runs this must be allowed to read it and to push tags",
  },
  {
    kind: "network",
    pattern: /Could not resolve host|Connection (?:timed out|refused|reset|closed)|Failed to connect|early EOF|RPC failed|timed out|unable to (?:access|connect)|hung up unexpectedly|Network is unreachable/, // prettier-ignore
    code: "GIT_FAILED",
  },
];
