import migrations from '@convex-dev/migrations/convex.config';
import { defineApp } from 'convex/server';

const app = defineApp();
/** Which migrations of convex/migrations/ have been made, and how far one got. */
app.use(migrations);

export default app;
