import { svelte } from "@sveltejs/vite-plugin-svelte"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { defineConfig, transformWithOxc, type Plugin, type Rollup } from "vite"

/** Beside each file that shrinks its `.br` and `.gz`: the hub then serves what a browser takes, ready made. */
function compressed(): Plugin {
  const shrinks = /\.(js|css|html|svg|webmanifest)$/
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir }) {
      for (const each of readdirSync(dir!, { recursive: true, encoding: "utf8" }).filter(name => shrinks.test(name))) {
        const file = readFileSync(join(dir!, each))
        if (file.length < 1000) continue
        writeFileSync(join(dir!, `${each}.br`), brotliCompressSync(file))
        writeFileSync(join(dir!, `${each}.gz`), gzipSync(file, { level: 9 }))
      }
    },
  }
}

/** Puts into the page what the first paint needs: its styles, and the script that asks early (`src/early.js`). The hub names
 * both by their hashes in the content security policy. */
function firstPaint(): Plugin {
  let styles = ""

  const chunks = (bundle: Rollup.OutputBundle) => Object.values(bundle).filter(each => each.type === "chunk")
  const at = (bundle: Rollup.OutputBundle, path: string) => chunks(bundle).find(each => each.facadeModuleId?.endsWith(path))!

  /** That chunk and all that it imports before it can run. */
  function imported(bundle: Rollup.OutputBundle, file: string, seen = new Set<string>()): Set<string> {
    if (!seen.has(file)) for (const each of (seen.add(file), bundle[file] as Rollup.OutputChunk).imports) imported(bundle, each, seen)
    return seen
  }

  /** Their styles are taken out of the bundle: no other file then asks for them again. */
  function takeStyles(bundle: Rollup.OutputBundle) {
    for (const file of [...imported(bundle, chunks(bundle).find(each => each.isEntry)!.fileName)].reverse()) {
      const { importedCss } = (bundle[file] as Rollup.OutputChunk).viteMetadata!
      for (const name of importedCss) {
        styles += String((bundle[name] as Rollup.OutputAsset).source).trim()
        delete bundle[name]
      }
      importedCss.clear()
    }
  }

  async function early(bundle: Rollup.OutputBundle) {
    const words = Object.fromEntries(["en", "de", "fr", "es"].map(tag => [tag, `/${at(bundle, `messages/${tag}/first.ts`).fileName}`]))
    const files = [...imported(bundle, at(bundle, "pages/Room.svelte").fileName)].map(file => bundle[file] as Rollup.OutputChunk)
    const page = files.filter(each => !each.isEntry && each.name !== "app").flatMap(each => [each.fileName, ...each.viteMetadata!.importedCss])
    const code = readFileSync(new URL("src/early.js", import.meta.url), "utf8").replace(/^\/\*.*?\*\/\n/s, "")
    const filled = code.replace("WORDS", JSON.stringify(words)).replace("ROOM_PAGE", JSON.stringify(page.map(name => `/${name}`)))
    return (await transformWithOxc(filled, "early.js")).code
  }

  return {
    name: "first-paint",
    apply: "build",
    enforce: "post",
    generateBundle: { order: "pre", handler: (_options, bundle) => takeStyles(bundle) },
    transformIndexHtml: {
      order: "post",
      handler: async (_html, { bundle }) => [
        { tag: "style", children: styles, injectTo: "head" },
        { tag: "script", children: await early(bundle!), injectTo: "head" },
      ],
    },
  }
}

export default defineConfig({
  plugins: [svelte(), compressed(), firstPaint()],
  worker: { format: "es" },
  build: {
    outDir: "../hub/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "app", tags: ["$initial"] }] } } },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
})
