/** What may be done with a booking at this moment, by the one who looks. The hub decides again. */
import * as api from "./api"
import { board } from "./board.svelte"
import { clock } from "./clock.svelte"
import type { Booking, Room, User } from "./model"
import { notices } from "./notice.svelte"
import { say } from "./say.svelte"
import { MINUTE, dateOf } from "./time"
import { clockWord } from "./when"

export interface Act { word: string; run: () => unknown; main?: boolean }

export const zoneOf = (room: Room | undefined): string =>
  board.buildings.find(({ id }) => id === room?.buildingId)?.timeZone ?? board.zone

export const isMine = (booking: Booking, user: User | null | undefined) =>
  Boolean(user) && (booking.organizer?.id === user!.id || booking.bookedBy?.id === user!.id)

/** Check-in is open from before the start until it closes (contract, "Policy"). */
export function checkInIsOpen(booking: Booking, room: Room | undefined, now: number): boolean {
  if (booking.status !== "confirmed" || booking.checkInExempt || !room?.policy.checkInRequired) return false
  const { checkInOpensMinutes, checkInClosesMinutes } = room.policy
  const [start, end] = [Date.parse(booking.startsAt), Date.parse(booking.endsAt)]
  const closes = Math.max(start, Date.parse(booking.createdAt)) + checkInClosesMinutes * MINUTE
  return now >= start - checkInOpensMinutes * MINUTE && now <= closes && now < end
}

function then(asked: Promise<unknown>, text: string, act?: Act) {
  asked.then(() => notices.say(text, act && { word: act.word, run: () => void act.run() }), (problem: Error) => notices.say(problem.message))
}

/** Gives one booking back at once, and offers the way back: into its series, or as a new one. */
function cancelOne(booking: Booking, room: Room | undefined) {
  const again = () =>
    booking.seriesId
      ? api.addOccurrence(booking.id, dateOf(Date.parse(booking.startsAt), zoneOf(room)))
      : api.book({ roomId: booking.roomId, title: booking.title ?? "–", startsAt: booking.startsAt, endsAt: booking.endsAt, private: booking.private, checkInExempt: booking.checkInExempt, attendees: booking.attendees ?? undefined }, api.newKey())
  then(api.cancel(booking.id), say("rooms.givenBack"), { word: say("core.undo"), run: () => then(again(), say("rooms.backAgain")) })
}

export function actsOn(booking: Booking, room: Room | undefined, more: { change?: () => void; cancelSeries?: () => void } = {}): Act[] {
  const now = clock.now
  const [start, end] = [Date.parse(booking.startsAt), Date.parse(booking.endedAt ?? booking.endsAt)]
  if (!["pending", "confirmed", "checked_in"].includes(booking.status) || end <= now) return []
  const acts: Act[] = []
  if (checkInIsOpen(booking, room, now)) acts.push({ main: true, word: say("rooms.checkIn"), run: () => then(api.checkIn(booking.id), say("rooms.checkedInDone")) })
  const longer = room?.policy.extendMinutes?.[0]
  if (booking.status === "checked_in" && start <= now && longer) {
    const extend = async () => {
      const longerBooking = await api.extend(booking.id, longer)
      notices.say(say("rooms.extended", { time: clockWord(Date.parse(longerBooking.endsAt), zoneOf(room)) }))
    }
    acts.push({ word: say("rooms.extend", { minutes: longer }), run: () => extend().catch((problem: Error) => notices.say(problem.message)) })
  }
  if (start <= now && booking.status !== "pending") acts.push({ word: say("rooms.endNow"), run: () => then(api.end(booking.id), say("rooms.ended")) })
  else {
    if (more.change) acts.push({ word: say("rooms.change"), run: more.change })
    acts.push({ word: say("rooms.giveBack"), run: () => (booking.seriesId && more.cancelSeries ? more.cancelSeries() : cancelOne(booking, room)) })
  }
  return acts
}
