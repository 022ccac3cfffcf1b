/** `agentops help exit-codes`; the same table as DESIGN and README. */
export const EXIT_CODES_HELP = `Exit codes (never a count):

  0    done; gate passed                                     continue
  1    gate or analysis failed: the candidate did not hold    block
  2    usage, config, lint, unknown name, zero cases           fix the input
  3    inconclusive: not enough evidence; says what is missing block, gather more
  4    outside failure: provider, git, store; trial errors     retry
  5    refused: killed, frozen, concurrent change              a person decides
  70   a bug of ours                                           report it
  130  interrupted (Ctrl-C); what was done is kept             resume
  143  terminated (SIGTERM); what was done is kept             resume
`;
