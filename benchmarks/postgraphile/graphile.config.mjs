// PostGraphile 5 with its Amber preset and the filter plugin, over the tables as they are; lists where we have lists.
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

export default {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.BENCH_DATABASE,
      schemas: ["public"],
      poolConfig: { max: 8 },
    }),
  ],
  schema: { defaultBehavior: "+connection +list -insert -update -delete" },
  grafserv: { port: Number(process.env.BENCH_PORT), host: "127.0.0.1", graphqlPath: "/graphql", watch: false },
  grafast: { explain: false },
};
