/** A policy as a form has it: flat, one entry for each rule, `glass.book` among them; and what each says. */
import type { Policy, PolicyChange } from "./manage_api"
import { LANGUAGES, type Language } from "./language"
import { say, type Key } from "./say.svelte"
import { weekdays } from "./when"

export const RULES = {
  checkIn: ["checkInRequired", "checkInOpensMinutes", "checkInClosesMinutes"],
  bookings: ["minMinutes", "maxMinutes", "bufferMinutes", "horizonDays", "requiresApproval"],
  panels: [
    "glass.book", "glass.checkIn", "glass.extend", "glass.end", "glass.reportIssue", "glass.attendance", "quickBookMinutes", "extendMinutes",
    "panelLanguage", "panelHour24", "panelTheme",
  ],
  hours: ["openingHours"],
} as const
export type Part = keyof typeof RULES
export type Rule = (typeof RULES)[Part][number]
export interface Hours { weekday: number; opens: string; closes: string }
export type Value = boolean | number | string | number[] | Hours[]
/** What a form wants of a rule; null: as it is inherited. */
export type Wishes = Partial<Record<Rule, Value | null>>

export const PARTS = Object.keys(RULES) as Part[]
export const NUMBERS: Partial<Record<Rule, [number, number]>> = {
  checkInOpensMinutes: [0, 1440], checkInClosesMinutes: [0, 1440], minMinutes: [1, 10080], maxMinutes: [1, 10080],
  bufferMinutes: [0, 1440], horizonDays: [1, 3660],
}
const CHOICES: Partial<Record<Rule, () => [string, string][]>> = {
  "glass.attendance": () => [["off", say("settings.no")], ["ask", say("settings.ask")]],
  panelLanguage: () => Object.entries(LANGUAGES),
  panelTheme: () => [["light", say("settings.light")], ["dark", say("settings.dark")]],
}
export const glassChoices = (): [string, string][] => [["on", say("settings.on")], ["pin", say("settings.pin")], ["off", say("settings.off")]]
export const choicesOf = (rule: Rule) => CHOICES[rule]?.() ?? (rule.startsWith("glass.") ? glassChoices() : undefined)

export function valueOf(policy: Policy, rule: Rule): Value {
  const [name, part] = rule.split(".") as [keyof Policy, string | undefined]
  return (part ? (policy.glass as Record<string, string>)[part]! : policy[name]) as Value
}

/** The change of a policy that the wishes are. */
export function changeOf(wishes: Wishes): PolicyChange {
  const change: Record<string, unknown> = {}
  const glass: Record<string, unknown> = {}
  for (const [rule, value] of Object.entries(wishes)) {
    if (rule.startsWith("glass.")) glass[rule.slice(6)] = value
    else change[rule] = value
  }
  return { ...change, ...(Object.keys(glass).length ? { glass } : {}) } as PolicyChange
}

export const ruleWord = (rule: Rule) => say(`settings.${rule}` as Key)

/** "08:00–18:00 Mon, Tue" */
function hoursWord(hours: Hours[]): string {
  const spans = [...new Set(hours.map(({ opens, closes }) => `${opens}–${closes}`))]
  const days = (span: string) =>
    weekdays("short").filter(({ weekday }) => hours.some(each => each.weekday === weekday && `${each.opens}–${each.closes}` === span)).map(({ name }) => name)
  return spans.map(span => `${span} ${days(span).join(", ")}`).join("; ") || say("settings.shut")
}

/** A rule's value as a person would say it. */
export function valueWord(rule: Rule, value: Value): string {
  if (typeof value === "boolean") return value ? say("settings.yes") : say("settings.no")
  if (typeof value === "number") return rule === "horizonDays" ? say("settings.daysAre", { count: value }) : say("settings.min", { count: value })
  if (typeof value === "string") return rule === "panelLanguage" ? LANGUAGES[value as Language] : (choicesOf(rule)?.find(([key]) => key === value)?.[1] ?? value)
  return rule === "openingHours" ? hoursWord(value as Hours[]) : say("settings.minutesAre", { list: (value as number[]).join(", ") })
}
