/** What a RoomState says at a glance. What a room's status *is* the hub decides, and tells whenever it
 * changes; here are only the words for it. */
import type { Meeting, RoomState } from "./model"
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

const WORDS: Record<Tone, string> = {
  free: "Free",
  soon: "Free, not for long",
  waiting: "Waiting for check-in",
  busy: "Busy",
  closed: "Out of service",
}

/** The words for a room that is wanted for `wantedMs` from `now` on (both milliseconds). */
export function glance(state: RoomState, now: number, wantedMs = 0): Glance {
  const until = untilOf(state)
  const tone = toneOf(state, until, now + wantedMs)
  const by = tone === "waiting" ? (state.current?.checkInByUnix ?? 0) * 1000 : until
  const far = until === null || until > now + 12 * HOUR
  let rest = far ? "" : `until ${whenWord(until, now, state.zone.name)}`
  if (tone === "free" && far) rest = "for the next 12 hours"
  if (tone === "waiting") rest = `by ${whenWord(by ?? now, now, state.zone.name)}`
  if (tone === "closed") rest = reason(state)
  return { tone, word: WORDS[tone], rest, until, by }
}

function reason(state: RoomState): string {
  const why = state.room.outOfService
  return why ? `· ${why}` : ""
}

/** What stands in the middle of the ring: how long it stays so, and the unit. */
export function timeLeft({ by }: Glance, now: number): [string, string] {
  if (by === null || by > now + 12 * HOUR) return ["12+", "hours"]
  const minutes = Math.max(1, Math.ceil((by - now) / MINUTE))
  if (minutes < 100) return [String(minutes), "min"]
  return [String(Math.round(minutes / 30) / 2).replace(".5", "½"), "hours"]
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
  const zone = state.zone.name
  const said = (meeting: Meeting) => `${meeting.title ?? "a private meeting"}${meeting.organizer ? `, ${meeting.organizer}` : ""}`
  const parts = [`${state.room.name}: ${word} ${rest}.`]
  if (state.current) parts.push(`Now ${said(state.current)}, ${lengthWord(Math.max(0, state.current.endUnix * 1000 - now))} left.`)
  if (state.next) parts.push(`Next ${whenWord(state.next.startUnix * 1000, now, zone)}, ${said(state.next)}.`)
  return parts.join(" ")
}

/** "Floor 2 · 4 seats · screen · hearing loop" */
export function factsOf({ room }: RoomState): string {
  return [`Floor ${room.floor}`, `${room.capacity} seats`, ...room.amenities.map(slug => slug.replaceAll(/[-_]/g, " "))].join(" · ")
}
