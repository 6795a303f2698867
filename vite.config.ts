import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Three pages: the desk, the customer's chat (framed by the loader), and the demo shop that embeds it.
// The loader itself, `/w.js`, is built by scripts/buildApp.ts: it must stay one tiny classic script.
export default defineConfig({
  plugins: [
    tanstackRouter({
      target: 'react',
      autoCodeSplitting: true,
      routesDirectory: 'src/routes',
      generatedRouteTree: 'src/routeTree.gen.ts',
      quoteStyle: 'single',
    }),
    react(),
    tailwindcss(),
  ],
  build: {
    target: 'es2023',
    manifest: true,
    rolldownOptions: {
      input: { app: 'index.html', widget: 'widget.html', demo: 'demo.html' },
      output: {
        // What most screens of the desk share is one file, and the router one: many small ones are larger together.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            {
              name: 'desk',
              test: /src\/(actions|convex|lib|ui)\/(?!upload|field|push|tag|customerFields)/,
              minShareCount: 3,
            },
            // What each address needs before its screen: all of it is there at once.
            { name: 'routes', test: /src\/routes\/[^?]+$/ },
            { name: 'router', test: /node_modules\/@tanstack\/(?!virtual)/, minShareCount: 2 },
          ],
        },
      },
    },
  },
});
