/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import type * as errors from "../errors.js";
import type * as functions from "../functions.js";
import type * as members from "../members.js";
import type * as model_access from "../model/access.js";
import type * as model_audit from "../model/audit.js";
import type * as model_control from "../model/control.js";
import type * as model_conversations from "../model/conversations.js";
import type * as model_decisions from "../model/decisions.js";
import type * as model_entries from "../model/entries.js";
import type * as model_events from "../model/events.js";
import type * as model_identity from "../model/identity.js";
import type * as model_load from "../model/load.js";
import type * as model_people from "../model/people.js";
import type * as model_presence from "../model/presence.js";
import type * as model_presentTicket from "../model/presentTicket.js";
import type * as model_removal from "../model/removal.js";
import type * as model_routing from "../model/routing.js";
import type * as model_routingPass from "../model/routingPass.js";
import type * as model_secrets from "../model/secrets.js";
import type * as model_statuses from "../model/statuses.js";
import type * as model_ticketRows from "../model/ticketRows.js";
import type * as model_tickets from "../model/tickets.js";
import type * as model_turns from "../model/turns.js";
import type * as routing from "../routing.js";
import type * as shared_channels from "../shared/channels.js";
import type * as shared_control from "../shared/control.js";
import type * as shared_entries from "../shared/entries.js";
import type * as shared_errorCodes from "../shared/errorCodes.js";
import type * as shared_handover from "../shared/handover.js";
import type * as shared_knowledge from "../shared/knowledge.js";
import type * as shared_language_personRequest from "../shared/language/personRequest.js";
import type * as shared_language_sentiment from "../shared/language/sentiment.js";
import type * as shared_language_smallTalk from "../shared/language/smallTalk.js";
import type * as shared_language_synonyms from "../shared/language/synonyms.js";
import type * as shared_language_timeSpans from "../shared/language/timeSpans.js";
import type * as shared_language_words from "../shared/language/words.js";
import type * as shared_outbox from "../shared/outbox.js";
import type * as shared_people from "../shared/people.js";
import type * as shared_permissions from "../shared/permissions.js";
import type * as shared_quoting from "../shared/quoting.js";
import type * as shared_routing from "../shared/routing.js";
import type * as shared_systemTexts from "../shared/systemTexts.js";
import type * as shared_ticketState from "../shared/ticketState.js";
import type * as shared_tickets from "../shared/tickets.js";
import type * as tables_agents from "../tables/agents.js";
import type * as tables_channels from "../tables/channels.js";
import type * as tables_conversations from "../tables/conversations.js";
import type * as tables_people from "../tables/people.js";
import type * as tables_routing from "../tables/routing.js";
import type * as tables_tickets from "../tables/tickets.js";

/**
 * A utility for referencing Convex functions in your app's API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
declare const fullApi: ApiFromModules<{
  errors: typeof errors;
  functions: typeof functions;
  members: typeof members;
  "model/access": typeof model_access;
  "model/audit": typeof model_audit;
  "model/control": typeof model_control;
  "model/conversations": typeof model_conversations;
  "model/decisions": typeof model_decisions;
  "model/entries": typeof model_entries;
  "model/events": typeof model_events;
  "model/identity": typeof model_identity;
  "model/load": typeof model_load;
  "model/people": typeof model_people;
  "model/presence": typeof model_presence;
  "model/presentTicket": typeof model_presentTicket;
  "model/removal": typeof model_removal;
  "model/routing": typeof model_routing;
  "model/routingPass": typeof model_routingPass;
  "model/secrets": typeof model_secrets;
  "model/statuses": typeof model_statuses;
  "model/ticketRows": typeof model_ticketRows;
  "model/tickets": typeof model_tickets;
  "model/turns": typeof model_turns;
  routing: typeof routing;
  "shared/channels": typeof shared_channels;
  "shared/control": typeof shared_control;
  "shared/entries": typeof shared_entries;
  "shared/errorCodes": typeof shared_errorCodes;
  "shared/handover": typeof shared_handover;
  "shared/knowledge": typeof shared_knowledge;
  "shared/language/personRequest": typeof shared_language_personRequest;
  "shared/language/sentiment": typeof shared_language_sentiment;
  "shared/language/smallTalk": typeof shared_language_smallTalk;
  "shared/language/synonyms": typeof shared_language_synonyms;
  "shared/language/timeSpans": typeof shared_language_timeSpans;
  "shared/language/words": typeof shared_language_words;
  "shared/outbox": typeof shared_outbox;
  "shared/people": typeof shared_people;
  "shared/permissions": typeof shared_permissions;
  "shared/quoting": typeof shared_quoting;
  "shared/routing": typeof shared_routing;
  "shared/systemTexts": typeof shared_systemTexts;
  "shared/ticketState": typeof shared_ticketState;
  "shared/tickets": typeof shared_tickets;
  "tables/agents": typeof tables_agents;
  "tables/channels": typeof tables_channels;
  "tables/conversations": typeof tables_conversations;
  "tables/people": typeof tables_people;
  "tables/routing": typeof tables_routing;
  "tables/tickets": typeof tables_tickets;
}>;
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;
