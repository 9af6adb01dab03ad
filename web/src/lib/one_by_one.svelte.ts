/** How many of a long list are drawn yet: they come one after another, so that a phone answers a finger between. */
export class OneByOne {
  drawn = $state(0)

  /** `count`: how many there are in the end. Made while a component is set up. */
  constructor(count: () => number) {
    $effect(() => {
      if (this.drawn >= count()) return
      const next = setTimeout(() => this.drawn++)
      return () => clearTimeout(next)
    })
  }
}
