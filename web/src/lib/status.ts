import { say, type Key } from "./say.svelte"

const WORDS: Record<string, Key> = {
  pending: "rooms.pending",
  checked_in: "rooms.checkedIn",
  completed: "rooms.completed",
  no_show: "rooms.noShow",
  cancelled: "rooms.cancelled",
}

/** What a booking's status is called; "" for one that simply stands. */
export const statusWord = (status: string): string => (WORDS[status] ? say(WORDS[status]) : "")
