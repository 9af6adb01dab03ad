/** The records the pages speak of. Those of REST come from the generated schema; RoomState is the
 * document the panels read too, so its shape is the contract's and is written here by hand. */
import type { components } from "./schema"

type Schemas = components["schemas"]
export type User = Schemas["Me"]
export type Building = Schemas["Building"]
export type Room = Schemas["Room"]
export type Booking = Schemas["Booking"]
export type NewBooking = Schemas["BookingToMake"]
export type Panel = Schemas["Panel"]

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
  policy: { checkInOpensS: number; minS: number; maxS: number }
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

/** Whether the room could be had from `now` on for `span` milliseconds, as far as its view reaches. */
export function isFreeNow(view: RoomView | undefined, now: number, span: number): boolean {
  return view?.state.status === "available" && isFree(view.bookings, { from: now, to: now + span })
}

/** The first instant from `after` on at which the room is free for `span` milliseconds. */
export function firstGap(bookings: Booking[], after: number, span: number): number {
  const ends = bookings.flatMap(booking => taken(booking)?.to ?? []).filter(end => end > after)
  const starts = [after, ...ends.toSorted((a, b) => a - b)]
  return starts.find(from => isFree(bookings, { from, to: from + span })) ?? after
}
