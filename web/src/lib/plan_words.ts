/** What a room on a plan says, in the language spoken. What it is, the hub has decided. */
import type { PlanRoom } from "./manage_api"
import { say } from "./say.svelte"
import { whenWord } from "./when"

export const LOOKS = ["free", "check_in", "busy", "out_of_service"] as const
export type Look = (typeof LOOKS)[number]

/** The class that gives a look its colours. */
export const TONES: Record<Look, string> = { free: "free", check_in: "waiting", busy: "busy", out_of_service: "closed" }

export const lookWord = (look: Look) =>
  ({ free: say("floor.free"), check_in: say("floor.waiting"), busy: say("floor.busy"), out_of_service: say("floor.closed") })[look]

/** "free until 11:00" */
export function saysOf(room: PlanRoom, now: number, zone: string): string {
  const word = lookWord(room.look)
  if (!room.until) return word
  const time = whenWord(Date.parse(room.until), now, zone)
  return say(room.look === "check_in" ? "floor.by" : "floor.until", { word, time })
}
