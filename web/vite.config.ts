import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  build: {
    outDir: "../src/corridor/web/static",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0, // the security policy lets no data: scripts in
    chunkSizeWarningLimit: 1500,
    license: { fileName: "licences.md" },
  },
  optimizeDeps: { exclude: ["maplibre-gl"] },
  server: { proxy: { "/api": "http://127.0.0.1:8765" } },
});
