-- For wrk: which page and which visitor each request is for, and the figures as one line.
-- Arguments: path prefix, number of pages, number of visitors, seed, skew.
--
-- Skew 0: all visitors come as often.  1: the n-th in proportion to 1/n (Zipf's law, by the inverse of its integral).

local pages, visitors, prefix, skew
local headers = {
    ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ["Accept-Language"] = "th,en;q=0.8",
    ["Sec-Fetch-Dest"] = "document",
    ["Sec-Fetch-Mode"] = "navigate",
    ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
}

function init(args)
    prefix, pages, visitors = args[1], tonumber(args[2]), tonumber(args[3])
    math.randomseed(tonumber(args[4]))
    skew = tonumber(args[5] or 0)
end

local function visitor()
    if skew == 0 then return math.random(visitors) end
    if skew == 1 then return math.floor(visitors ^ math.random()) end
    return math.floor((math.random() * (visitors ^ (1 - skew) - 1) + 1) ^ (1 / (1 - skew)))
end

function request()
    headers["Cookie"] = "theme=light; visitor=v" .. string.format("%d", visitor())
    return wrk.format("GET", prefix .. math.random(pages) .. ".html", headers)
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format("BENCH requests=%d usec=%d bytes=%d errors=%d p50=%d p99=%d\n",
        summary.requests, summary.duration, summary.bytes,
        e.connect + e.read + e.write + e.status + e.timeout,
        latency:percentile(50), latency:percentile(99)))
end
