-- Posts the JSON bodies of a file one after the other; prints what came of it as one line of JSON.
local bodies, headers, n = {}, { ["Content-Type"] = "application/json" }, 0
for line in io.lines(os.getenv("BENCH_BODIES")) do bodies[#bodies + 1] = line end
if os.getenv("BENCH_TOKEN") ~= "" then headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN") end

request = function()
  n = n % #bodies + 1
  return wrk.format("POST", "/graphql", headers, bodies[n])
end

done = function(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format('RESULT {"requests": %d, "seconds": %f, "bytes": %d, "errors": %d, "p50": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
