/** Every call to the hub, one function each. All reject with a `Problem`. */
import createClient from "openapi-fetch"
import { clock } from "./clock.svelte"
import type { Booking, Building, NewBooking, Panel, Room, RoomState, User } from "./model"
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
  ) {
    super(detail)
  }
}

const UNREACHABLE = "The hub can't be reached just now."
const client = createClient<paths>({ baseUrl: location.origin })
let onSignedOut = () => {}

client.use({
  onResponse({ response }) {
    clock.learn(response.headers.get("date"))
    if (response.status === 401 && !response.url.endsWith("/auth/login")) onSignedOut()
  },
  onError: () => new Problem(0, UNREACHABLE),
})

/** What to do when any call finds that the session is over. */
export function whenSignedOut(then: () => void) {
  onSignedOut = then
}

interface Answer<T> { data?: T; error?: unknown; response: Response }

async function take<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked
  if (response.ok) return data as T
  const body = (typeof error === "object" ? error : null) as Record<string, unknown> | null
  throw new Problem(
    response.status,
    body ? inWords(body) : `The hub answered ${response.status}.`,
    String(body?.type ?? "").split("/").at(-1),
    (body?.conflicts as Conflict[] | undefined) ?? [],
    (body?.alternatives as Alternative[] | undefined) ?? [],
  )
}

/** The title, and the detail where it adds to that. */
function inWords({ title, detail }: Record<string, unknown>): string {
  const sentences = [...new Set([title, detail])].filter(Boolean)
  return sentences.map(sentence => String(sentence).replace(/\.?$/, ".")).join(" ")
}

const of = (id: string) => ({ params: { path: { id } } })

export const me = (): Promise<User> => take(client.GET("/api/v1/auth/me"))
export const logout = (): Promise<unknown> => take(client.POST("/api/v1/auth/logout", { body: {} }))
export const login = async (email: string, password: string): Promise<User> =>
  (await take(client.POST("/api/v1/auth/login", { body: { email, password } }))).user

export const askForPassword = (email: string): Promise<unknown> =>
  take(client.POST("/api/v1/auth/password-reset", { body: { email } }))
export const setPassword = (token: string, password: string): Promise<unknown> =>
  take(client.POST("/api/v1/auth/password-reset/confirm", { body: { token, password } }))

export const buildings = async (): Promise<Building[]> => (await take(client.GET("/api/v1/buildings"))).items
export const panels = async (): Promise<Panel[]> => (await take(client.GET("/api/v1/panels"))).items

export async function rooms(): Promise<Room[]> {
  const all: Room[] = []
  let cursor: string | null | undefined
  do {
    const page = await take(client.GET("/api/v1/rooms", { params: { query: { cursor } } }))
    all.push(...page.items)
    cursor = page.nextCursor
  } while (cursor)
  return all
}

export const roomState = async (id: string): Promise<RoomState> =>
  (await take(client.GET("/api/v1/rooms/{id}/state", of(id)))) as unknown as RoomState
export const dayOf = async (id: string, date: string): Promise<Booking[]> =>
  (await take(client.GET("/api/v1/rooms/{id}/bookings", { params: { path: { id }, query: { date } } }))).items

/** Books once, however often it is sent with the same key. */
export const book = (wanted: NewBooking, key: string): Promise<Booking> =>
  take(client.POST("/api/v1/bookings", { body: wanted, params: { header: { "Idempotency-Key": key } } }))
export const checkIn = (id: string): Promise<Booking> =>
  take(client.POST("/api/v1/bookings/{id}/check-in", { ...of(id), body: {} }))
export const end = (id: string): Promise<Booking> =>
  take(client.POST("/api/v1/bookings/{id}/end", { ...of(id), body: {} }))
export const cancel = (id: string): Promise<Booking> =>
  take(client.POST("/api/v1/bookings/{id}/cancel", { ...of(id), body: {} }))
export const press = (id: string, key: number): Promise<unknown> =>
  take(client.POST("/api/v1/panels/{id}/press", { ...of(id), body: { key } }))

/** A key for one intended booking. `crypto.randomUUID` exists only over HTTPS; hubs run on plain LANs. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("")
}
