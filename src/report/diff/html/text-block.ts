import { markup, type Markup } from "./markup.ts";

/** Foreign text as it is. One that may be taller than its box takes the focus, so that keys can scroll it. */
export function textBlock(text: string): Markup {
  const tall = text.length > 1000 || text.split("\n").length > 12;
  return tall ? markup`<pre tabindex="0">${text}</pre>` : markup`<pre>${text}</pre>`;
}
