import type { CommandContext } from "../../context.ts";
import { unknownAction } from "../../unknown-action.ts";

// An @ may be where bash begins a new word: what stands before it is no part of what bash puts in.
const BASH = `_agentops() {
  local line="\${COMP_LINE:0:COMP_POINT}" words=() cur one
  read -r -a words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  cur="\${words[\${#words[@]}-1]}"
  COMPREPLY=()
  while IFS= read -r one; do
    [[ "$COMP_WORDBREAKS" == *@* && "$cur" == *@* ]] && one="\${one#"\${cur%@*}@"}"
    COMPREPLY+=("$one")
  done < <(agentops __complete "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _agentops agentops
`;

const ZSH = `#compdef agentops
_agentops() {
  local -a found
  found=("\${(@f)$(agentops __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
compdef _agentops agentops
`;

const FISH = `complete -c agentops -f -a '(agentops __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
complete -c agentops -n '__fish_seen_subcommand_from observe; or __fish_seen_subcommand_from init' -F
`;

const SCRIPTS: Record<string, string> = { bash: BASH, zsh: ZSH, fish: FISH };

export async function run(context: CommandContext, [shell]: unknown[]): Promise<number> {
  const script = SCRIPTS[String(shell)];
  if (script === undefined) throw unknownAction("completion", String(shell), Object.keys(SCRIPTS), "bash | zsh | fish");
  await context.emit(script);
  return 0;
}
