/* Building-local time. Plain JavaScript with types in comments, so that the browser tests can load
 * this very file without a build. Instants are milliseconds since 1970; dates are "YYYY-MM-DD" and
 * wall times "HH:MM", always in a named IANA zone and never in the browser's own. */

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/* No Temporal, and no polyfill for it (about 20 KB): what is needed of it is the two functions `offset` and
 * `instantOf`, on Intl, which every browser has; tests hold them against zoneinfo. The words for times are in
 * `when.ts`. */

/** Clocks change on a quarter of an hour (since 1972 everywhere): asked once for each, since Intl takes its time.
 * @type {Map<string, { format: Intl.DateTimeFormat, offsets: Map<number, number> }>} */
const zones = new Map()
const QUARTER = 15 * MINUTE

/** @param {string} zone */
function known(zone) {
  let found = zones.get(zone)
  if (!found) {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
    })
    zones.set(zone, (found = { format, offsets: new Map() }))
  }
  return found
}

/** @param {number} instant @param {Intl.DateTimeFormat} format */
function offsetBy(instant, format) {
  const parts = format.formatToParts(instant)
  /** @param {string} type */
  const number = type => Number(parts.find(part => part.type === type)?.value)
  const asUtc = Date.UTC(
    number("year"), number("month") - 1, number("day"), number("hour"), number("minute"), number("second"),
  )
  return asUtc - Math.floor(instant / 1000) * 1000
}

/** How far the zone's clocks are ahead of UTC at that instant, in milliseconds.
 * @param {number} instant @param {string} zone */
export function offset(instant, zone) {
  if (zone === "UTC") return 0
  const { format, offsets } = known(zone)
  const quarter = Math.floor(instant / QUARTER)
  const ahead = offsets.get(quarter) ?? offsetBy(quarter * QUARTER, format)
  offsets.set(quarter, ahead)
  return ahead
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
  return new Date(instant + offset(instant, zone)).toISOString().slice(11, 16)
}

/** The date `days` later on the calendar, whatever the clocks do between.
 * @param {string} date @param {number} days */
export function addDays(date, days) {
  return new Date(Date.parse(`${date}T00:00Z`) + days * DAY).toISOString().slice(0, 10)
}
