/** What a RoomState says at a glance. What a room's status *is* the hub decides, and tells whenever it
 * changes; here are only the words for it. */
import type { Meeting, RoomState } from "./model"
import { say } from "./say.svelte"
import { HOUR, MINUTE } from "./time"
import { lengthWord, whenWord } from "./when"

/** free; soon: free, but not for as long as wanted; waiting: for check-in; busy; closed: out of service. */
export type Tone = "free" | "soon" | "waiting" | "busy" | "closed"

export interface Glance {
  tone: Tone
  /** "Free", "Waiting for check-in" */
  word: string
  /** "until 11:30"; empty where nothing is known to change. */
  rest: string
  /** When the room's status changes, in milliseconds; null where nothing is known to change it. */
  until: number | null
  /** The moment that `rest` names: `until`, or the end of waiting. */
  by: number | null
}

export const meetings = (state: RoomState): Meeting[] =>
  [state.current, state.next, ...state.upcoming].filter(meeting => meeting !== null)

function toneOf(state: RoomState, until: number | null, enough: number): Tone {
  if (state.status === "out_of_service") return "closed"
  if (state.status === "available") return until !== null && until < enough ? "soon" : "free"
  return state.checkedIn || !state.current?.checkInByUnix ? "busy" : "waiting"
}

function untilOf(state: RoomState): number | null {
  if (state.status === "out_of_service") return null
  const { current, next } = state
  const unix = state.status === "available" ? next?.startUnix : current?.endUnix
  return unix ? unix * 1000 : null
}

/** The words for a room that is wanted for `wantedMs` from `now` on (both milliseconds). */
export function glance(state: RoomState, now: number, wantedMs = 0): Glance {
  const until = untilOf(state)
  const tone = toneOf(state, until, now + wantedMs)
  const by = tone === "waiting" ? (state.current?.checkInByUnix ?? 0) * 1000 : until
  return { tone, word: say(`rooms.${tone}`), rest: restOf(state, tone, by, now), until, by }
}

function restOf(state: RoomState, tone: Tone, by: number | null, now: number): string {
  const reason = state.room.outOfService
  if (tone === "closed") return reason ? say("rooms.because", { reason }) : ""
  if (by === null || by > now + 12 * HOUR) return tone === "free" ? say("rooms.longFree") : ""
  return say(tone === "waiting" ? "rooms.by" : "rooms.until", { time: whenWord(by, now, state.zone.name) })
}

/** What stands in the middle of the ring: how long it stays so, and the unit. */
export function timeLeft({ by }: Glance, now: number): [string, string] {
  if (by === null || by > now + 12 * HOUR) return ["12+", say("rooms.hoursShort")]
  const minutes = Math.max(1, Math.ceil((by - now) / MINUTE))
  if (minutes < 100) return [String(minutes), say("rooms.minShort")]
  return [String(Math.round(minutes / 30) / 2).replace(".5", "½"), say("rooms.hoursShort")]
}

/** The meeting whose check-in is open: the one running unchecked, else the next within its window. */
export function checkInOpen(state: RoomState, now: number): Meeting | null {
  const { current, next, policy } = state
  if (current && !state.checkedIn && current.status === "confirmed") return current
  const opens = next ? (next.startUnix - policy.checkInOpensS) * 1000 : Infinity
  return next && next.status === "confirmed" && now >= opens ? next : null
}

/** What the room says now, in a sentence: what stands on its panel for those who can't see it. */
export function spoken(state: RoomState, now: number): string {
  const { word, rest } = glance(state, now)
  const said = ({ title, organizer }: Meeting) => [title ?? say("rooms.aPrivateMeeting"), organizer].filter(Boolean).join(", ")
  const parts = [`${state.room.name}: ${word} ${rest}.`]
  if (state.current) {
    const length = lengthWord(Math.max(0, state.current.endUnix * 1000 - now))
    parts.push(say("rooms.spokenNow", { meeting: said(state.current), length }))
  }
  if (state.next) {
    const time = whenWord(state.next.startUnix * 1000, now, state.zone.name)
    parts.push(say("rooms.spokenNext", { time, meeting: said(state.next) }))
  }
  return parts.join(" ")
}

/** "Floor 2 · 4 seats · screen · hearing loop"; `amenity` names a slug. */
export function factsOf({ room }: RoomState, amenity: (slug: string) => string): string {
  return [say("core.floor", { name: room.floor }), say("core.seats", { count: room.capacity }), ...room.amenities.map(amenity)].join(" · ")
}
