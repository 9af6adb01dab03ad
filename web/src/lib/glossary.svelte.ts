/** What the numbers on this page mean, as the answers themselves say it. */
import type { Report } from "./insight_api"

class Glossary {
  sentences = $state.raw<Record<string, string>>({})
  version = $state("")
  asOf = $state("")
  /** The field that is looked up, "" for all of them; null while nobody asks. */
  open = $state<string | null>(null)

  learn(report: Partial<Report>) {
    if (!report.definitions) return
    this.sentences = { ...this.sentences, ...report.definitions }
    this.version = report.definitionsVersion ?? ""
    this.asOf = report.asOf ?? ""
  }

  forget() {
    this.sentences = {}
    this.open = null
  }
}

export const glossary = new Glossary()
