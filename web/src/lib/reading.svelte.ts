/** Something read from the hub, and read anew whenever an event says that it may have changed. Made while a
 * component is set up; what it reads of reactive state when it starts to load makes it load anew too. */
import { untrack } from "svelte"
import type { Problem } from "./http"
import { live, type HubEvent } from "./live.svelte"

export class Reading<T> {
  /** undefined until the first answer; a later one that fails leaves it as it was. */
  value = $state.raw<T>()
  problem = $state.raw<Problem | null>(null)
  /** Asked, and not answered yet. */
  busy = $state(false)
  #load: () => Promise<T>
  #turn = 0 // an answer that was overtaken is dropped

  /** `touches`: which events, besides `hello`, make it read anew. */
  constructor(load: () => Promise<T>, touches: (event: HubEvent) => boolean = () => false) {
    this.#load = load
    let started = false
    $effect(() => {
      void this.again()
      started = true
    })
    $effect(() =>
      untrack(() =>
        live.on(event => {
          if (event.type === "hello" ? !started || live.connected : touches(event)) untrack(() => this.again())
        }),
      ),
    )
  }

  async again() {
    const turn = ++this.#turn
    this.busy = true
    try {
      const value = await this.#load()
      if (turn !== this.#turn) return
      this.value = value
      this.problem = null
    } catch (problem) {
      if (turn === this.#turn) this.problem = problem as Problem
    }
    if (turn === this.#turn) this.busy = false
  }
}
