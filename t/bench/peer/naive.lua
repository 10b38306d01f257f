-- OpenResty as most people write it: ask Redis before the content, collect the page, replace by
-- regular expressions (compiled and cached).

local redis = require "redis"
local content = require "content"

local _M = {}

function _M.access(address)
    local id = ngx.var.cookie_visitor
    if not id then return end

    local list, err = redis.ask(address, "HGETALL", "pz:visitor:{" .. id .. "}")
    if not list then
        ngx.log(ngx.ERR, "redis: ", err)
        return
    end

    local profile = {}
    for i = 1, #list, 2 do
        profile[list[i]] = list[i + 1]
    end
    ngx.ctx.profile = profile
end

function _M.header()
    if ngx.ctx.profile then
        ngx.header.content_length = nil
        ngx.header.cache_control = "private, no-cache"
    end
end

function _M.body()
    local profile = ngx.ctx.profile
    if not profile then return end

    local chunk, last = ngx.arg[1], ngx.arg[2]
    ngx.ctx.page = (ngx.ctx.page or "") .. chunk
    if not last then
        ngx.arg[1] = nil
        return
    end

    local function behind(which)
        return function(m) return m[0] .. content.render(which, profile) end
    end

    local page = ngx.ctx.page
    page = ngx.re.sub(page, "<body[^>]*>", behind(1), "jo")
    page = ngx.re.sub(page, '<div id="related"[^>]*>', behind(2), "jo")
    page = ngx.re.sub(page, "</main>", function(m) return content.render(3, profile) .. m[0] end, "jo")
    ngx.arg[1] = page
end

return _M
