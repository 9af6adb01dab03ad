/** One time scale for all strips of a day: whole hours, from eight to six or wider where needed. */
import { taken, type Booking, type Pick } from "./model"
import { HOUR, addDays, instantOf } from "./time"
import { hourWord } from "./when"

export const STEP = 15 * 60_000 // the grid that dragging and arrow keys keep to

export interface Scale extends Pick {
  zone: string
}

/** The hours of `date` in `zone` that hold every booking given and, if it is that day, `now`. */
export function scaleOf(date: string, zone: string, bookings: Booking[], now: number): Scale {
  const [first, last] = [instantOf(date, "00:00", zone), instantOf(addDays(date, 1), "00:00", zone)]
  const slots = bookings.map(taken).filter(slot => slot !== null)
  const today = now >= first && now < last ? [now, now + HOUR] : []
  const from = Math.min(instantOf(date, "08:00", zone), ...slots.map(slot => slot.from), ...today)
  const to = Math.max(instantOf(date, "18:00", zone), ...slots.map(slot => slot.to), ...today)
  return {
    zone,
    from: Math.max(first, first + Math.floor((from - first) / HOUR) * HOUR),
    to: Math.min(last, first + Math.ceil((to - first) / HOUR) * HOUR),
  }
}

/** Where on the scale an instant lies, in percent, kept within it. */
export function percent({ from, to }: Pick, instant: number): number {
  return (Math.min(to, Math.max(from, instant)) - from) / (to - from) * 100
}

/** The full hours of the scale, each with the hour the zone's clocks show then. */
export function ticks({ from, to, zone }: Scale): { at: number; word: string }[] {
  const hours = Math.round((to - from) / HOUR)
  return Array.from({ length: hours }, (_, i) => ({ at: from + i * HOUR, word: hourWord(from + i * HOUR, zone) }))
}
