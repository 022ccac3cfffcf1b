/** What one vendor's keys look like. */
export interface SecretShape {
  /** Of what, for people: `OpenAI key`. */
  kind: string;
  /** What every one of them begins with: a search for these finds every place where the shape may match. None: it begins anyhow. */
  begins: readonly string[];
  /** Linear: no repeat within a repeat, and what follows a repeat is not in its class. */
  shape: RegExp;
}

/**
 * Keys as their vendors write them: a prefix that stands for nothing else, and the length that theirs have at least. What has no form of its
 * own, an AWS secret say, is found by its name. Sources: the vendors' pages on their keys, and the rules of gitleaks (MIT).
 */
export const SECRET_SHAPES: readonly SecretShape[] = [
  of("Anthropic key", ["sk-ant-"], /sk-ant-[A-Za-z0-9_-]{20,}/),
  of("OpenRouter key", ["sk-or-v1-"], /sk-or-v1-[0-9a-f]{32,}/),
  of("OpenAI key", ["sk-"], /sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{20,}/),
  of("Google key", ["AIza"], /AIza[0-9A-Za-z_-]{35}/),
  of("GitHub token", ["gh", "github_pat_"], /gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}/),
  of("GitLab token", ["gl"], /gl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{20,}/),
  of("AWS access key id", ["AKIA", "ASIA", "ABIA", "ACCA"], /(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/),
  of("Slack token", ["xox", "xapp-"], /xox[abeprs]-[A-Za-z0-9-]{20,}|xapp-\d-[A-Za-z0-9-]{20,}/),
  of(
    "Slack webhook",
    ["https://hooks.slack.com/"],
    /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9+/]{40,}/,
  ),
  of("Stripe key", ["sk_live_", "rk_live_", "whsec_"], /[sr]k_live_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{32,}/),
  of("Hugging Face token", ["hf_"], /hf_[A-Za-z0-9]{34,}/),
  of("Groq key", ["gsk_"], /gsk_[A-Za-z0-9]{40,}/),
  of("xAI key", ["xai-"], /xai-[A-Za-z0-9]{60,}/),
  of("Perplexity key", ["pplx-"], /pplx-[A-Za-z0-9]{40,}/),
  of("Replicate token", ["r8_"], /r8_[A-Za-z0-9]{37}/),
  of("npm token", ["npm_"], /npm_[A-Za-z0-9]{36}/),
  of("PyPI token", ["pypi-"], /pypi-[A-Za-z0-9_-]{60,}/),
  of("SendGrid key", ["SG."], /SG\.[\w-]{22}\.[\w-]{43}/),
  of("DigitalOcean token", ["do"], /do[opr]_v1_[a-f0-9]{64}/),
  of("Databricks token", ["dapi"], /dapi[a-f0-9]{32}/),
  of("Shopify token", ["shp"], /shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/),
  of("Telegram bot token", [], /\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/),
  of("JSON web token", ["eyJ"], /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/),
  // With what stands in it: the line alone is how people talk of one.
  of(
    "private key",
    ["-----BEGIN "],
    /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\+[rn])*[A-Za-z0-9+/=]{40,}(?:[A-Za-z0-9+/=\s]|\\+[rn])*/,
  ),
];

function of(kind: string, begins: readonly string[], shape: RegExp): SecretShape {
  return { kind, begins, shape };
}
