-- OpenResty tuned by hand: only the fields that are needed, the page as it streams, each place
-- looked for once and in their order, with what the page must look like taken for granted.

local redis = require "redis"
local content = require "content"
local find, sub, byte = string.find, string.sub, string.byte

local _M = {}

-- { what, whether the content goes in front of it }
local places = {
    { '<body class="shop">', false },
    { '<div id="related">', false },
    { "</main>", true },
}
local LONGEST = 19

local function profile_of(list)
    return { name = list[1] or "", tier = list[2] or "", points = list[3] or "" }
end

local function ask(address, id)
    local list, err = redis.ask(address, "HMGET", "pz:visitor:{" .. id .. "}", "name", "tier", "points")
    if not list then ngx.log(ngx.ERR, "redis: ", err) end
    return list
end

local function start(ctx, profile)
    ctx.profile, ctx.place, ctx.tail = profile, 1, ""
end

function _M.access(address)
    local id = ngx.var.cookie_visitor
    local list = id and ask(address, id)
    if list then start(ngx.ctx, profile_of(list)) end
end

-- The same behind a dictionary that all workers share.
function _M.access_shared(address)
    local id = ngx.var.cookie_visitor
    if not id then return end

    local known = ngx.shared.profiles
    local text = known:get(id)
    if text then
        local name, tier, points = text:match("^([^\n]*)\n([^\n]*)\n(.*)$")
        return start(ngx.ctx, { name = name, tier = tier, points = points })
    end

    local list = ask(address, id)
    if list then
        local profile = profile_of(list)
        known:set(id, profile.name .. "\n" .. profile.tier .. "\n" .. profile.points, 60)
        start(ngx.ctx, profile)
    end
end

function _M.header()
    if ngx.ctx.profile then
        ngx.header.content_length = nil
        ngx.header.cache_control = "private, no-cache"
    end
end

-- Where a place may have begun at the end of the chunk: the bytes from there wait for the next.
local function open_end(chunk)
    for i = #chunk, math.max(1, #chunk - LONGEST + 2), -1 do
        if byte(chunk, i) == 60 then return i end
    end
end

function _M.body()
    local ctx = ngx.ctx
    local place = ctx.place
    if not place or place > #places then return end

    local chunk, last = ngx.arg[1], ngx.arg[2]
    if ctx.tail ~= "" then
        chunk = ctx.tail .. chunk
        ctx.tail = ""
    end

    local out, at = {}, 1
    while place <= #places do
        local from, to = find(chunk, places[place][1], at, true)
        if not from then break end
        local cut = places[place][2] and from - 1 or to
        out[#out + 1] = sub(chunk, at, cut)
        out[#out + 1] = content.pieces(place, ctx.profile)
        at = cut + 1
        place = place + 1
    end
    ctx.place = place

    if place <= #places and not last then
        local open = open_end(chunk)
        if open and open >= at then
            ctx.tail = sub(chunk, open)
            chunk = sub(chunk, 1, open - 1)
        end
    end

    if at == 1 then
        ngx.arg[1] = chunk
        return
    end
    out[#out + 1] = sub(chunk, at)
    ngx.arg[1] = out
end

return _M
