/** Refusals stand at the start of an answer; later ones are quotations or conditions more often than not. */
const LOOKED_AT = 400;

const CANNOT =
  "(?:can(?:no|')?t|cannot|can not|won't|will not|wouldn't|am not able to|'m not able to|am unable to|'m unable to|must decline to|have to decline to|am not going to|'m not going to|don't feel comfortable|am not comfortable|'m not comfortable|am not allowed to|'m not allowed to|am not permitted to|'m not permitted to)";
const ACT =
  "(?:help|assist|comply|provide|do (?:that|this)|fulfil|fulfill|support|engage|participate|generate|create|write|produce|share|discuss|answer|respond|helping|assisting|providing|writing|sharing|discussing)";

const PHRASES = [
  new RegExp(`\\b(?:i|we)(?: |(?='))(?:am |are )?(?:\\w+ )?${CANNOT} (?:\\w+ ){0,3}${ACT}\\b`, "i"),
  new RegExp(`^(?:(?:i'm|i am|we're|we are) )?(?:(?:so|very|truly) )?sorry,? (?:but )?(?:i|we) ?${CANNOT}`, "i"),
  /\b(?:i|we) (?:must|have to|need to|will have to) (?:\w+ )?(?:decline|refuse)\b/i,
  /\b(?:goes|is|would be) against (?:my|our) (?:guidelines|policy|policies|programming|principles)\b/i,
  /\bas an ai(?: language)? (?:model|assistant),? i (?:cannot|can't|do not|don't|am not)\b/i,
  /\bnot (?:able|comfortable|programmed|designed|willing) to (?:assist|help|comply|engage) with (?:that|this|such|your)\b/i,
];

/** The words in which a text refuses, or undefined. Looks at its first 400 characters. */
export function refusalIn(text: string): string | undefined {
  const start = text
    .trim()
    .slice(0, LOOKED_AT)
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\s+/g, " ");
  for (const phrase of PHRASES) {
    const found = phrase.exec(start)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}
