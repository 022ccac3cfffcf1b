/** What a rollout is judged by. Apart from the schemas, which whoever only looks at a rollout need not load. */
export const METRICS = ["success", "latency", "cost", "safety"] as const;

export type Metric = (typeof METRICS)[number];
