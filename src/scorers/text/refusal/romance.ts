/** A word's end and start where `\b` does not know letters with accents. */
const START = "(?<![\\p{L}\\p{N}])";
const SOME = "[^.!?…]{0,40}?";
const pattern = (source: string) => new RegExp(`${START}(?:${source})`, "iu");

const FRENCH_ACT =
  "(?:aider|assister|fournir|donner|répondre|faire|accéder|partager|divulguer|communiquer|traiter|écrire|rédiger|générer|créer|discuter|commenter|satisfaire|continuer|modifier|conseiller|renseigner)";
const SPANISH_ACT =
  "(?:ayudar|asistir|proporcionar|(?<!\\p{L})dar(?:te|le|les)?(?!\\p{L})|compartir|revelar|responder|hacer(?:lo)?|acceder|ofrecer|cumplir|escribir|redactar|generar|crear|continuar|comentar|atender|modificar|procesar|aconsejar)";
const ITALIAN_ACT =
  "(?:aiutar|assister|fornir|(?<!\\p{L})dar(?:e|ti|le)(?!\\p{L})|condivider|rivelar|risponder|far(?:e|lo)|acceder|offrir|scriver|generar|crear|continuar|commentar|soddisfar|modificar|occuparmi)";
const PORTUGUESE_ACT =
  "(?:ajudar|auxiliar|fornecer|(?<!\\p{L})dar(?:-\\p{L}+)?(?!\\p{L})|compartilhar|partilhar|divulgar|revelar|responder|fazer|acessar|aceder|oferecer|cumprir|escrever|gerar|criar|continuar|comentar|atender|modificar|processar)";

const FRENCH = [
  `je ne (?:peux|pourrai|puis|saurais|souhaite|veux)(?: malheureusement)?(?: pas)? (?!m'empêcher)${SOME}${FRENCH_ACT}`,
  "je ne suis (?:malheureusement )?pas (?:en mesure|autorisée?|habilitée?|capable|programmée?)",
  "je n'ai (?:malheureusement )?(?:pas|aucun) (?:l')?(?:accès|autorisation|le droit|la possibilité)",
  "je (?:me )?refuse d|je (?:dois|préfère) (?:refuser|décliner)|je décline|je préfère ne pas",
  "(?:cela |ce sujet |ça )?ne (?:relève|fait) pas (?:partie )?de m|ce n'est pas quelque chose (?:que je|avec|dont)|il m'est impossible|il ne m'est pas possible",
  "(?:va|vont) à l'encontre de (?:nos|mes)|(?:enfreint|viole) (?:nos|mes|notre)",
  "(?:en )?dehors (?:de )?(?:mon|mes|ce que je)|je (?:ne )?peux (?:que|uniquement|seulement) répondre",
];

const SPANISH = [
  `no (?:te |le |les )?(?:puedo|podemos|podré|podría) (?!evitar|esperar)${SOME}${SPANISH_ACT}`,
  "no (?:me|nos) (?:es posible|está permitido)|no (?:estoy|estamos) (?:autorizad|en condiciones|capacitad|facultad|programad)",
  "no tengo (?:acceso|permiso|autorización|la capacidad)",
  "me niego a|(?:debo|tengo que) (?:rechazar|declinar|negarme)|prefiero no",
  "no (?:la |lo |te |le )?voy a (?:\\p{L}+)",
  "(?:infringe|viola|incumple|va en contra de) (?:nuestras?|mis|las) (?:políticas?|normas|directrices|pautas)",
  "fuera de mi(?:s)? (?:alcance|ámbito|competencia|funciones)|no es algo (?:en|con|que|de)|solo (?:puedo )?respond(?:o|er) (?:a )?preguntas",
];

const ITALIAN = [
  `non (?:ti |le |vi )?(?:posso|possiamo|potrei) (?!fare a meno|aspettare)${SOME}${ITALIAN_ACT}`,
  "non (?:sono|siamo) (?:in grado|autorizzat|abilitat|programmat)|non mi è (?:possibile|permesso|consentito)",
  "non ho (?:accesso|il permesso|l'autorizzazione|la possibilità)",
  "(?:devo|dobbiamo) (?:rifiutare|declinare)|mi rifiuto di|preferisco (?:non|evitare)",
  "non è (?:una cosa|qualcosa) (?:di|in|con|che)",
  "(?:va|è) contro (?:le nostre|i miei|le mie)|viola (?:le nostre|la nostra)",
  "(?:fuori|al di fuori) (?:da|del)(?:lle|la|l)? ?(?:mi[eoa]|mio)",
];

const PORTUGUESE = [
  `não (?:te |lhe |o )?(?:posso|podemos|poderia|consigo|conseguimos) (?!deixar|evitar|esperar)${SOME}${PORTUGUESE_ACT}`,
  "não (?:estou|estamos) (?:autorizad|em condições|apt)|não (?:me|nos) é (?:possível|permitido)",
  "não tenho (?:acesso|permissão|autorização|como (?:ajudar|acessar))",
  "recuso-me|me recuso|(?:devo|tenho que|preciso) (?:recusar|declinar)|prefiro não",
  "não vou (?:\\p{L}+)",
  "não é algo (?:em|com|que|de)",
  "(?:viola|infringe|vai contra) (?:as )?(?:nossas?|minhas) (?:políticas?|normas|diretrizes)",
  "fora d(?:o|a) (?:meu|minha) (?:alcance|escopo|âmbito|competência)",
];

/** French, Spanish, Italian and Portuguese forms of a refusal, in the first person. */
export const ROMANCE: readonly RegExp[] = [...FRENCH, ...SPANISH, ...ITALIAN, ...PORTUGUESE].map(pattern);
