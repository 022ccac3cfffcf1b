const ACT =
  "(?:helfen|weiterhelfen|dienen|tun\\b|machen\\b|unterstützen|beantworten|geben|nennen|sagen|mitteilen|bereitstellen|zur Verfügung stellen|anbieten|bearbeiten|äußern|eingehen|herausgeben|preisgeben|behilflich|erstellen|schreiben|verfassen|erfüllen|nachkommen|entsprechen|durchführen|beraten|zugreifen|fortfahren)";
const MODAL = "(?:kann|könnte|darf|werde|will|möchte|können|dürfen|werden|möchten)";
/** Within one sentence. */
const SOME = "[^.!?…]{0,80}?";
const NOT = "\\b(?:nicht(?! (?:anders|genug|oft genug|umhin))|kein(?:e|en|er|es)?|niemals)\\b";

/** German forms of a refusal; the verb stands at the end, so that the person and the denial come first in one order or the other. */
export const GERMAN: readonly RegExp[] = [
  new RegExp(`\\b(?:${MODAL} (?:ich|wir)|(?:ich|wir) ${MODAL})\\b${SOME}${NOT}${SOME}${ACT}`, "i"),
  new RegExp(`\\b(?:helfe|unterstütze|beantworte|schreibe|mache) ich\\b${SOME}\\bnicht\\b`, "i"),
  /\b(?:ich|wir)\b[^.!?]{0,30}\bnicht in der Lage\b|\b(?:bin|sind) (?:ich|wir)\b[^.!?]{0,30}\bnicht in der Lage\b/i,
  /\b(?:habe ich|ich habe|haben wir|wir haben)\b[^.!?]{0,20}\bkein(?:en)? (?:\w+ )?(?:Zugriff|Zugang|Berechtigung|Befugnis)\b/i,
  /\b(?:ich|mir|wir|uns)\b[^.!?]{0,30}\bnicht (?:befugt|berechtigt|gestattet|erlaubt|autorisiert|möglich)\b/i,
  /\b(?:muss|müssen|möchte|werde) (?:ich|wir)?[^.!?]{0,30}\b(?:ablehnen|zurückweisen|verweigern)\b/i,
  /\bich weigere mich\b|\bweigere ich mich\b|\bich lehne (?:es ab|das ab|diese)\b/i,
  /\bverstößt gegen (?:unsere|meine|die) (?:\w+)?(?:richtlinien|regeln|grundsätze|bedingungen)\b/i,
  /\b(?:gehört|fällt) [^.!?]{0,30}\b(?:nicht (?:zu|in) meine|außerhalb mein)/i,
  /\baußerhalb (?:meine|unsere)[sr]? (?:\w+)?(?:bereich|zuständigkeit|möglichkeiten|aufgaben|kompetenz)/i,
  /\b(?:das|dies) (?:geht|ist) (?:hier )?leider nicht\b(?! (?:mehr|verfügbar))/i,
  /\b(?:ich|wir) (?:kann|können) (?:nur|ausschließlich|lediglich) (?:Fragen|bei|zu|über)\b/i,
  /\b(?:wäre|ist) (?:nicht|un)\s?(?:angemessen|angebracht), (?:wenn|dass) ich\b/i,
];
