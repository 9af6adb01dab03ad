/** The calls of the pages that everybody uses, one function each; what only managers do is in `manage_api.ts`. */
import { all, client, of, take } from "./http"
import type { Amenity, Booking, BookingChanges, Building, LoginSession, MadeBooking, NewBooking, NewToken, Notifications, Occurrence, Panel, Room, RoomDay, RoomState, Scope, Token, TokenToMake, User, WaysIn } from "./model"

export { Problem, whenSignedOut, type Alternative, type Conflict } from "./http"

export const me = (): Promise<User> => take(client.GET("/api/v1/auth/me"))
export const waysIn = (): Promise<WaysIn> => take(client.GET("/api/v1/auth/ways"))
/** Where a browser also ends its session at the sign-in provider. */
export const logout = (): Promise<{ providerUrl: string | null }> => take(client.POST("/api/v1/auth/logout", { body: {} }))
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
/** null: today there. */
export const dayOf = async (id: string, date: string | null): Promise<Booking[]> =>
  (await take(client.GET("/api/v1/rooms/{id}/bookings", { params: { path: { id }, query: { date } } }))).items

/** That day of every room of the building, by name; null: today there. */
export const dayOfBuilding = async (id: string, date: string | null): Promise<RoomDay[]> =>
  (await take(client.GET("/api/v1/buildings/{id}/day", { params: { path: { id }, query: { date } } }))).items as unknown as RoomDay[]
export const amenities = async (): Promise<Amenity[]> => (await take(client.GET("/api/v1/amenities"))).items

/** Books once, however often it is sent with the same key. */
export const book = (wanted: NewBooking, key: string): Promise<MadeBooking> =>
  take(client.POST("/api/v1/bookings", { body: wanted, params: { header: { "Idempotency-Key": key } } }))
export const checkIn = (id: string): Promise<Booking> =>
  take(client.POST("/api/v1/bookings/{id}/check-in", { ...of(id), body: {} }))
export const end = (id: string): Promise<Booking> =>
  take(client.POST("/api/v1/bookings/{id}/end", { ...of(id), body: {} }))
export const extend = (id: string, minutes: number): Promise<Booking> =>
  take(client.POST("/api/v1/bookings/{id}/extend", { ...of(id), body: { minutes } }))
export const cancel = (id: string, scope: Scope = "this"): Promise<Booking> =>
  take(client.POST("/api/v1/bookings/{id}/cancel", { params: { path: { id }, query: { scope } }, body: {} }))
export const change = (id: string, changes: BookingChanges, scope: Scope = "this"): Promise<Booking> =>
  take(client.PATCH("/api/v1/bookings/{id}", { params: { path: { id }, query: { scope } }, body: changes }))
/** A meeting of the series on that local day: so comes back what was cancelled. */
export const addOccurrence = (id: string, date: string): Promise<Booking> =>
  take(client.POST("/api/v1/bookings/{id}/occurrences", { ...of(id), body: { date } }))
export const myBookings = (from: string): Promise<Booking[]> =>
  all(cursor => take(client.GET("/api/v1/bookings", { params: { query: { from, cursor } } })))
/** When a series would meet, and which of its times are taken. */
export const occurrences = async (id: string, startsAt: string, endsAt: string, rrule: string): Promise<Occurrence[]> =>
  (await take(client.GET("/api/v1/rooms/{id}/occurrences", { params: { path: { id }, query: { startsAt, endsAt, rrule } } }))).items
export const reportIssue = (id: string, category: string, text: string): Promise<unknown> =>
  take(client.POST("/api/v1/rooms/{id}/issues", { ...of(id), body: { category, text: text || null } }))

export const changePassword = (currentPassword: string, newPassword: string): Promise<unknown> =>
  take(client.POST("/api/v1/auth/password", { body: { currentPassword, newPassword } }))
export const sessions = async (): Promise<LoginSession[]> => (await take(client.GET("/api/v1/auth/sessions"))).items
export const endSession = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/auth/sessions/{id}", of(id)))
export const tokens = async (): Promise<Token[]> => (await take(client.GET("/api/v1/tokens"))).items
export const makeToken = (wanted: TokenToMake): Promise<NewToken> => take(client.POST("/api/v1/tokens", { body: wanted }))
export const endToken = (id: string): Promise<unknown> => take(client.DELETE("/api/v1/tokens/{id}", of(id)))
export const notifications = (): Promise<Notifications> => take(client.GET("/api/v1/auth/me/notifications"))
export const setNotifications = (changes: Partial<Notifications>): Promise<Notifications> =>
  take(client.PATCH("/api/v1/auth/me/notifications", { body: changes }))
export const press = (id: string, key: number): Promise<unknown> =>
  take(client.POST("/api/v1/panels/{id}/press", { ...of(id), body: { key } }))

/** A key for one intended booking. `crypto.randomUUID` exists only over HTTPS; hubs run on plain LANs. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("")
}

/** The address by which a calendar program reads one's own bookings; the one before ends. */
export const openCalendar = async (): Promise<string> => (await take(client.POST("/api/v1/auth/me/calendar-address"))).url
export const closeCalendar = (): Promise<unknown> => take(client.DELETE("/api/v1/auth/me/calendar-address"))
