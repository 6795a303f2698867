import { mutationGeneric as mutation, queryGeneric as query } from 'convex/server';
import { v } from 'convex/values';

/** Inserts one event into each room, in one transaction. */
export const record = mutation({
  args: { rooms: v.array(v.string()), rank: v.number(), body: v.string() },
  returns: v.null(),
  handler: async (ctx, { rooms, rank, body }) => {
    for (const room of rooms) {
      await ctx.db.insert('events', {
        room,
        rank,
        kind: `kind ${rank % 7}`,
        author: `author ${rank % 100}`,
        body,
      });
    }
    return null;
  },
});

/** Seeds: `count` events, dealt out over `rooms` rooms. */
export const fill = mutation({
  args: { from: v.number(), count: v.number(), rooms: v.number(), body: v.string() },
  returns: v.null(),
  handler: async (ctx, { from, count, rooms, body }) => {
    for (let rank = from; rank < from + count; rank++) {
      const author = `author ${rank % 100}`;
      await ctx.db.insert('events', {
        room: `room ${rank % rooms}`,
        rank,
        kind: `kind ${rank % 7}`,
        author,
        body,
      });
    }
    return null;
  },
});

export const newest = query({
  args: { room: v.string() },
  handler: (ctx, { room }) =>
    ctx.db
      .query('events')
      .withIndex('by_room_and_rank', (q) => q.eq('room', room))
      .order('desc')
      .first(),
});

/** Fifty rows of a room, newest first, from a place in the middle. */
export const page = query({
  args: { room: v.string(), before: v.number() },
  handler: (ctx, { room, before }) =>
    ctx.db
      .query('events')
      .withIndex('by_room_and_rank', (q) => q.eq('room', room).lt('rank', before))
      .order('desc')
      .take(50),
});

/** Ten rows of a room from a place on. */
export const from = query({
  args: { room: v.string(), rank: v.number() },
  handler: (ctx, { room, rank }) =>
    ctx.db
      .query('events')
      .withIndex('by_room_and_rank', (q) => q.eq('room', room).gte('rank', rank))
      .take(10),
});

/** Everything between two places: the caller sees to it that this is little. */
export const between = query({
  args: { room: v.string(), from: v.number(), to: v.number() },
  handler: (ctx, { room, from, to }) =>
    ctx.db
      .query('events')
      .withIndex('by_room_and_rank', (q) => q.eq('room', room).gte('rank', from).lt('rank', to))
      .take(100),
});

/** Changes the body of the event at a place. */
export const rewrite = mutation({
  args: { room: v.string(), rank: v.number(), body: v.string() },
  returns: v.null(),
  handler: async (ctx, { room, rank, body }) => {
    const event = await ctx.db
      .query('events')
      .withIndex('by_room_and_rank', (q) => q.eq('room', room).eq('rank', rank))
      .unique();
    if (event === null) throw new Error(`Room ${room} has nothing at ${rank}.`);
    await ctx.db.patch(event._id, { body });
    return null;
  },
});
