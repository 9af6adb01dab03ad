/** When ghosts of a room mostly were: the weekday and the half of the day that most of them share, where most do. */
import type { CountedBooking } from "./insight_api"
import { dateOf, timeOf } from "./time"

export interface Habit { weekday: number; part: "all" | "morning" | "afternoon" | "late"; of: number; count: number }

const PARTS: [Habit["part"], (hour: number) => boolean][] = [
  ["late", hour => hour >= 15],
  ["afternoon", hour => hour >= 12],
  ["morning", hour => hour < 12],
]

/** null where fewer than three, or no more than half of them, share a weekday. */
export function habitOf(ghosts: CountedBooking[], zone: string): Habit | null {
  const starts = ghosts.map(({ booking }) => Date.parse(booking.startsAt))
  const dayOf = (start: number) => ((new Date(`${dateOf(start, zone)}T12:00Z`).getUTCDay() + 6) % 7) + 1
  const days = [1, 2, 3, 4, 5, 6, 7].map(weekday => ({ weekday, there: starts.filter(start => dayOf(start) === weekday) }))
  const { weekday, there } = days.toSorted((a, b) => b.there.length - a.there.length)[0]!
  if (there.length < 3 || there.length * 2 <= starts.length) return null
  const hours = there.map(start => Number(timeOf(start, zone).slice(0, 2)))
  for (const [part, fits] of PARTS) {
    const count = hours.filter(fits).length
    if (count >= 3 && count * 2 > starts.length) return { weekday, part, count, of: starts.length }
  }
  return { weekday, part: "all", count: there.length, of: starts.length }
}
