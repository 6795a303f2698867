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
    // Every browser of that target fetches ahead by itself.
    modulePreload: {
      polyfill: false,
      // What the chat fetches later needs nothing but what is there, and its styles.
      resolveDependencies: (_file, needed, { hostId }) =>
        /\/(?:chat|widget)-/.test(hostId) ? needed.filter((each) => each.endsWith('.css')) : needed,
    },
    rolldownOptions: {
      input: { app: 'index.html', widget: 'widget.html', demo: 'demo.html' },
      // A validator that nobody asks is left out: the rules of `convex/shared` stand beside what they are checked by there.
      treeshake: { manualPureFunctions: ['v'] },
      output: {
        // What most screens of the desk share is one file, and the router one: many small ones are larger together.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            // All that the chat has when it opens; what it fetches later is apart.
            {
              name: 'chat',
              test: /src\/widget\/(?!main|styles\/(?:rating|email|tray|drop|talks)|emailAsk|emailField|addressForm|rating|transcript|trayFiles|uploading|talks|endChat|dropZone)|node_modules\/preact/,
            },
            // What desk and chat both speak to the deployment with.
            {
              name: 'sync',
              test: /node_modules\/convex\/dist\/esm\/(?:values\/(?!validator|compare)|common|vendor|browser\/(?!http_client))/,
              minShareCount: 2,
            },
            // What both know of texts and files.
            {
              name: 'texts',
              test: /convex\/shared\/kit\/(?:text|links|limits)\.ts|src\/lib\/upload\.ts/,
              minShareCount: 2,
            },
            {
              name: 'desk',
              test: /src\/(actions|convex|lib|ui)\/(?!upload|field|push|tag|customerFields|postFile|fileDrops|channels|authPage|accounts|leftUnsent)/,
              minShareCount: 3,
            },
            // Of what the first screen has from everywhere, each a file of its own would be mostly its envelope.
            {
              name: 'small',
              test: /src\/(?:lib\/(?:theme|density|waits)|features\/inbox\/(?:selection|filled|openTicket|listing|words)|features\/ticket\/(?:writing|fileWords|whatsappText)|actions\/(?:hotkeys|commandAhead)|features\/settings\/sections|convex\/tickets)\.tsx?$|convex\/shared\/(?:people\/(?:permissions|people)|tickets\/(?:tickets|lists)|needs\/choices|conversation\/(?:claims|outbox))\.ts/,
              minShareCount: 2,
            },
            // One conversation, wherever it is shown.
            {
              name: 'thread',
              test: /src\/features\/ticket\/(?:thread|threadItems|eventRows|eventWords|messageItem|mailLines|files|deliveryWords|delivery|chatLines|mailWords|forwardLines|saidText|readLine|useSendAgain|ways|proof|priorityWords)\.tsx?$|convex\/shared\/(?:conversation\/(?:mentions|systemTexts)|kit\/(?:errorCodes|waitWords)|whatsapp\/window)\.ts/,
              minShareCount: 2,
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
