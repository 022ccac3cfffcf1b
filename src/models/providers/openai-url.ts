/** The address is always explicit: the package would let OPENAI_BASE_URL change silently which model answers. */
export const OPENAI_URL = "https://api.openai.com/v1";
