/** The HTTP side of the desk: sign-in discovery, the agents' API and the customers' widget. */
import { httpRouter } from 'convex/server';
import { addApiRoutes } from './http/api/routes';
import { auth } from './auth';
import { addMailRoutes } from './http/mail';
import { addFileRoutes } from './http/files';
import { addTelegramRoutes } from './http/telegram';
import { addWhatsappRoutes } from './http/whatsapp';
import { addWidgetRoutes } from './http/widget';

const http = httpRouter();

auth.addHttpRoutes(http);
addWidgetRoutes(http);
addMailRoutes(http);
addTelegramRoutes(http);
addWhatsappRoutes(http);
addApiRoutes(http);
addFileRoutes(http);

export default http;
