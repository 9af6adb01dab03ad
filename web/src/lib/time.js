/* Building-local time. Plain JavaScript with types in comments, so that the browser tests can load
 * this very file without a build. Instants are milliseconds since 1970; dates are "YYYY-MM-DD" and
 * wall times "HH:MM", always in a named IANA zone and never in the browser's own. */

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/* No Temporal, and no polyfill for it (about 20 KB): what is needed of it is the two functions `offset` and
 * `instantOf`, on Intl, which every browser has; tests hold them against zoneinfo. The words for times are in
 * `when.ts`. */

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

/** What `<input type="time">` takes; for people it is `clockWord`.
 * @param {number} instant @param {string} zone */
export function timeOf(instant, zone) {
  return format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(instant)
}

/** The date `days` later on the calendar, whatever the clocks do between.
 * @param {string} date @param {number} days */
export function addDays(date, days) {
  return new Date(Date.parse(`${date}T00:00Z`) + days * DAY).toISOString().slice(0, 10)
}
