import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { xtermContrast } from './xterm-contrast';

export default defineConfig({
  plugins: [react(), xtermContrast()],
  resolve: {
    // The source, so that the contract is bundled like everything else here.
    alias: { '@claude-webui/protocol': fileURLToPath(new URL('../protocol/src/index.ts', import.meta.url)) },
  },
  // Where the gateway is, if not where the page comes from. Set when the client is built.
  define: {
    __API_URL__: JSON.stringify(process.env['REACT_APP_API_URL'] ?? ''),
    __WS_URL__: JSON.stringify(process.env['REACT_APP_WS_URL'] ?? ''),
  },
  build: { target: 'es2023', sourcemap: false, chunkSizeWarningLimit: 700 },
  server: {
    proxy: {
      '/auth': 'http://localhost:3001',
      '/api': 'http://localhost:3001',
      '/socket.io': { target: 'http://localhost:3001', ws: true },
    },
  },
});
