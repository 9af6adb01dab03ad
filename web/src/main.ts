import { mount } from "svelte"
import App from "./App.svelte"
import "./base.css"
import { wantedLanguage } from "./lib/language"
import { speech } from "./lib/say.svelte"

// The day strips measure their titles: have the letters first, but never wait long for them.
const words = speech.speak(wantedLanguage())
const letters = document.fonts.load('500 13px "Atkinson Hyperlegible Next Variable"')
await Promise.race([letters, new Promise(resolve => setTimeout(resolve, 800))]).catch(() => {})

await words
mount(App, { target: document.querySelector("#app")! })
