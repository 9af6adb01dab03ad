/** The rooms of one building on one day, kept true by the hub's events. */
import { SvelteMap } from "svelte/reactivity"
import * as api from "./api"
import { clock } from "./clock.svelte"
import { staleAt } from "./glance"
import type { Building, Room, RoomView } from "./model"
import { dateOf } from "./time"

const AT_ONCE = 6 // what a browser gives one host over HTTP/1.1
const KEPT = "circletime.building"

/** Runs `work` on all items, `AT_ONCE` under way at any moment. */
async function inTurn<T>(items: T[], work: (item: T) => Promise<void>) {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

class Board {
  buildings = $state.raw<Building[]>([])
  rooms = $state.raw<Room[]>([])
  readonly views = new SvelteMap<string, RoomView>()
  /** Raised when everything was read anew. */
  loads = $state(0)
  #chosen = $state(localStorage.getItem(KEPT))
  #picked = $state<string | null>(null)
  #looks = new Map<string, number>()
  #busy = new Set<string>()
  #again = new Set<string>()

  readonly building = $derived(this.buildings.find(({ id }) => id === this.#chosen) ?? this.buildings[0])
  readonly zone = $derived(this.building?.timeZone ?? "UTC")
  readonly today = $derived(dateOf(clock.now, this.zone))
  readonly date = $derived(this.#picked ?? this.today)
  readonly here = $derived(this.rooms.filter(room => room.buildingId === this.building?.id))

  /** Reads which buildings and rooms there are, without looking into them. */
  async survey() {
    ;[this.buildings, this.rooms] = await Promise.all([api.buildings(), api.rooms()])
  }

  async load() {
    await this.survey()
    await this.#readAll()
  }

  async choose(buildingId: string) {
    this.#chosen = buildingId
    localStorage.setItem(KEPT, buildingId)
    await this.#readAll()
  }

  async show(date: string) {
    this.#picked = date === this.today ? null : date
    await this.#readAll()
  }

  async #readAll() {
    await inTurn(this.here, room => this.refresh(room.id))
    this.loads++
  }

  /** Reads one room anew; asked again meanwhile, once more afterwards. */
  async refresh(roomId: string) {
    if (this.#busy.has(roomId)) return void this.#again.add(roomId)
    this.#busy.add(roomId)
    try {
      do {
        this.#again.delete(roomId)
        const view = await api.roomView(roomId, this.date)
        this.views.set(roomId, view)
        this.#looks.set(roomId, staleAt(view.state, clock.now))
      } while (this.#again.has(roomId))
    } catch {
      this.#looks.set(roomId, clock.now + 15_000)
    } finally {
      this.#busy.delete(roomId)
    }
  }

  /** Reads those rooms anew whose state may have changed by the clock alone. */
  look(now: number) {
    for (const [roomId, at] of this.#looks) if (now > at) this.refresh(roomId)
  }
}

export const board = new Board()
