/** How the hub is asked. Every call rejects with a `Problem`, in the language spoken where that has words for it. */
import createClient from "openapi-fetch"
import { clock } from "./clock.svelte"
import { fetchOnce, forgetEarly } from "./early"
import { say, sayProblem } from "./say.svelte"
import type { paths } from "./schema"

export interface Conflict { startsAt: string; endsAt: string; title: string | null }
export interface Alternative { roomId: string; roomName: string; startsAt: string; endsAt: string }

/** An answer the hub refused (RFC 9457), or, with status 0, a hub that could not be asked. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly slug = "",
    readonly conflicts: Conflict[] = [],
    readonly alternatives: Alternative[] = [],
    /** The whole answer, for members of its own ("maxMinutes"). */
    readonly body: Record<string, unknown> = {},
  ) {
    super(detail)
  }
}

export const client = createClient<paths>({ baseUrl: location.origin, fetch: fetchOnce })
let onSignedOut = () => {}

client.use({
  onResponse({ response }) {
    clock.learn(response.headers.get("date"))
    if (response.url.includes("/auth/log")) forgetEarly()
    if (response.status === 401 && !response.url.endsWith("/auth/login")) {
      forgetEarly()
      onSignedOut()
    }
  },
  onError: () => new Problem(0, say("core.unreachable")),
})

/** What to do when any call finds that the session is over. */
export function whenSignedOut(then: () => void) {
  onSignedOut = then
}

interface Answer<T> { data?: T; error?: unknown; response: Response }

export async function take<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked
  if (response.ok) return data as T
  const body = (typeof error === "object" ? error : null) as Record<string, unknown> | null
  const slug = String(body?.type ?? "").split("/").at(-1) ?? ""
  throw new Problem(
    response.status,
    sayProblem(slug) ?? (body ? inWords(body) : say("core.answered", { status: String(response.status) })),
    slug,
    (body?.conflicts as Conflict[] | undefined) ?? [],
    (body?.alternatives as Alternative[] | undefined) ?? [],
    body ?? {},
  )
}

/** The title, and the detail where it adds to that. */
function inWords({ title, detail }: Record<string, unknown>): string {
  const sentences = [...new Set([title, detail])].filter(Boolean)
  return sentences.map(sentence => String(sentence).replace(/\.?$/, ".")).join(" ")
}

/** `{params: {path: {id}}}`, which most calls take. */
export const of = (id: string) => ({ params: { path: { id } } })

/** All items of a list that comes in pages. */
export async function all<T>(page: (cursor?: string) => Promise<{ items: T[]; nextCursor?: string | null }>): Promise<T[]> {
  const found: T[] = []
  let cursor: string | undefined
  do {
    const { items, nextCursor } = await page(cursor)
    found.push(...items)
    cursor = nextCursor ?? undefined
  } while (cursor)
  return found
}
