/** First lines of a Lua script: `now` is Redis's own time in milliseconds, which all replicas share whatever their clocks say. */
export const SERVER_TIME = `local time = redis.call('TIME'); local now = time[1] * 1000 + math.floor(time[2] / 1000)`;
