// Served by the API under /graphiql; the page itself stands at /graphql.
export default { base: "/graphiql/", build: { chunkSizeWarningLimit: 2000 } };
