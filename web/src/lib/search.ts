/** Which rooms suit a wish, and what to say when none does. */
import { board } from "./board.svelte"
import { firstGap, type Room } from "./model"
import { say } from "./say.svelte"
import { wish } from "./wish.svelte"

/** One of the filters that are set: what it is called, whether a room passes, and how it is lifted. */
export interface Filter {
  name: string
  passes: (room: Room) => boolean
  lift: () => void
}

/** Letters without case and accents, as the hub finds them too. */
const folded = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()

export function filters(): Filter[] {
  const floor = board.building?.floors.find(({ id }) => id === wish.floorId)
  const words = wish.words.trim()
  const all: (Filter | false)[] = [
    wish.people > 1 && {
      name: say("rooms.filterPeople", { count: wish.people }),
      passes: room => room.capacity >= wish.people,
      lift: () => (wish.people = 1),
    },
    wish.amenity !== "" && {
      name: board.amenity(wish.amenity),
      passes: room => room.amenities.includes(wish.amenity),
      lift: () => (wish.amenity = ""),
    },
    floor !== undefined && {
      name: say("rooms.filterFloor", { name: floor.name }),
      passes: room => room.floorId === floor.id,
      lift: () => (wish.floorId = ""),
    },
    words !== "" && {
      name: say("rooms.filterName", { text: words }),
      passes: room => folded(room.name).includes(folded(words)),
      lift: () => (wish.words = ""),
    },
  ]
  return all.filter(each => each !== false)
}

export const suits = (room: Room, by: Filter[]) => by.every(({ passes }) => passes(room))

/** Each filter whose lifting alone would leave rooms, with how many; most rooms first. */
export function ways(rooms: Room[], by: Filter[]): { filter: Filter; count: number }[] {
  return by
    .map(filter => ({ filter, count: rooms.filter(room => suits(room, by.filter(other => other !== filter))).length }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
}

/** Of these rooms the one that is free first for `span` from `after` on, before `end`; null where none is. */
export function nextFree(rooms: Room[], after: number, end: number, span: number): { room: Room; from: number } | null {
  const found = rooms.flatMap(room => {
    const view = board.views.get(room.id)
    if (!view || view.state.status === "out_of_service") return []
    const from = firstGap(view.bookings, after, span)
    return from + span <= end ? [{ room, from }] : []
  })
  return found.toSorted((a, b) => a.from - b.from || a.room.capacity - b.room.capacity)[0] ?? null
}
