/** The words of the app. `say("area.key", {name: value})` is a message of `messages/LANGUAGE/AREA.json`; keys
 * are typed from the English files. A message with forms ({"one": ..., "other": ...}) takes the one that the
 * language wants for `count`. Numbers are written as the language writes them. */
import { keepLanguage, localeOf, wantedLanguage, type Language } from "./language"

export interface Messages {
  core: (typeof import("../messages/en/core.json"))
  rooms: (typeof import("../messages/en/rooms.json"))
  booking: (typeof import("../messages/en/booking.json"))
  login: (typeof import("../messages/en/login.json"))
  mine: (typeof import("../messages/en/mine.json"))
  floor: (typeof import("../messages/en/floor.json"))
  panels: (typeof import("../messages/en/panels.json"))
  issues: (typeof import("../messages/en/issues.json"))
  people: (typeof import("../messages/en/people.json"))
  editor: (typeof import("../messages/en/editor.json"))
  settings: (typeof import("../messages/en/settings.json"))
  audit: (typeof import("../messages/en/audit.json"))
  analytics: (typeof import("../messages/en/analytics.json"))
  closures: (typeof import("../messages/en/closures.json"))
  connections: (typeof import("../messages/en/connections.json"))
  webhooks: (typeof import("../messages/en/webhooks.json"))
}
export type Area = keyof Messages
export type Key = { [A in Area]: `${A}.${keyof Messages[A] & string}` }[Area]
export type Values = Record<string, string | number>
/** A piece of a message: plain text, or what stands for the placeholder `name`. */
export interface Piece { text: string; name?: string }

type Message = string | Record<string, string>
type Words = Record<string, Message>

/** In one file with the language's first chunk; the other areas come with their pages. */
const first: Record<Language, () => Promise<object>> = {
  en: () => import("../messages/en/first"),
  de: () => import("../messages/de/first"),
  fr: () => import("../messages/fr/first"),
  es: () => import("../messages/es/first"),
}
const files = import.meta.glob<Words>(["../messages/*/*.json", "!../messages/*/{booking,core,login,problems,rooms}.json"], { import: "default" })

class Speech {
  language = $state<Language>(wantedLanguage())
  locale = $state("en-GB")
  #words = new Map<string, Words>()

  /** Speaks that language from now on, once its words are here. */
  async speak(language: Language) {
    const others = [...this.#words.keys()].map(key => key.split("/")[1]!)
    for (const [area, words] of Object.entries(await first[language]())) this.#words.set(`${language}/${area}`, words as Words)
    await Promise.all(others.map(area => this.#fetch(language, area)))
    this.locale = localeOf(language)
    this.language = language
    document.documentElement.lang = language
  }

  async choose(language: Language) {
    await this.speak(language)
    keepLanguage(language)
  }

  /** Has the words of these areas in the language spoken. */
  need(areas: readonly Area[] = []): Promise<unknown> {
    return Promise.all(areas.map(area => this.#fetch(this.language, area)))
  }

  async #fetch(language: Language, area: string) {
    const key = `${language}/${area}`
    if (!this.#words.has(key)) this.#words.set(key, (await files[`../messages/${key}.json`]?.()) ?? {})
  }

  message(area: string, name: string): Message | undefined {
    return this.#words.get(`${this.language}/${area}`)?.[name]
  }

  // Each costs a millisecond to make on a phone, and there are hundreds of words on a page.
  readonly #numbers = $derived(new Intl.NumberFormat(this.locale))
  readonly #forms = $derived(new Intl.PluralRules(this.locale))

  number(value: number): string {
    if (Number.isInteger(value) && Math.abs(value) < 1000) return String(value) // as all our languages write it
    return this.#numbers.format(value)
  }

  /** The form for that many: "one", "few", "other". */
  form(count: number): string {
    return this.#forms.select(count)
  }
}

export const speech = new Speech()

function wordsOf(key: Key, values: Values): string {
  const at = key.indexOf(".")
  const message = speech.message(key.slice(0, at), key.slice(at + 1))
  if (message === undefined || typeof message === "string") return message ?? key
  return message[speech.form(Number(values.count))] ?? message.other ?? key
}

/** The message in pieces, for a page that sets some of them apart. */
export function sayPieces(key: Key, values: Values = {}): Piece[] {
  return wordsOf(key, values).split(/(\{\w+\})/).filter(Boolean).map(part => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    const value = name === undefined ? undefined : values[name]
    return { name, text: typeof value === "number" ? speech.number(value) : (value ?? (name ? "" : part)) }
  })
}

export function say(key: Key, values: Values = {}): string {
  return sayPieces(key, values).map(piece => piece.text).join("")
}

/** What a refusal is called in the language spoken; undefined where only the hub's own English says it. */
export function sayProblem(slug: string): string | undefined {
  const message = speech.message("problems", slug)
  return typeof message === "string" ? message : undefined
}
