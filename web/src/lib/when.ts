/** Times in people's words: the room's zone, the reader's language and clock (12 or 24 hours). */
import { say, speech } from "./say.svelte"
import { DAY, MINUTE, addDays, dateOf, offset } from "./time"

const formats = new Map<string, Intl.DateTimeFormat>()

/** For wall time given as if it were UTC: one format then serves every zone, and making one is what costs. */
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = speech.locale + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(speech.locale, { timeZone: "UTC", ...options })))
  return found
}

/** "09:30", or "9:30 am". */
export function clockWord(instant: number, zone: string): string {
  return format({ hour: hourWidth(), minute: "2-digit" }).format(instant + offset(instant, zone))
}

/** Two digits on a clock of 24 hours, so that times stand one under the other. */
function hourWidth(): "numeric" | "2-digit" {
  const known = hourWidths.get(speech.locale)
  const width = known ?? (format({ hour: "numeric" }).resolvedOptions().hour12 ? "numeric" : "2-digit")
  hourWidths.set(speech.locale, width)
  return width
}
const hourWidths = new Map<string, "numeric" | "2-digit">()

/** "09", or "9 am": the full hours of a day. */
export function hourWord(instant: number, zone: string): string {
  const parts = format({ hour: hourWidth() }).formatToParts(instant + offset(instant, zone))
  return parts.filter(({ type }) => type === "hour" || type === "dayPeriod").map(({ value }) => value).join(" ")
}

/** "14:30–15:00" */
export function spanWord(from: number, to: number, zone: string): string {
  return `${clockWord(from, zone)}–${clockWord(to, zone)}`
}

/** "Tue 24 Nov", or with `long` "Tuesday 24 November"; a year where it is not this one. */
export function dayName(date: string, long = false, now = Date.now()): string {
  const width = long ? "long" : "short"
  const year = date.slice(0, 4) === dateOf(now, "UTC").slice(0, 4) ? undefined : "numeric"
  const named = format({ weekday: width, day: "numeric", month: width, year }).format(Date.parse(`${date}T12:00Z`))
  return speech.language === "en" ? named.replace(",", "") : named
}

/** "today", "tomorrow", "yesterday", else the day's name; as seen from `now` in the zone. */
export function dayWord(date: string, now: number, zone: string): string {
  const today = dateOf(now, zone)
  const near = [-1, 0, 1].find(days => addDays(today, days) === date)
  if (near === undefined) return dayName(date)
  return new Intl.RelativeTimeFormat(speech.locale, { numeric: "auto" }).format(near, "day")
}

/** "Today, Tue 24 Nov", or the day's name alone: for headings. */
export function dayTitle(date: string, now: number, zone: string): string {
  const word = dayWord(date, now, zone)
  const name = dayName(date)
  return capital(word === name ? dayName(date, true) : `${word}, ${name}`)
}

export const capital = (words: string) => words.charAt(0).toLocaleUpperCase(speech.locale) + words.slice(1)

/** "11:30", with the day in front when it is not today's. */
export function whenWord(instant: number, now: number, zone: string): string {
  const date = dateOf(instant, zone)
  const time = clockWord(instant, zone)
  return date === dateOf(now, zone) ? time : `${dayWord(date, now, zone)} ${time}`
}

/** "45 min", "1 h 30 min", "3 days": rounded down to the minute; `span` in milliseconds, not negative. */
export function lengthWord(span: number): string {
  const minutes = Math.floor(span / MINUTE)
  const hours = Math.floor(minutes / 60)
  if (minutes < 60) return say("core.minutes", { minutes })
  if (hours >= 48) return say("core.days", { count: Math.floor(span / DAY) })
  return minutes % 60 ? say("core.hoursMinutes", { hours, minutes: minutes % 60 }) : say("core.hours", { hours })
}

/** The city of an IANA zone, as people there would say it. */
export function cityOf(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ")
}

/** "Prague time"; where the reader's clocks differ at that instant, theirs too: "Prague time, 18:25 in Kathmandu". */
export function zoneWord(zone: string, instant: number): string {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const there = say("core.zone", { city: cityOf(zone) })
  if (offset(instant, own) === offset(instant, zone)) return there
  return say("core.zoneAndOwn", { zone: there, time: clockWord(instant, own), city: cityOf(own) })
}

/** 1 (Monday) to 7 (Sunday): with which day weeks begin here. */
export function weekStart(): number {
  const locale = new Intl.Locale(speech.locale) as Intl.Locale & { getWeekInfo?(): { firstDay: number }; weekInfo?: { firstDay: number } }
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1
}

/** The names of the days of the week, by ISO number from the locale's first on. */
export function weekdays(width: "long" | "short" = "long"): { weekday: number; name: string }[] {
  return Array.from({ length: 7 }, (_, i) => {
    const weekday = ((weekStart() + i - 1) % 7) + 1
    return { weekday, name: format({ weekday: width }).format(Date.UTC(2024, 0, weekday)) }
  })
}
