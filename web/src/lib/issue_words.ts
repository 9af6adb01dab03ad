/** What an issue is about, in the language spoken: what panels and pages offer. Programs may say anything. */
import { say, speech, type Key } from "./say.svelte"

export function categoryWord(category: string): string {
  const key = `cat_${category.replaceAll(" ", "_")}`
  if (speech.message("issues", key)) return say(`issues.${key}` as Key)
  return category.charAt(0).toLocaleUpperCase(speech.locale) + category.slice(1)
}
