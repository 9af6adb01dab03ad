/** How a panel is, in the language spoken; that it is so, the hub has decided. */
import type { Panel } from "./model"
import { say, speech, type Key } from "./say.svelte"
import { MINUTE } from "./time"
import { lengthWord, whenWord } from "./when"

export function heardWord(panel: Panel, now: number): string {
  if (!panel.lastHeardAt) return say("panels.never")
  const age = Math.max(0, now - Date.parse(panel.lastHeardAt))
  return age < MINUTE ? say("panels.justNow") : say("panels.heardAgo", { length: lengthWord(age) })
}

/** A sentence for each reason; a kind that this app does not know yet in the hub's own words. */
export function reasonsOf(panel: Panel, now: number, zone: string): string[] {
  return panel.healthReasons.map(({ kind, value, at, says }) => {
    const key = `why_${kind}`
    if (!speech.message("panels", key)) return says
    return say(`panels.${key}` as Key, { value: value ?? 0, when: at ? whenWord(Date.parse(at), now, zone) : "" })
  })
}

export type Show = "" | "attention" | "offline" | "homeless"

export const shows: Record<Show, (panel: Panel) => boolean> = {
  "": () => true,
  attention: ({ health }) => health === "attention",
  offline: ({ health }) => health === "offline",
  homeless: ({ roomId }) => !roomId,
}
