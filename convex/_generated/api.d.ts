/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as agentRuns from "../agentRuns.js";
import type * as agents from "../agents.js";
import type * as agents_knowledge from "../agents/knowledge.js";
import type * as api_calls from "../api/calls.js";
import type * as api_openapi from "../api/openapi.js";
import type * as api_operations from "../api/operations.js";
import type * as api_problems from "../api/problems.js";
import type * as api_requests from "../api/requests.js";
import type * as api_routes from "../api/routes.js";
import type * as articles from "../articles.js";
import type * as audit from "../audit.js";
import type * as auth from "../auth.js";
import type * as channels from "../channels.js";
import type * as conversations from "../conversations.js";
import type * as crons from "../crons.js";
import type * as drafts from "../drafts.js";
import type * as model_kit_errors from "../model/kit/errors.js";
import type * as functions from "../functions.js";
import type * as handoverRules from "../handoverRules.js";
import type * as http from "../http.js";
import type * as invitations from "../invitations.js";
import type * as me from "../me.js";
import type * as members from "../members.js";
import type * as messages from "../messages.js";
import type * as model_kit_access from "../model/kit/access.js";
import type * as model_agents_agentAccess from "../model/agents/agentAccess.js";
import type * as model_agents_agentContext from "../model/agents/agentContext.js";
import type * as model_agents_agentKeys from "../model/agents/agentKeys.js";
import type * as model_control_agentRuns from "../model/control/agentRuns.js";
import type * as model_agents_agentViews from "../model/agents/agentViews.js";
import type * as model_agents_agents from "../model/agents/agents.js";
import type * as model_agents_articles from "../model/agents/articles.js";
import type * as model_kit_audit from "../model/kit/audit.js";
import type * as model_control_control from "../model/control/control.js";
import type * as model_conversation_conversations from "../model/conversation/conversations.js";
import type * as model_control_customerMessages from "../model/control/customerMessages.js";
import type * as model_customer_customerSessions from "../model/customer/customerSessions.js";
import type * as model_customer_customerViews from "../model/customer/customerViews.js";
import type * as model_customer_customers from "../model/customer/customers.js";
import type * as model_routing_decisions from "../model/routing/decisions.js";
import type * as model_control_door from "../model/control/door.js";
import type * as model_conversation_drafts from "../model/conversation/drafts.js";
import type * as model_conversation_entries from "../model/conversation/entries.js";
import type * as model_conversation_entryViews from "../model/conversation/entryViews.js";
import type * as model_tickets_events from "../model/tickets/events.js";
import type * as model_control_handback from "../model/control/handback.js";
import type * as model_agents_handover from "../model/agents/handover.js";
import type * as model_agents_handoverRules from "../model/agents/handoverRules.js";
import type * as model_control_holderWatch from "../model/control/holderWatch.js";
import type * as model_agents_idempotency from "../model/agents/idempotency.js";
import type * as model_kit_identity from "../model/kit/identity.js";
import type * as model_setup_installation from "../model/setup/installation.js";
import type * as model_people_invitations from "../model/people/invitations.js";
import type * as model_routing_load from "../model/routing/load.js";
import type * as model_kit_names from "../model/kit/names.js";
import type * as model_conversation_news from "../model/conversation/news.js";
import type * as model_conversation_notes from "../model/conversation/notes.js";
import type * as model_conversation_outbox from "../model/conversation/outbox.js";
import type * as model_agents_outsideAgents from "../model/agents/outsideAgents.js";
import type * as model_tickets_overlays from "../model/tickets/overlays.js";
import type * as model_people_people from "../model/people/people.js";
import type * as model_people_presence from "../model/people/presence.js";
import type * as model_conversation_presentTicket from "../model/conversation/presentTicket.js";
import type * as model_agents_rehearsal from "../model/agents/rehearsal.js";
import type * as model_people_removal from "../model/people/removal.js";
import type * as model_kit_requestWindows from "../model/kit/requestWindows.js";
import type * as model_routing_routing from "../model/routing/routing.js";
import type * as model_routing_routingPass from "../model/routing/routingPass.js";
import type * as model_routing_routingSweep from "../model/routing/routingSweep.js";
import type * as model_setup_sampleShop from "../model/setup/sampleShop.js";
import type * as model_kit_secrets from "../model/kit/secrets.js";
import type * as model_setup_setup from "../model/setup/setup.js";
import type * as model_people_signInTries from "../model/people/signInTries.js";
import type * as model_people_statuses from "../model/people/statuses.js";
import type * as model_conversation_suppressed from "../model/conversation/suppressed.js";
import type * as model_control_takeover from "../model/control/takeover.js";
import type * as model_tickets_ticketRows from "../model/tickets/ticketRows.js";
import type * as model_tickets_ticketViews from "../model/tickets/ticketViews.js";
import type * as model_tickets_tickets from "../model/tickets/tickets.js";
import type * as model_routing_turns from "../model/routing/turns.js";
import type * as model_conversation_typing from "../model/conversation/typing.js";
import type * as model_control_vanished from "../model/control/vanished.js";
import type * as outbox from "../outbox.js";
import type * as passwords from "../passwords.js";
import type * as routing from "../routing.js";
import type * as setup from "../setup.js";
import type * as shared_agentApi from "../shared/agentApi.js";
import type * as shared_agents from "../shared/agents.js";
import type * as shared_answerFinding from "../shared/answerFinding.js";
import type * as shared_brief from "../shared/brief.js";
import type * as shared_channels from "../shared/channels.js";
import type * as shared_control from "../shared/control.js";
import type * as shared_customerTokens from "../shared/customerTokens.js";
import type * as shared_door from "../shared/door.js";
import type * as shared_emails from "../shared/emails.js";
import type * as shared_entries from "../shared/entries.js";
import type * as shared_errorCodes from "../shared/errorCodes.js";
import type * as shared_handover from "../shared/handover.js";
import type * as shared_knowledge from "../shared/knowledge.js";
import type * as shared_knowledgeTurn from "../shared/knowledgeTurn.js";
import type * as shared_language_personRequest from "../shared/language/personRequest.js";
import type * as shared_language_sentiment from "../shared/language/sentiment.js";
import type * as shared_language_smallTalk from "../shared/language/smallTalk.js";
import type * as shared_language_synonyms from "../shared/language/synonyms.js";
import type * as shared_language_timeSpans from "../shared/language/timeSpans.js";
import type * as shared_language_words from "../shared/language/words.js";
import type * as shared_openingHours from "../shared/openingHours.js";
import type * as shared_outbox from "../shared/outbox.js";
import type * as shared_passwords from "../shared/passwords.js";
import type * as shared_people from "../shared/people.js";
import type * as shared_permissions from "../shared/permissions.js";
import type * as shared_problemCodes from "../shared/problemCodes.js";
import type * as shared_quoting from "../shared/quoting.js";
import type * as shared_routing from "../shared/routing.js";
import type * as shared_sampleShop from "../shared/sampleShop.js";
import type * as shared_systemTexts from "../shared/systemTexts.js";
import type * as shared_teams from "../shared/teams.js";
import type * as shared_ticketState from "../shared/ticketState.js";
import type * as shared_tickets from "../shared/tickets.js";
import type * as shared_vanished from "../shared/vanished.js";
import type * as signIn from "../signIn.js";
import type * as sweeps from "../sweeps.js";
import type * as tables_agents from "../tables/agents.js";
import type * as tables_channels from "../tables/channels.js";
import type * as tables_conversations from "../tables/conversations.js";
import type * as tables_people from "../tables/people.js";
import type * as tables_routing from "../tables/routing.js";
import type * as tables_tickets from "../tables/tickets.js";
import type * as teams from "../teams.js";
import type * as threads from "../threads.js";
import type * as ticketJobs from "../ticketJobs.js";
import type * as tickets from "../tickets.js";
import type * as typing from "../typing.js";
import type * as vanished from "../vanished.js";
import type * as web from "../web.js";
import type * as webSessions from "../webSessions.js";
import type * as widgetRoutes from "../widgetRoutes.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  agentRuns: typeof agentRuns;
  agents: typeof agents;
  "agents/knowledge": typeof agents_knowledge;
  "api/calls": typeof api_calls;
  "api/openapi": typeof api_openapi;
  "api/operations": typeof api_operations;
  "api/problems": typeof api_problems;
  "api/requests": typeof api_requests;
  "api/routes": typeof api_routes;
  articles: typeof articles;
  audit: typeof audit;
  auth: typeof auth;
  channels: typeof channels;
  conversations: typeof conversations;
  crons: typeof crons;
  drafts: typeof drafts;
  "model/kit/errors": typeof model_kit_errors;
  functions: typeof functions;
  handoverRules: typeof handoverRules;
  http: typeof http;
  invitations: typeof invitations;
  me: typeof me;
  members: typeof members;
  messages: typeof messages;
  "model/kit/access": typeof model_kit_access;
  "model/agents/agentAccess": typeof model_agents_agentAccess;
  "model/agents/agentContext": typeof model_agents_agentContext;
  "model/agents/agentKeys": typeof model_agents_agentKeys;
  "model/control/agentRuns": typeof model_control_agentRuns;
  "model/agents/agentViews": typeof model_agents_agentViews;
  "model/agents/agents": typeof model_agents_agents;
  "model/agents/articles": typeof model_agents_articles;
  "model/kit/audit": typeof model_kit_audit;
  "model/control/control": typeof model_control_control;
  "model/conversation/conversations": typeof model_conversation_conversations;
  "model/control/customerMessages": typeof model_control_customerMessages;
  "model/customer/customerSessions": typeof model_customer_customerSessions;
  "model/customer/customerViews": typeof model_customer_customerViews;
  "model/customer/customers": typeof model_customer_customers;
  "model/routing/decisions": typeof model_routing_decisions;
  "model/control/door": typeof model_control_door;
  "model/conversation/drafts": typeof model_conversation_drafts;
  "model/conversation/entries": typeof model_conversation_entries;
  "model/conversation/entryViews": typeof model_conversation_entryViews;
  "model/tickets/events": typeof model_tickets_events;
  "model/control/handback": typeof model_control_handback;
  "model/agents/handover": typeof model_agents_handover;
  "model/agents/handoverRules": typeof model_agents_handoverRules;
  "model/control/holderWatch": typeof model_control_holderWatch;
  "model/agents/idempotency": typeof model_agents_idempotency;
  "model/kit/identity": typeof model_kit_identity;
  "model/setup/installation": typeof model_setup_installation;
  "model/people/invitations": typeof model_people_invitations;
  "model/routing/load": typeof model_routing_load;
  "model/kit/names": typeof model_kit_names;
  "model/conversation/news": typeof model_conversation_news;
  "model/conversation/notes": typeof model_conversation_notes;
  "model/conversation/outbox": typeof model_conversation_outbox;
  "model/agents/outsideAgents": typeof model_agents_outsideAgents;
  "model/tickets/overlays": typeof model_tickets_overlays;
  "model/people/people": typeof model_people_people;
  "model/people/presence": typeof model_people_presence;
  "model/conversation/presentTicket": typeof model_conversation_presentTicket;
  "model/agents/rehearsal": typeof model_agents_rehearsal;
  "model/people/removal": typeof model_people_removal;
  "model/kit/requestWindows": typeof model_kit_requestWindows;
  "model/routing/routing": typeof model_routing_routing;
  "model/routing/routingPass": typeof model_routing_routingPass;
  "model/routing/routingSweep": typeof model_routing_routingSweep;
  "model/setup/sampleShop": typeof model_setup_sampleShop;
  "model/kit/secrets": typeof model_kit_secrets;
  "model/setup/setup": typeof model_setup_setup;
  "model/people/signInTries": typeof model_people_signInTries;
  "model/people/statuses": typeof model_people_statuses;
  "model/conversation/suppressed": typeof model_conversation_suppressed;
  "model/control/takeover": typeof model_control_takeover;
  "model/tickets/ticketRows": typeof model_tickets_ticketRows;
  "model/tickets/ticketViews": typeof model_tickets_ticketViews;
  "model/tickets/tickets": typeof model_tickets_tickets;
  "model/routing/turns": typeof model_routing_turns;
  "model/conversation/typing": typeof model_conversation_typing;
  "model/control/vanished": typeof model_control_vanished;
  outbox: typeof outbox;
  passwords: typeof passwords;
  routing: typeof routing;
  setup: typeof setup;
  "shared/agentApi": typeof shared_agentApi;
  "shared/agents": typeof shared_agents;
  "shared/answerFinding": typeof shared_answerFinding;
  "shared/brief": typeof shared_brief;
  "shared/channels": typeof shared_channels;
  "shared/control": typeof shared_control;
  "shared/customerTokens": typeof shared_customerTokens;
  "shared/door": typeof shared_door;
  "shared/emails": typeof shared_emails;
  "shared/entries": typeof shared_entries;
  "shared/errorCodes": typeof shared_errorCodes;
  "shared/handover": typeof shared_handover;
  "shared/knowledge": typeof shared_knowledge;
  "shared/knowledgeTurn": typeof shared_knowledgeTurn;
  "shared/language/personRequest": typeof shared_language_personRequest;
  "shared/language/sentiment": typeof shared_language_sentiment;
  "shared/language/smallTalk": typeof shared_language_smallTalk;
  "shared/language/synonyms": typeof shared_language_synonyms;
  "shared/language/timeSpans": typeof shared_language_timeSpans;
  "shared/language/words": typeof shared_language_words;
  "shared/openingHours": typeof shared_openingHours;
  "shared/outbox": typeof shared_outbox;
  "shared/passwords": typeof shared_passwords;
  "shared/people": typeof shared_people;
  "shared/permissions": typeof shared_permissions;
  "shared/problemCodes": typeof shared_problemCodes;
  "shared/quoting": typeof shared_quoting;
  "shared/routing": typeof shared_routing;
  "shared/sampleShop": typeof shared_sampleShop;
  "shared/systemTexts": typeof shared_systemTexts;
  "shared/teams": typeof shared_teams;
  "shared/ticketState": typeof shared_ticketState;
  "shared/tickets": typeof shared_tickets;
  "shared/vanished": typeof shared_vanished;
  signIn: typeof signIn;
  sweeps: typeof sweeps;
  "tables/agents": typeof tables_agents;
  "tables/channels": typeof tables_channels;
  "tables/conversations": typeof tables_conversations;
  "tables/people": typeof tables_people;
  "tables/routing": typeof tables_routing;
  "tables/tickets": typeof tables_tickets;
  teams: typeof teams;
  threads: typeof threads;
  ticketJobs: typeof ticketJobs;
  tickets: typeof tickets;
  typing: typeof typing;
  vanished: typeof vanished;
  web: typeof web;
  webSessions: typeof webSessions;
  widgetRoutes: typeof widgetRoutes;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {};
