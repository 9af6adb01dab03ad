/** What reports are asked: which dates, which rooms or whose bookings. It is all in the address, so that a link
 * shows somebody else the same numbers. */
import { board } from "./board.svelte"
import type { Behind, Bucket, Measure, Metric, Scope } from "./insight_api"
import { route } from "./route.svelte"
import { DAY, addDays } from "./time"

export const PRESETS = ["last-7-days", "last-30-days", "this-month", "last-month", "last-3-months", "last-12-months"] as const
export type Preset = (typeof PRESETS)[number]
export const USUAL: Preset = "last-30-days"

const monthOf = (date: string, later = 0) => {
  const [year = 0, month = 1] = date.split("-").map(Number)
  return new Date(Date.UTC(year, month - 1 + later, 1)).toISOString().slice(0, 10)
}

/** From, and the day after the last; whole months where months are meant. Today's bookings are in it as far as
 * they have come. */
export function datesOf(preset: Preset, today: string): { from: string; to: string } {
  const tomorrow = addDays(today, 1)
  return {
    "last-7-days": { from: addDays(today, -6), to: tomorrow },
    "last-30-days": { from: addDays(today, -29), to: tomorrow },
    "this-month": { from: monthOf(today), to: tomorrow },
    "last-month": { from: monthOf(today, -1), to: monthOf(today) },
    "last-3-months": { from: monthOf(today, -3), to: monthOf(today) },
    "last-12-months": { from: monthOf(today, -12), to: monthOf(today) },
  }[preset]
}

/** The range that the hub compares with: as many whole months where it is whole months, else as many days. */
export function datesBefore(from: string, to: string): { from: string; to: string } {
  const months = (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7))
  if (from.endsWith("-01") && to.endsWith("-01")) return { from: monthOf(from, months(from) - months(to)), to: from }
  return { from: addDays(from, -Math.round((Date.parse(to) - Date.parse(from)) / DAY)), to: from }
}

/** The rest of the address that narrows a number to some of what it counts. */
export interface Part { roomId?: string | null; department?: string | null; weekday?: number; hour?: number; from?: string; to?: string; organizerId?: string; seriesId?: string }
const PART: Record<keyof Part, string> = {
  roomId: "of-room", department: "of-department", weekday: "on-weekday", hour: "at-hour",
  from: "on-from", to: "on-to", organizerId: "of-organizer", seriesId: "of-series",
}
const NO_PART = Object.fromEntries(["behind", ...Object.values(PART)].map(name => [name, null]))

type Changes = Record<string, string | number | string[] | null | undefined>
const DATE = /^\d{4}-\d{2}-\d{2}$/

class Enquiry {
  readonly query = $derived(new URLSearchParams(route.query))
  /** null where the dates are the reader's own. */
  readonly preset = $derived.by<Preset | null>(() => {
    const named = PRESETS.find(preset => preset === this.query.get("range"))
    if (named) return named
    return DATE.test(this.query.get("from") ?? "") && DATE.test(this.query.get("to") ?? "") ? null : USUAL
  })
  // As one word, so that what does not change it reads nothing anew.
  readonly #asked = $derived.by(() => {
    const dates = this.preset ? datesOf(this.preset, board.today) : { from: this.query.get("from")!, to: this.query.get("to")! }
    const room = this.query.get("room")
    const narrowed = { buildingId: this.query.get("building"), floorId: this.query.get("floor"), department: this.query.get("department") }
    const named = Object.entries(narrowed).filter(([, value]) => value)
    return JSON.stringify({ ...dates, ...Object.fromEntries(named), ...(room ? { roomId: [room] } : {}) })
  })
  readonly scope = $derived(JSON.parse(this.#asked) as Scope)
  readonly by = $derived(this.query.get("by") === "department" ? "department" : "room")
  readonly metric = $derived((this.query.get("metric") ?? "usedUtilization") as Metric)
  readonly bucket = $derived((this.query.get("bucket") ?? "week") as Bucket)
  readonly heat = $derived(this.query.get("heat") === "booked" ? "booked" : "used")
  readonly #compared = $derived(JSON.stringify(this.query.getAll("compare").slice(0, 6)))
  readonly compared = $derived(JSON.parse(this.#compared) as string[])
  readonly #behind = $derived.by(() => {
    const measure = this.query.get("behind")
    const part = Object.entries(PART).map(([name, key]) => [name, this.query.get(key)]).filter(([, value]) => value)
    return measure && JSON.stringify({ measure, ...Object.fromEntries(part) })
  })
  /** Which number's bookings are looked at. */
  readonly behind = $derived.by<Behind | null>(() => {
    if (!this.#behind) return null
    const { roomId, weekday, hour, ...part } = JSON.parse(this.#behind) as Record<string, string>
    return {
      ...this.scope, ...part,
      ...(roomId ? { roomId: [roomId] } : {}),
      ...(weekday ? { weekday: Number(weekday) } : {}),
      ...(hour ? { hour: Number(hour) } : {}),
    } as Behind
  })

  /** The address with these parts of it changed; null takes one out. Another page keeps range and filters only. */
  link(changes: Changes, path = route.path): string {
    const query = new URLSearchParams(path === route.path ? this.query : this.#kept())
    for (const [name, value] of Object.entries(changes)) {
      query.delete(name)
      for (const one of Array.isArray(value) ? value : [value]) if (one !== null && one !== undefined && one !== "") query.append(name, String(one))
    }
    return `${path}${query.size ? `?${query}` : ""}`
  }

  #kept = () => [...this.query].filter(([name]) => ["range", "from", "to", "building", "floor", "room", "department"].includes(name))

  change(changes: Changes) {
    route.go(this.link(changes), { replace: true })
  }

  /** To the bookings behind a number. */
  linkBehind(measure: Measure, part: Part = {}): string {
    const named = Object.entries(part).map(([name, value]) => [PART[name as keyof Part], value])
    return this.link({ ...NO_PART, behind: measure, ...Object.fromEntries(named) })
  }

  closeBehind() {
    this.change(NO_PART)
  }
}

export const enquiry = new Enquiry()
