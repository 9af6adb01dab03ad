/** What an audit entry says, in the language spoken: the deed, and each field's old and new value. */
import { RULES, ruleWord, valueWord, type Rule, type Value } from "./policy_words"
import { say, speech, type Key } from "./say.svelte"

export const THINGS = ["user", "room", "building", "floor", "plan", "amenity", "settings", "panel", "firmware", "issue", "booking", "glass", "token", "calendar", "connection", "webhook", "closure"] as const

const known = (key: string) => speech.message("audit", key) !== undefined
const word = (key: string) => (known(key) ? say(`audit.${key}` as Key) : key.replaceAll("-", " "))

export const thingWord = (thing: string) => word(thing)

export function deedOf(action: string): string {
  const [thing = "", deed = ""] = action.split(".")
  return say("audit.deed", { thing: word(thing), deed: word(deed) })
}

export interface Fact {
  field: string
  /** undefined: there was none before, as with what was just made. */
  was?: string
  now: string
}

const RULE_NAMES = new Set<string>(Object.values(RULES).flat())
const plain = (field: string) => field.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()

function fieldWord(path: string): string {
  if (RULE_NAMES.has(path)) return ruleWord(path as Rule)
  return known(`f_${path}`) ? say(`audit.f_${path}` as Key) : plain(path)
}

function said(path: string, value: unknown, nameOf: (id: string) => string | undefined): string {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) return say("audit.nothing")
  if (RULE_NAMES.has(path)) return valueWord(path as Rule, value as Value)
  if (typeof value === "boolean") return value ? say("audit.yes") : say("audit.no")
  if (typeof value === "number") return speech.number(value)
  if (typeof value === "string") return nameOf(value) ?? value
  if (Array.isArray(value)) return value.map(each => (typeof each === "object" && each ? Object.values(each).join(" ") : String(each))).join(", ")
  return JSON.stringify(value)
}

const isChange = (value: unknown): value is [unknown, unknown] => Array.isArray(value) && value.length === 2

/** The facts of `detail`. An entry of a change has `[old, new]` for each field; of what was made, just its values. */
export function factsOf(action: string, detail: Record<string, unknown>, nameOf: (id: string) => string | undefined): Fact[] {
  const changes = /\.(change|replace|claim|end|extend|recover)$/.test(action)
  const walk = (part: Record<string, unknown>, above: string): Fact[] =>
    Object.entries(part).flatMap(([name, value]) => {
      const path = above + name
      if (changes && isChange(value)) return [{ field: fieldWord(path), was: said(path, value[0], nameOf), now: said(path, value[1], nameOf) }]
      if (value && typeof value === "object" && !Array.isArray(value)) return walk(value as Record<string, unknown>, name === "glass" ? "glass." : "")
      return [{ field: fieldWord(path), now: said(path, value, nameOf) }]
    })
  return walk(detail, "")
}
