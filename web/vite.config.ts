import { svelte } from "@sveltejs/vite-plugin-svelte"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { defineConfig, type Plugin } from "vite"

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

export default defineConfig({
  plugins: [svelte(), compressed()],
  worker: { format: "es" },
  build: {
    outDir: "../hub/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
})
