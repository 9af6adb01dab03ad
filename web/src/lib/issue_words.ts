/** What an issue is about, in the language spoken. */
import { say, speech, type Key } from "./say.svelte"

/** What somebody may choose from: as at the panels, so that both speak of one issue. Programs may say anything. */
export const CATEGORIES = ["something broken", "screen or video", "not clean", "too warm or cold", "something missing", "something else"] as const

export function categoryWord(category: string): string {
  const key = `cat_${category.replaceAll(" ", "_")}`
  if (speech.message("issues", key)) return say(`issues.${key}` as Key)
  return category.charAt(0).toLocaleUpperCase(speech.locale) + category.slice(1)
}
