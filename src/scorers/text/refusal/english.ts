const CANNOT =
  "(?:can(?:no|')?t|can not|won't|will not|wouldn't|couldn't possibly|(?:am|are|'m|'re) (?:not able|unable|not going|not allowed|not permitted|not authori[sz]ed|not willing|not comfortable|not programmed|not designed) ?(?:to)?|(?:do not|don't) feel comfortable)";

/** What was asked for; `help but` and `help admiring` are something else. */
const ACT =
  "(?:help(?:ing)?(?! but\\b| \\w+ing\\b(?<! (?:creat|mak|writ|build|do)ing))|assist(?:ing)?|comply|provid(?:e|ing)|do (?:that|this|so|it)\\b|fulfill?|engage|participate|take part|generate|creat(?:e|ing)|writ(?:e|ing)|produce|shar(?:e|ing)|disclose|reveal|discuss(?:ing)?|answer|respond|comment|advise|give (?:you|out|legal|medical|financial)|tell you|continue with|proceed with|process|support (?:that|this|you)|access (?:your|the|real|live|current))";

/** What one may be unable to do without refusing anything. */
const PERCEIVE =
  "(?:find|locate|see|open|read|hear|verify|confirm|say|imagine|believe|wait|stop|recommend|thank|overstate|stress|attend|join|come|sleep|log in|sign in|pay|decide|resist|help but|be (?:sure|certain))";

/** What one cannot do for joy: `I can't wait to help you`. */
const EAGER = "(?! (?:wait|resist|stop|believe|imagine|thank|help but)\\b)";

/** What a model says that it has not, on its way to an answer; to have no opinion may be all of the answer. */
const INNER =
  "(?:have|feel|experience|possess) (?:\\w+ ){0,4}?(?:(?:feelings?|emotions?|consciousness|senses|body)\\b|(?:preferences|favou?rites?|opinions?|beliefs)\\b[^.!?]*\\bbut\\b)";

/** English forms of a refusal. The first person does not do what was asked; a shop that offers no refunds refuses nothing. */
export const ENGLISH: readonly RegExp[] = [
  new RegExp(`\\bi(?: |(?='))(?:\\w+ )?${CANNOT}${EAGER} ?(?:\\w+ ){0,3}?${ACT}`, "i"),
  new RegExp(`\\bwe(?: |(?='))(?:\\w+ )?${CANNOT}${EAGER} ?(?:\\w+ ){0,3}?${ACT.replace("|process", "")}`, "i"),
  new RegExp(
    `^(?:(?:i'm|i am|we're|we are) )?(?:(?:so|very|truly) )?sorry,? (?:but )?(?:i|we) ?(?:can(?:no|')?t)\\b(?! wait| help but)`,
    "i",
  ),
  new RegExp(
    `\\b(?:unfortunately|regrettably|sadly)\\b.{0,160}?\\b(?:i|we)(?: |(?='))${CANNOT} (?!${PERCEIVE}\\b)\\w+`,
    "i",
  ),
  new RegExp(
    `\\bi(?: am|'m) (?:unable|not able|not allowed|not permitted) to (?!${PERCEIVE}\\b|process without)\\w+`,
    "i",
  ),
  new RegExp(`^(?:no(?:pe)?|sorry|unfortunately)[,.!]? (?:can(?:no|')?t|won't) ${ACT}`, "i"),
  new RegExp(`\\band (?:cannot|can't) (?:\\w+ )?${ACT}`, "i"),
  /\b(?:'s|is|are|was)(?: not|n't) (?:something|anything|a thing|a topic|a request|a question) (?:that )?(?:i|we)\b(?:'m|'re| am| are| can| will| would)? ?(?:\w+ )?(?:can|able|help|assist|do\b|answer|discuss|support|willing|allowed|permitted|going|comfortable|prepared|in a position)/i,
  /\b(?:i|we)(?:'ll|'m| am| will)? (?:\w+ )?(?:must|have to|need to|going to have to|will have to|have) (?:\w+ )?(?:decline|refuse|pass on (?:this|that)|stop here)\b/i,
  /\b(?:i|we) (?:respectfully |politely )?(?:decline|refuse) (?:to\b|this\b|that\b|your\b)/i,
  /\b(?:goes|is|would be|would go) against (?:my|our) (?:\w+ )?(?:guidelines|policy|policies|programming|principles|values|rules)\b/i,
  /\b(?:violates?|breaches|breaks) (?:my|our) (?:\w+ ){0,2}(?:guidelines|policy|policies|rules|terms)\b/i,
  new RegExp(
    `\\bas an ai(?: language)?(?: model| assistant)?,? i (?:cannot|can't|do not|don't|am not|am unable|'m not)\\b${EAGER}(?! ${INNER})`,
    "i",
  ),
  /\bi (?:do not|don't) have (?:the ability|permission|the authority|authori[sz]ation|(?:direct |real-time )?access) to\b/i,
  /\b(?:i|we) have no (?:authori[sz]ation|authority|permission|access) to\b/i,
  /\bnot (?:able|comfortable|programmed|designed|willing) to (?:assist|help|comply|engage) with (?:that|this|such|your)\b/i,
  /\b(?:outside|beyond) (?:of )?(?:my (?:scope|area|expertise|capabilities|role|remit)|the scope of (?:what|my)|what (?:i|we) (?:can|am|are))\b/i,
  /\b(?:i|we) can only (?:answer|help|assist|discuss|respond)\b/i,
  /\b(?:not be|wouldn't be|inappropriate|not appropriate|be improper) (?:appropriate |right )?for me to\b/i,
  /\bi(?:'d| would) (?:rather|prefer) not\b|\bi(?:'d| would) prefer to not\b/i,
];
