/** Whether the app's own letters are here: until then what is measured is measured by others. */
class Letters {
  here = $state(false)

  constructor() {
    const loaded = document.fonts.load('500 13px "Atkinson Hyperlegible Next Variable"')
    loaded.then(() => (this.here = true), () => {})
  }
}

export const letters = new Letters()
