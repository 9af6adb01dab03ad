/** Now, by the hub's clock: whoever's laptop is ten minutes slow still sees the truth. */
class Clock {
  #ahead = 0
  /** Milliseconds since 1970; moves once a second. */
  now = $state(Date.now())

  constructor() {
    setInterval(() => this.#tick(), 1000)
  }

  #tick() {
    this.now = Date.now() + this.#ahead
  }

  /** Takes the `Date` header of an answer; its whole seconds can't tell a smaller difference than 2 s. */
  learn(header: string | null) {
    const ahead = header ? Date.parse(header) - Date.now() : 0
    const matters = Math.abs(ahead) > 2000 ? ahead : 0
    if (Math.abs(matters - this.#ahead) < 2000) return
    this.#ahead = matters
    this.#tick()
  }
}

export const clock = new Clock()
