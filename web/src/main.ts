import { mount } from "svelte"
import App from "./App.svelte"
import "./base.css"
import { wantedLanguage } from "./lib/language"
import { placeOf } from "./lib/pages"
import { route } from "./lib/route.svelte"
import { speech } from "./lib/say.svelte"
import { session } from "./lib/session.svelte"

// Who is signed in, the words, and the page's own code: asked for at the same time, none waits for another.
placeOf(route.path)?.page.load?.().catch(() => {}) // the page itself says so, when it is shown
await Promise.all([session.restore(), speech.speak(wantedLanguage())])

const target = document.querySelector("#app")!
target.replaceChildren()
mount(App, { target })
