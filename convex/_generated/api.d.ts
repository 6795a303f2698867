/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as accounts_gate from "../accounts/gate.js";
import type * as accounts_passwords from "../accounts/passwords.js";
import type * as accounts_signIn from "../accounts/signIn.js";
import type * as agents from "../agents.js";
import type * as agents_articles from "../agents/articles.js";
import type * as agents_knowledge from "../agents/knowledge.js";
import type * as agents_trials from "../agents/trials.js";
import type * as articles from "../articles.js";
import type * as audit from "../audit.js";
import type * as auth from "../auth.js";
import type * as channels from "../channels.js";
import type * as conversations from "../conversations.js";
import type * as crons from "../crons.js";
import type * as drafts from "../drafts.js";
import type * as functions from "../functions.js";
import type * as handoverRules from "../handoverRules.js";
import type * as http from "../http.js";
import type * as http_api_calls from "../http/api/calls.js";
import type * as http_api_openapi from "../http/api/openapi.js";
import type * as http_api_operations from "../http/api/operations.js";
import type * as http_api_problems from "../http/api/problems.js";
import type * as http_api_requests from "../http/api/requests.js";
import type * as http_api_routes from "../http/api/routes.js";
import type * as http_embedding from "../http/embedding.js";
import type * as http_widget from "../http/widget.js";
import type * as http_widgetSessions from "../http/widgetSessions.js";
import type * as invitations from "../invitations.js";
import type * as jobs_agentRuns from "../jobs/agentRuns.js";
import type * as jobs_alarms from "../jobs/alarms.js";
import type * as jobs_members from "../jobs/members.js";
import type * as jobs_moving from "../jobs/moving.js";
import type * as jobs_outbox from "../jobs/outbox.js";
import type * as jobs_readKeys from "../jobs/readKeys.js";
import type * as jobs_routing from "../jobs/routing.js";
import type * as jobs_sweeps from "../jobs/sweeps.js";
import type * as jobs_tickets from "../jobs/tickets.js";
import type * as me from "../me.js";
import type * as members from "../members.js";
import type * as messages from "../messages.js";
import type * as migrations_from1_data from "../migrations/from1/data.js";
import type * as migrations_from1_jobs from "../migrations/from1/jobs.js";
import type * as migrations_migrations from "../migrations/migrations.js";
import type * as migrations_run from "../migrations/run.js";
import type * as model_agents_agentAccess from "../model/agents/agentAccess.js";
import type * as model_agents_agentContext from "../model/agents/agentContext.js";
import type * as model_agents_agentKeys from "../model/agents/agentKeys.js";
import type * as model_agents_agentViews from "../model/agents/agentViews.js";
import type * as model_agents_agents from "../model/agents/agents.js";
import type * as model_agents_articles from "../model/agents/articles.js";
import type * as model_agents_handover from "../model/agents/handover.js";
import type * as model_agents_handoverRules from "../model/agents/handoverRules.js";
import type * as model_agents_idempotency from "../model/agents/idempotency.js";
import type * as model_agents_outsideAgents from "../model/agents/outsideAgents.js";
import type * as model_agents_rehearsal from "../model/agents/rehearsal.js";
import type * as model_control_agentRuns from "../model/control/agentRuns.js";
import type * as model_control_control from "../model/control/control.js";
import type * as model_control_customerMessages from "../model/control/customerMessages.js";
import type * as model_control_door from "../model/control/door.js";
import type * as model_control_handback from "../model/control/handback.js";
import type * as model_control_holderWatch from "../model/control/holderWatch.js";
import type * as model_control_release from "../model/control/release.js";
import type * as model_control_takeover from "../model/control/takeover.js";
import type * as model_control_vanished from "../model/control/vanished.js";
import type * as model_conversation_case from "../model/conversation/case.js";
import type * as model_conversation_conversations from "../model/conversation/conversations.js";
import type * as model_conversation_drafts from "../model/conversation/drafts.js";
import type * as model_conversation_entries from "../model/conversation/entries.js";
import type * as model_conversation_entryViews from "../model/conversation/entryViews.js";
import type * as model_conversation_losses from "../model/conversation/losses.js";
import type * as model_conversation_news from "../model/conversation/news.js";
import type * as model_conversation_notes from "../model/conversation/notes.js";
import type * as model_conversation_outbox from "../model/conversation/outbox.js";
import type * as model_conversation_presentTicket from "../model/conversation/presentTicket.js";
import type * as model_conversation_runs from "../model/conversation/runs.js";
import type * as model_conversation_suppressed from "../model/conversation/suppressed.js";
import type * as model_conversation_typing from "../model/conversation/typing.js";
import type * as model_customer_customerSessions from "../model/customer/customerSessions.js";
import type * as model_customer_customerViews from "../model/customer/customerViews.js";
import type * as model_customer_customers from "../model/customer/customers.js";
import type * as model_kit_access from "../model/kit/access.js";
import type * as model_kit_alarms from "../model/kit/alarms.js";
import type * as model_kit_audit from "../model/kit/audit.js";
import type * as model_kit_closed from "../model/kit/closed.js";
import type * as model_kit_errors from "../model/kit/errors.js";
import type * as model_kit_identity from "../model/kit/identity.js";
import type * as model_kit_names from "../model/kit/names.js";
import type * as model_kit_pages from "../model/kit/pages.js";
import type * as model_kit_requestWindows from "../model/kit/requestWindows.js";
import type * as model_kit_secrets from "../model/kit/secrets.js";
import type * as model_people_invitations from "../model/people/invitations.js";
import type * as model_people_people from "../model/people/people.js";
import type * as model_people_presence from "../model/people/presence.js";
import type * as model_people_readKeys from "../model/people/readKeys.js";
import type * as model_people_removal from "../model/people/removal.js";
import type * as model_people_signInTries from "../model/people/signInTries.js";
import type * as model_people_statuses from "../model/people/statuses.js";
import type * as model_routing_availability from "../model/routing/availability.js";
import type * as model_routing_decisions from "../model/routing/decisions.js";
import type * as model_routing_load from "../model/routing/load.js";
import type * as model_routing_routing from "../model/routing/routing.js";
import type * as model_routing_routingPass from "../model/routing/routingPass.js";
import type * as model_routing_routingSweep from "../model/routing/routingSweep.js";
import type * as model_routing_turns from "../model/routing/turns.js";
import type * as model_settle from "../model/settle.js";
import type * as model_setup_installation from "../model/setup/installation.js";
import type * as model_setup_sampleShop from "../model/setup/sampleShop.js";
import type * as model_setup_setup from "../model/setup/setup.js";
import type * as model_tickets_events from "../model/tickets/events.js";
import type * as model_tickets_overlays from "../model/tickets/overlays.js";
import type * as model_tickets_ticketPlaces from "../model/tickets/ticketPlaces.js";
import type * as model_tickets_ticketRows from "../model/tickets/ticketRows.js";
import type * as model_tickets_ticketViews from "../model/tickets/ticketViews.js";
import type * as model_tickets_tickets from "../model/tickets/tickets.js";
import type * as routing from "../routing.js";
import type * as setup from "../setup.js";
import type * as shared_agents_agentApi from "../shared/agents/agentApi.js";
import type * as shared_agents_agents from "../shared/agents/agents.js";
import type * as shared_agents_answerFinding from "../shared/agents/answerFinding.js";
import type * as shared_agents_brief from "../shared/agents/brief.js";
import type * as shared_agents_handover from "../shared/agents/handover.js";
import type * as shared_agents_handoverJudging from "../shared/agents/handoverJudging.js";
import type * as shared_agents_judged from "../shared/agents/judged.js";
import type * as shared_agents_knowledge from "../shared/agents/knowledge.js";
import type * as shared_agents_knowledgeTurn from "../shared/agents/knowledgeTurn.js";
import type * as shared_agents_language_personRequest from "../shared/agents/language/personRequest.js";
import type * as shared_agents_language_said from "../shared/agents/language/said.js";
import type * as shared_agents_language_sentiment from "../shared/agents/language/sentiment.js";
import type * as shared_agents_language_smallTalk from "../shared/agents/language/smallTalk.js";
import type * as shared_agents_language_synonyms from "../shared/agents/language/synonyms.js";
import type * as shared_agents_language_timeSpans from "../shared/agents/language/timeSpans.js";
import type * as shared_agents_language_unsolved from "../shared/agents/language/unsolved.js";
import type * as shared_agents_language_words from "../shared/agents/language/words.js";
import type * as shared_agents_library from "../shared/agents/library.js";
import type * as shared_agents_openingHours from "../shared/agents/openingHours.js";
import type * as shared_agents_quoting from "../shared/agents/quoting.js";
import type * as shared_agents_rehearsal from "../shared/agents/rehearsal.js";
import type * as shared_agents_ruleJudging from "../shared/agents/ruleJudging.js";
import type * as shared_agents_turnOutcome from "../shared/agents/turnOutcome.js";
import type * as shared_control_control from "../shared/control/control.js";
import type * as shared_control_vanished from "../shared/control/vanished.js";
import type * as shared_conversation_channels from "../shared/conversation/channels.js";
import type * as shared_conversation_claims from "../shared/conversation/claims.js";
import type * as shared_conversation_door from "../shared/conversation/door.js";
import type * as shared_conversation_drafts from "../shared/conversation/drafts.js";
import type * as shared_conversation_entries from "../shared/conversation/entries.js";
import type * as shared_conversation_outbox from "../shared/conversation/outbox.js";
import type * as shared_conversation_systemTexts from "../shared/conversation/systemTexts.js";
import type * as shared_customer_customerTokens from "../shared/customer/customerTokens.js";
import type * as shared_kit_auditActions from "../shared/kit/auditActions.js";
import type * as shared_kit_emails from "../shared/kit/emails.js";
import type * as shared_kit_errorCodes from "../shared/kit/errorCodes.js";
import type * as shared_kit_links from "../shared/kit/links.js";
import type * as shared_kit_lookalikes from "../shared/kit/lookalikes.js";
import type * as shared_kit_problemCodes from "../shared/kit/problemCodes.js";
import type * as shared_kit_text from "../shared/kit/text.js";
import type * as shared_people_passwords from "../shared/people/passwords.js";
import type * as shared_people_people from "../shared/people/people.js";
import type * as shared_people_permissions from "../shared/people/permissions.js";
import type * as shared_people_teams from "../shared/people/teams.js";
import type * as shared_routing_routing from "../shared/routing/routing.js";
import type * as shared_setup_origins from "../shared/setup/origins.js";
import type * as shared_setup_sampleShop from "../shared/setup/sampleShop.js";
import type * as shared_tickets_events from "../shared/tickets/events.js";
import type * as shared_tickets_places from "../shared/tickets/places.js";
import type * as shared_tickets_reasons from "../shared/tickets/reasons.js";
import type * as shared_tickets_ticketState from "../shared/tickets/ticketState.js";
import type * as shared_tickets_tickets from "../shared/tickets/tickets.js";
import type * as tables_agents from "../tables/agents.js";
import type * as tables_alarms from "../tables/alarms.js";
import type * as tables_channels from "../tables/channels.js";
import type * as tables_conversations from "../tables/conversations.js";
import type * as tables_former from "../tables/former.js";
import type * as tables_people from "../tables/people.js";
import type * as tables_routing from "../tables/routing.js";
import type * as tables_tickets from "../tables/tickets.js";
import type * as teams from "../teams.js";
import type * as tickets from "../tickets.js";
import type * as typing from "../typing.js";
import type * as web from "../web.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  "accounts/gate": typeof accounts_gate;
  "accounts/passwords": typeof accounts_passwords;
  "accounts/signIn": typeof accounts_signIn;
  agents: typeof agents;
  "agents/articles": typeof agents_articles;
  "agents/knowledge": typeof agents_knowledge;
  "agents/trials": typeof agents_trials;
  articles: typeof articles;
  audit: typeof audit;
  auth: typeof auth;
  channels: typeof channels;
  conversations: typeof conversations;
  crons: typeof crons;
  drafts: typeof drafts;
  functions: typeof functions;
  handoverRules: typeof handoverRules;
  http: typeof http;
  "http/api/calls": typeof http_api_calls;
  "http/api/openapi": typeof http_api_openapi;
  "http/api/operations": typeof http_api_operations;
  "http/api/problems": typeof http_api_problems;
  "http/api/requests": typeof http_api_requests;
  "http/api/routes": typeof http_api_routes;
  "http/embedding": typeof http_embedding;
  "http/widget": typeof http_widget;
  "http/widgetSessions": typeof http_widgetSessions;
  invitations: typeof invitations;
  "jobs/agentRuns": typeof jobs_agentRuns;
  "jobs/alarms": typeof jobs_alarms;
  "jobs/members": typeof jobs_members;
  "jobs/moving": typeof jobs_moving;
  "jobs/outbox": typeof jobs_outbox;
  "jobs/readKeys": typeof jobs_readKeys;
  "jobs/routing": typeof jobs_routing;
  "jobs/sweeps": typeof jobs_sweeps;
  "jobs/tickets": typeof jobs_tickets;
  me: typeof me;
  members: typeof members;
  messages: typeof messages;
  "migrations/from1/data": typeof migrations_from1_data;
  "migrations/from1/jobs": typeof migrations_from1_jobs;
  "migrations/migrations": typeof migrations_migrations;
  "migrations/run": typeof migrations_run;
  "model/agents/agentAccess": typeof model_agents_agentAccess;
  "model/agents/agentContext": typeof model_agents_agentContext;
  "model/agents/agentKeys": typeof model_agents_agentKeys;
  "model/agents/agentViews": typeof model_agents_agentViews;
  "model/agents/agents": typeof model_agents_agents;
  "model/agents/articles": typeof model_agents_articles;
  "model/agents/handover": typeof model_agents_handover;
  "model/agents/handoverRules": typeof model_agents_handoverRules;
  "model/agents/idempotency": typeof model_agents_idempotency;
  "model/agents/outsideAgents": typeof model_agents_outsideAgents;
  "model/agents/rehearsal": typeof model_agents_rehearsal;
  "model/control/agentRuns": typeof model_control_agentRuns;
  "model/control/control": typeof model_control_control;
  "model/control/customerMessages": typeof model_control_customerMessages;
  "model/control/door": typeof model_control_door;
  "model/control/handback": typeof model_control_handback;
  "model/control/holderWatch": typeof model_control_holderWatch;
  "model/control/release": typeof model_control_release;
  "model/control/takeover": typeof model_control_takeover;
  "model/control/vanished": typeof model_control_vanished;
  "model/conversation/case": typeof model_conversation_case;
  "model/conversation/conversations": typeof model_conversation_conversations;
  "model/conversation/drafts": typeof model_conversation_drafts;
  "model/conversation/entries": typeof model_conversation_entries;
  "model/conversation/entryViews": typeof model_conversation_entryViews;
  "model/conversation/losses": typeof model_conversation_losses;
  "model/conversation/news": typeof model_conversation_news;
  "model/conversation/notes": typeof model_conversation_notes;
  "model/conversation/outbox": typeof model_conversation_outbox;
  "model/conversation/presentTicket": typeof model_conversation_presentTicket;
  "model/conversation/runs": typeof model_conversation_runs;
  "model/conversation/suppressed": typeof model_conversation_suppressed;
  "model/conversation/typing": typeof model_conversation_typing;
  "model/customer/customerSessions": typeof model_customer_customerSessions;
  "model/customer/customerViews": typeof model_customer_customerViews;
  "model/customer/customers": typeof model_customer_customers;
  "model/kit/access": typeof model_kit_access;
  "model/kit/alarms": typeof model_kit_alarms;
  "model/kit/audit": typeof model_kit_audit;
  "model/kit/closed": typeof model_kit_closed;
  "model/kit/errors": typeof model_kit_errors;
  "model/kit/identity": typeof model_kit_identity;
  "model/kit/names": typeof model_kit_names;
  "model/kit/pages": typeof model_kit_pages;
  "model/kit/requestWindows": typeof model_kit_requestWindows;
  "model/kit/secrets": typeof model_kit_secrets;
  "model/people/invitations": typeof model_people_invitations;
  "model/people/people": typeof model_people_people;
  "model/people/presence": typeof model_people_presence;
  "model/people/readKeys": typeof model_people_readKeys;
  "model/people/removal": typeof model_people_removal;
  "model/people/signInTries": typeof model_people_signInTries;
  "model/people/statuses": typeof model_people_statuses;
  "model/routing/availability": typeof model_routing_availability;
  "model/routing/decisions": typeof model_routing_decisions;
  "model/routing/load": typeof model_routing_load;
  "model/routing/routing": typeof model_routing_routing;
  "model/routing/routingPass": typeof model_routing_routingPass;
  "model/routing/routingSweep": typeof model_routing_routingSweep;
  "model/routing/turns": typeof model_routing_turns;
  "model/settle": typeof model_settle;
  "model/setup/installation": typeof model_setup_installation;
  "model/setup/sampleShop": typeof model_setup_sampleShop;
  "model/setup/setup": typeof model_setup_setup;
  "model/tickets/events": typeof model_tickets_events;
  "model/tickets/overlays": typeof model_tickets_overlays;
  "model/tickets/ticketPlaces": typeof model_tickets_ticketPlaces;
  "model/tickets/ticketRows": typeof model_tickets_ticketRows;
  "model/tickets/ticketViews": typeof model_tickets_ticketViews;
  "model/tickets/tickets": typeof model_tickets_tickets;
  routing: typeof routing;
  setup: typeof setup;
  "shared/agents/agentApi": typeof shared_agents_agentApi;
  "shared/agents/agents": typeof shared_agents_agents;
  "shared/agents/answerFinding": typeof shared_agents_answerFinding;
  "shared/agents/brief": typeof shared_agents_brief;
  "shared/agents/handover": typeof shared_agents_handover;
  "shared/agents/handoverJudging": typeof shared_agents_handoverJudging;
  "shared/agents/judged": typeof shared_agents_judged;
  "shared/agents/knowledge": typeof shared_agents_knowledge;
  "shared/agents/knowledgeTurn": typeof shared_agents_knowledgeTurn;
  "shared/agents/language/personRequest": typeof shared_agents_language_personRequest;
  "shared/agents/language/said": typeof shared_agents_language_said;
  "shared/agents/language/sentiment": typeof shared_agents_language_sentiment;
  "shared/agents/language/smallTalk": typeof shared_agents_language_smallTalk;
  "shared/agents/language/synonyms": typeof shared_agents_language_synonyms;
  "shared/agents/language/timeSpans": typeof shared_agents_language_timeSpans;
  "shared/agents/language/unsolved": typeof shared_agents_language_unsolved;
  "shared/agents/language/words": typeof shared_agents_language_words;
  "shared/agents/library": typeof shared_agents_library;
  "shared/agents/openingHours": typeof shared_agents_openingHours;
  "shared/agents/quoting": typeof shared_agents_quoting;
  "shared/agents/rehearsal": typeof shared_agents_rehearsal;
  "shared/agents/ruleJudging": typeof shared_agents_ruleJudging;
  "shared/agents/turnOutcome": typeof shared_agents_turnOutcome;
  "shared/control/control": typeof shared_control_control;
  "shared/control/vanished": typeof shared_control_vanished;
  "shared/conversation/channels": typeof shared_conversation_channels;
  "shared/conversation/claims": typeof shared_conversation_claims;
  "shared/conversation/door": typeof shared_conversation_door;
  "shared/conversation/drafts": typeof shared_conversation_drafts;
  "shared/conversation/entries": typeof shared_conversation_entries;
  "shared/conversation/outbox": typeof shared_conversation_outbox;
  "shared/conversation/systemTexts": typeof shared_conversation_systemTexts;
  "shared/customer/customerTokens": typeof shared_customer_customerTokens;
  "shared/kit/auditActions": typeof shared_kit_auditActions;
  "shared/kit/emails": typeof shared_kit_emails;
  "shared/kit/errorCodes": typeof shared_kit_errorCodes;
  "shared/kit/links": typeof shared_kit_links;
  "shared/kit/lookalikes": typeof shared_kit_lookalikes;
  "shared/kit/problemCodes": typeof shared_kit_problemCodes;
  "shared/kit/text": typeof shared_kit_text;
  "shared/people/passwords": typeof shared_people_passwords;
  "shared/people/people": typeof shared_people_people;
  "shared/people/permissions": typeof shared_people_permissions;
  "shared/people/teams": typeof shared_people_teams;
  "shared/routing/routing": typeof shared_routing_routing;
  "shared/setup/origins": typeof shared_setup_origins;
  "shared/setup/sampleShop": typeof shared_setup_sampleShop;
  "shared/tickets/events": typeof shared_tickets_events;
  "shared/tickets/places": typeof shared_tickets_places;
  "shared/tickets/reasons": typeof shared_tickets_reasons;
  "shared/tickets/ticketState": typeof shared_tickets_ticketState;
  "shared/tickets/tickets": typeof shared_tickets_tickets;
  "tables/agents": typeof tables_agents;
  "tables/alarms": typeof tables_alarms;
  "tables/channels": typeof tables_channels;
  "tables/conversations": typeof tables_conversations;
  "tables/former": typeof tables_former;
  "tables/people": typeof tables_people;
  "tables/routing": typeof tables_routing;
  "tables/tickets": typeof tables_tickets;
  teams: typeof teams;
  tickets: typeof tickets;
  typing: typeof typing;
  web: typeof web;
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

export declare const components: {
  migrations: import("@convex-dev/migrations/_generated/component.js").ComponentApi<"migrations">;
};
