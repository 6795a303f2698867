/** The HTTP side of the desk: sign-in discovery, the agents' API and the customers' widget. */
import { httpRouter } from 'convex/server';
import { addApiRoutes } from './api/routes';
import { auth } from './auth';
import { addWidgetRoutes } from './widgetRoutes';

const http = httpRouter();

auth.addHttpRoutes(http);
addWidgetRoutes(http);
addApiRoutes(http);

export default http;
