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
import type * as model_identity from "../model/identity.js";
import type * as shared_channels from "../shared/channels.js";
import type * as shared_control from "../shared/control.js";
import type * as shared_entries from "../shared/entries.js";
import type * as shared_errorCodes from "../shared/errorCodes.js";
import type * as shared_handover from "../shared/handover.js";
import type * as shared_outbox from "../shared/outbox.js";
import type * as shared_people from "../shared/people.js";
import type * as shared_permissions from "../shared/permissions.js";
import type * as shared_routing from "../shared/routing.js";
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
  "model/identity": typeof model_identity;
  "shared/channels": typeof shared_channels;
  "shared/control": typeof shared_control;
  "shared/entries": typeof shared_entries;
  "shared/errorCodes": typeof shared_errorCodes;
  "shared/handover": typeof shared_handover;
  "shared/outbox": typeof shared_outbox;
  "shared/people": typeof shared_people;
  "shared/permissions": typeof shared_permissions;
  "shared/routing": typeof shared_routing;
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
