/** The HTTP side of the desk: sign-in discovery, the agents' API and the customers' widget. */
import { httpRouter } from 'convex/server';
import { auth } from './auth';

const http = httpRouter();

auth.addHttpRoutes(http);

export default http;
