/** Which language the app speaks, and how its people write times and numbers. */
export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español" } as const
export type Language = keyof typeof LANGUAGES

const KEPT = "circletime.language"
const HOME: Record<Language, string> = { en: "en-GB", de: "de-DE", fr: "fr-FR", es: "es-ES" }

const known = (tag: string | null): Language | undefined => {
  const language = tag?.slice(0, 2).toLowerCase() ?? ""
  return language in LANGUAGES ? (language as Language) : undefined
}

/** The one somebody chose in this browser, else the first the browser asks for that we speak. */
export function wantedLanguage(): Language {
  return known(localStorage.getItem(KEPT)) ?? navigator.languages.map(known).find(found => found) ?? "en"
}

export const keepLanguage = (language: Language) => localStorage.setItem(KEPT, language)

/** Where the browser knows of a country for the language ("en-US"), that country's ways; they decide
 * 12 or 24 hours and the first day of the week. */
export function localeOf(language: Language): string {
  return navigator.languages.find(tag => known(tag) === language && tag.length > 2) ?? HOME[language]
}
