/** The calls of the pages that everybody uses, one function each; what only managers do is in `manage_api.ts`. */
import { all, client, of, take } from "./http"
import type { Booking, Building, NewBooking, Panel, Room, RoomState, User } from "./model"

export { Problem, whenSignedOut, type Alternative, type Conflict } from "./http"

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

export const rooms = (): Promise<Room[]> =>
  all(cursor => take(client.GET("/api/v1/rooms", { params: { query: { cursor } } })))
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
