/** The records the pages speak of. Those of REST come from the generated schema; RoomState is the
 * document the panels read too, so its shape is the contract's and is written here by hand. */
import type { components } from "./schema"

type Schemas = components["schemas"]
export type User = Schemas["Me"]
export type Building = Schemas["Building"]
export type Room = Schemas["Room"]
export type Booking = Schemas["Booking"]
export type NewBooking = Schemas["BookingToMake"]
export type MadeBooking = Schemas["MadeBooking"]
export type BookingChanges = Schemas["BookingToChange"]
export type Occurrence = Schemas["Foreseen"]
export type Amenity = Schemas["Amenity"]
export type Panel = Schemas["Panel"]
export type Token = Schemas["Token"]
export type NewToken = Schemas["NewToken"]
export type TokenToMake = Schemas["TokenToMake"]
export type LoginSession = Schemas["LoginSession"]
export type WaysIn = Schemas["WaysIn"]
export type Notifications = Schemas["Notifications"]
export type Scope = "this" | "following" | "all"

export interface Meeting {
  id: string
  title: string | null
  organizer: string | null
  startUnix: number
  endUnix: number
  status: string
  checkInByUnix: number | null
}

export interface RoomState {
  revision: number
  publishedUnix: number
  horizonUnix: number
  room: { id: string; name: string; building: string; floor: string; capacity: number; amenities: string[]; outOfService: string | null }
  zone: { name: string }
  policy: { checkInOpensS: number; minS: number; maxS: number; extendS: number[] }
  status: "available" | "occupied" | "out_of_service"
  checkedIn: boolean
  current: Meeting | null
  next: Meeting | null
  upcoming: Meeting[]
}

/** A room's truth and one day of its bookings, read together. */
export interface RoomView {
  state: RoomState
  date: string
  bookings: Booking[]
}

/** One room in the answer for a whole building. */
export interface RoomDay {
  roomId: string
  date: string
  state: RoomState
  bookings: Booking[]
}

/** A time somebody is about to book: instants in milliseconds since 1970. */
export interface Pick {
  from: number
  to: number
}

const HOLDING = ["pending", "confirmed", "checked_in", "completed"]

/** The stretch of time a booking really took or will take; null when it gave its slot back unused. */
export function taken(booking: Booking): Pick | null {
  if (!HOLDING.includes(booking.status)) return null
  const to = Date.parse(booking.endedAt ?? booking.endsAt)
  const from = Date.parse(booking.startsAt)
  return to > from ? { from, to } : null
}

/** Whether [from, to) touches none of the bookings; a booking that ends at `from` does not touch. */
export function isFree(bookings: Booking[], { from, to }: Pick): boolean {
  return bookings.every(booking => {
    const slot = taken(booking)
    return !slot || slot.to <= from || slot.from >= to
  })
}

/** Whether the room could be had for all of `slot`, as far as its view reaches. */
export function couldHave(view: RoomView | undefined, slot: Pick): boolean {
  return view !== undefined && view.state.status !== "out_of_service" && isFree(view.bookings, slot)
}

/** The first instant from `after` on at which the room is free for `span` milliseconds. */
export function firstGap(bookings: Booking[], after: number, span: number): number {
  const ends = bookings.flatMap(booking => taken(booking)?.to ?? []).filter(end => end > after)
  const starts = [after, ...ends.toSorted((a, b) => a - b)]
  return starts.find(from => isFree(bookings, { from, to: from + span })) ?? after
}
