/** The rooms of one building on one day, kept true by the hub's events. */
import { SvelteMap } from "svelte/reactivity"
import * as api from "./api"
import { clock } from "./clock.svelte"
import { live } from "./live.svelte"
import type { Building, Room, RoomView } from "./model"
import { dateOf } from "./time"

const KEPT = "circletime.building"

class Board {
  buildings = $state.raw<Building[]>([])
  rooms = $state.raw<Room[]>([])
  readonly views = new SvelteMap<string, RoomView>()
  /** How often all rooms have been read; 0 while nothing can be said. */
  loads = $state(0)
  /** Why nothing could be read. */
  trouble = $state.raw<api.Problem | null>(null)
  #amenities = $state.raw(new Map<string, string>())
  #chosen = $state(localStorage.getItem(KEPT))
  #picked = $state<string | null>(null)
  #reading = new Set<string>()
  #again = new Set<string>()

  readonly building = $derived(this.buildings.find(({ id }) => id === this.#chosen) ?? this.buildings[0])
  readonly zone = $derived(this.building?.timeZone ?? "UTC")
  readonly today = $derived(dateOf(clock.now, this.zone))
  readonly date = $derived(this.#picked ?? this.today)
  readonly isToday = $derived(this.date === this.today)
  readonly here = $derived(this.rooms.filter(room => room.buildingId === this.building?.id))

  choose(buildingId: string) {
    this.#chosen = buildingId
    localStorage.setItem(KEPT, buildingId)
  }

  /** Shows that day; today's date follows the clock past midnight. */
  show(date: string) {
    this.#picked = date === this.today ? null : date
  }

  amenity(slug: string): string {
    return this.#amenities.get(slug) ?? slug.replaceAll("-", " ")
  }

  /** Keeps the list of buildings and rooms until the returned function is called. */
  keep(): () => void {
    void this.survey() // at once, and again when the line is open: what changed between is not missed
    return live.on(event => {
      const unknown = event.type === "room" && !this.rooms.some(({ id }) => id === event.roomId)
      if (event.type === "hello" || unknown) void this.survey()
    })
  }

  async survey() {
    try {
      const [buildings, rooms, amenities] = await Promise.all([api.buildings(), api.rooms(), api.amenities()])
      ;[this.buildings, this.rooms] = [buildings, rooms]
      this.#amenities = new Map(amenities.map(({ slug, name }) => [slug, name]))
      this.trouble = null
    } catch (problem) {
      this.trouble = problem as api.Problem
    }
  }

  /** Reads every room of the building on the day shown, in one answer. */
  async readAll() {
    if (!this.building) return
    const [building, date] = [this.building.id, this.date]
    try {
      const days = await api.dayOfBuilding(building, this.isToday ? null : date)
      if (building !== this.building?.id || date !== this.date) return
      for (const { roomId, ...view } of days) this.views.set(roomId, view)
      this.loads++
      this.trouble = null
    } catch (problem) {
      this.trouble = problem as api.Problem
    }
  }

  /** Reads one room anew; asked again meanwhile, once more afterwards. What can't be read stays as it was. */
  async read(roomId: string) {
    this.#again.add(roomId)
    if (this.#reading.has(roomId)) return
    this.#reading.add(roomId)
    while (this.#again.delete(roomId)) {
      const date = this.date
      await Promise.all([api.roomState(roomId), api.dayOf(roomId, date)]).then(
        ([state, bookings]) => this.views.set(roomId, { state, date, bookings }),
        () => {},
      )
    }
    this.#reading.delete(roomId)
  }
}

export const board = new Board()
