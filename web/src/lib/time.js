/* Building-local time. Plain JavaScript with types in comments, so that the browser tests can load
 * this very file without a build. Instants are milliseconds since 1970; dates are "YYYY-MM-DD" and
 * wall times "HH:MM", always in a named IANA zone and never in the browser's own. */

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map()

/** @param {string} zone @param {Intl.DateTimeFormatOptions} options */
function format(zone, options) {
  const key = zone + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options })))
  return found
}

/** How far the zone's clocks are ahead of UTC at that instant, in milliseconds.
 * @param {number} instant @param {string} zone */
export function offset(instant, zone) {
  const parts = format(zone, {
    year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }).formatToParts(instant)
  /** @param {string} type */
  const number = type => Number(parts.find(part => part.type === type)?.value)
  const asUtc = Date.UTC(
    number("year"), number("month") - 1, number("day"), number("hour"), number("minute"), number("second"),
  )
  return asUtc - Math.floor(instant / 1000) * 1000
}

/** The instant at which the zone's clocks show that date and time. Where they show it twice (clocks
 * go back) the first; where they never do (clocks go forward) as much later as was skipped, as RFC
 * 5545 3.3.5 reads such a time.
 * @param {string} date @param {string} time @param {string} zone */
export function instantOf(date, time, zone) {
  const asUtc = Date.parse(`${date}T${time}Z`)
  const before = offset(asUtc - DAY, zone)
  const after = offset(asUtc + DAY, zone)
  const fits = [before, after].map(o => asUtc - o).filter(t => t + offset(t, zone) === asUtc)
  return fits.length ? Math.min(...fits) : asUtc - before
}

/** @param {number} instant @param {string} zone */
export function dateOf(instant, zone) {
  return new Date(instant + offset(instant, zone)).toISOString().slice(0, 10)
}

/** @param {number} instant @param {string} zone */
export function timeOf(instant, zone) {
  return format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(instant)
}

/** The date `days` later on the calendar, whatever the clocks do between.
 * @param {string} date @param {number} days */
export function addDays(date, days) {
  return new Date(Date.parse(`${date}T00:00Z`) + days * DAY).toISOString().slice(0, 10)
}

/** "Tue 24 Nov", or with `long` "Tuesday, 24 November".
 * @param {string} date @param {boolean} [long] */
export function dayName(date, long = false) {
  const width = long ? "long" : "short"
  const words = format("UTC", { weekday: width, day: "numeric", month: width })
  return words.format(Date.parse(`${date}T12:00Z`)).replace(long ? "" : ",", "")
}

/** "today", "tomorrow", "yesterday", else the day's name; as seen from `now` in the zone.
 * @param {string} date @param {number} now @param {string} zone */
export function dayWord(date, now, zone) {
  const today = dateOf(now, zone)
  const near = [-1, 0, 1].find(days => addDays(today, days) === date)
  return near === undefined ? dayName(date) : ["yesterday", "today", "tomorrow"][near + 1] ?? ""
}

/** "11:30", with the day in front when it is not today's.
 * @param {number} instant @param {number} now @param {string} zone */
export function whenWord(instant, now, zone) {
  const date = dateOf(instant, zone)
  const time = timeOf(instant, zone)
  return date === dateOf(now, zone) ? time : `${dayWord(date, now, zone)} ${time}`
}

/** "45 min", "1 h 30 min", "3 days": rounded down to the minute.
 * @param {number} span milliseconds, not negative */
export function lengthWord(span) {
  const minutes = Math.floor(span / MINUTE)
  if (minutes < 60) return `${minutes} min`
  if (minutes >= 2880) return `${Math.floor(minutes / 1440)} days`
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`
}

/** The city of an IANA zone, as people there would say it.
 * @param {string} zone */
export function cityOf(zone) {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ")
}
