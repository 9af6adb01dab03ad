/** Asks once before what can't be undone: `if (await ask({title, text, word})) ...`. What can be undone is done at
 * once, and `notices.say(text, {word: say("core.undo"), run})` offers the way back. */
export interface Question {
  title: string
  text?: string
  /** What the button does: "Remove Ada", never "OK". */
  word: string
}

class Asking {
  shown = $state.raw<(Question & { answer: (yes: boolean) => void }) | null>(null)

  ask(question: Question): Promise<boolean> {
    this.shown?.answer(false)
    return new Promise(resolve => {
      const answer = (yes: boolean) => {
        this.shown = null
        resolve(yes)
      }
      this.shown = { ...question, answer }
    })
  }
}

export const asking = new Asking()
export const ask = (question: Question) => asking.ask(question)
