// Ticks every 20 s. In a worker, because the timers of a hidden tab are slowed down (docs/rules.md A2).
setInterval(() => postMessage('tick'), 20_000);
export {};
