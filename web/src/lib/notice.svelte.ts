/** One short message at the foot of the page, with at most one thing to do about it. */
export interface Notice { text: string; act?: { word: string; run: () => void } }

class Notices {
  shown = $state.raw<Notice | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  say(text: string, act?: Notice["act"]) {
    clearTimeout(this.#timer)
    this.shown = { text, act }
    this.#timer = setTimeout(() => (this.shown = null), 10_000)
  }

  hush() {
    this.shown = null
  }
}

export const notices = new Notices()
