/** Numbers of reports in people's words. What is null has a dash and a reason, never 0. */
import type { Measure } from "./insight_api"
import { say, speech, type Key } from "./say.svelte"
import { addDays } from "./time"

export type Kind = "ratio" | "minutes" | "count"

export const DASH = "–"

const rounded = (value: number, digits = 1) => new Intl.NumberFormat(speech.locale, { maximumFractionDigits: digits }).format(value)

export function percent(ratio: number): string {
  return new Intl.NumberFormat(speech.locale, { style: "percent", maximumFractionDigits: 1 }).format(ratio)
}

/** "45 min", "12.5 h" */
export function hoursWord(minutes: number): string {
  if (Math.abs(minutes) < 60) return say("core.minutes", { minutes: rounded(minutes) })
  return say("core.hours", { hours: rounded(minutes / 60) })
}

export function figure(value: number | null | undefined, kind: Kind): string {
  if (value === null || value === undefined) return DASH
  return { ratio: percent, minutes: hoursWord, count: (n: number) => rounded(n) }[kind](value)
}

/** How far apart two numbers are: ratios in points of a hundred. */
export function difference(apart: number, kind: Kind): string {
  const far = Math.abs(apart)
  return kind === "ratio" ? say("analytics.points", { points: rounded(far * 100) }) : figure(far, kind)
}

/** What a field of a report is called. */
export const nameOf = (field: string): string => say(`analytics.m_${field}` as Key)

export const kindOf = (field: string): Kind =>
  /Utilization$|Rate$|Fill$|Coverage$/.test(field) ? "ratio" : /Minutes$/.test(field) ? "minutes" : "count"

const REASONS: Record<string, Key> = {
  bookedUtilization: "analytics.noneOpen",
  usedUtilization: "analytics.noneOpen",
  ghostRate: "analytics.noneRequired",
  cancellationRate: "analytics.noneBooked",
  seatFill: "analytics.noneCounted",
  attendanceCoverage: "analytics.noneMet",
  advice: "analytics.fewCounted",
}
export const whyNone = (field: string): string => say(REASONS[field] ?? "analytics.noneCounted")

const BEHIND: Record<string, Measure> = {
  bookedUtilization: "bookedMinutes",
  usedUtilization: "usedMinutes",
  ghostRate: "ghosts",
  cancellationRate: "cancelled",
  seatFill: "attendanceKnown",
  attendanceCoverage: "attendanceKnown",
  attendees: "attendanceKnown",
  seats: "attendanceKnown",
  typicalAttendance: "attendanceKnown",
  ninthAttendance: "attendanceKnown",
  largestAttendance: "attendanceKnown",
  peakRooms: "usedMinutes",
}
const NOTHING_BEHIND = new Set(["availableMinutes", "wouldFitSmaller", "capacity", "openRooms"])

/** Which bookings a field is made of; null where it is made of none. */
export function measureOf(field: string): Measure | null {
  return NOTHING_BEHIND.has(field) ? null : (BEHIND[field] ?? (field as Measure))
}

const ranges = new Map<string, Intl.DateTimeFormat>()

/** "1–31 Oct 2026"; `to` is excluded. */
export function rangeWord(from: string, to: string): string {
  let format = ranges.get(speech.locale)
  if (!format) ranges.set(speech.locale, (format = new Intl.DateTimeFormat(speech.locale, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" })))
  return format.formatRange(Date.parse(`${from}T12:00Z`), Date.parse(`${addDays(to, -1)}T12:00Z`))
}

/** Where a bucket begins, on an axis: "2 Nov", "Nov". */
export function dateWord(date: string, bucket: string): string {
  const options = bucket === "month" ? { month: "short" as const } : { day: "numeric" as const, month: "short" as const }
  return new Intl.DateTimeFormat(speech.locale, { timeZone: "UTC", ...options }).format(Date.parse(`${date}T12:00Z`))
}
