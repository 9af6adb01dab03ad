/** What somebody is looking for; kept while they look around. */
import { MINUTE } from "./time"

class Wish {
  people = $state(2)
  minutes = $state(30)
  /** "HH:MM" in the building, or "" for now (on another day: for any time). */
  time = $state("")
  words = $state("")
  floorId = $state("")
  amenity = $state("")
  readonly span = $derived(this.minutes * MINUTE)

  clear() {
    this.people = 1
    this.words = this.floorId = this.amenity = ""
  }
}

export const wish = new Wish()
