/** How a booking may repeat, in plain words, and as RFC 5545 says it. */
import { say } from "./say.svelte"
import { addDays } from "./time"
import { weekdays } from "./when"

export interface Repeat {
  id: "never" | "daily" | "weekdays" | "weekly" | "fortnightly" | "monthly" | "monthlyLast"
  word: string
  /** Without its end. */
  rule: string
  /** How many days ahead the end is proposed. */
  ahead: number
}

const BY_DAY = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
const NTH = ["first", "second", "third", "fourth"] as const

/** What that date can begin: "every month on the fourth Tuesday" stands only where it is the fourth. */
export function repeatsFrom(date: string): Repeat[] {
  const iso = new Date(`${date}T12:00Z`).getUTCDay() || 7
  const by = BY_DAY[iso - 1]!
  const weekday = weekdays().find(each => each.weekday === iso)!.name
  const nth = Math.ceil(Number(date.slice(8)) / 7)
  const isLast = addDays(date, 7).slice(0, 7) !== date.slice(0, 7)
  const all: (Repeat | false)[] = [
    { id: "never", word: say("booking.never"), rule: "", ahead: 0 },
    { id: "daily", word: say("booking.daily"), rule: "FREQ=DAILY", ahead: 13 },
    iso < 6 && { id: "weekdays", word: say("booking.weekdays"), rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", ahead: 27 },
    { id: "weekly", word: say("booking.weekly", { weekday }), rule: `FREQ=WEEKLY;BYDAY=${by}`, ahead: 84 },
    { id: "fortnightly", word: say("booking.fortnightly", { weekday }), rule: `FREQ=WEEKLY;INTERVAL=2;BYDAY=${by}`, ahead: 84 },
    nth < 5 && {
      id: "monthly",
      word: say("booking.monthly", { nth: say(`booking.${NTH[nth - 1]!}`), weekday }),
      rule: `FREQ=MONTHLY;BYDAY=${nth}${by}`,
      ahead: 150,
    },
    isLast && { id: "monthlyLast", word: say("booking.monthlyLast", { weekday }), rule: `FREQ=MONTHLY;BYDAY=-1${by}`, ahead: 150 },
  ]
  return all.filter(each => each !== false)
}

/** The rule with its last day, in the room's local time. */
export const until = (rule: string, last: string) => `${rule};UNTIL=${last.replaceAll("-", "")}T235959`
