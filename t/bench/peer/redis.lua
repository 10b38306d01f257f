-- A small Redis client on a cosocket: one command, one reply, and back into the pool.

local settings = require "settings"
local tcp = ngx.socket.tcp
local concat = table.concat

local _M = {}

local function reply(sock)
    local line, err = sock:receive()
    if not line then return nil, err end

    local kind, rest = line:sub(1, 1), line:sub(2)

    if kind == "$" then
        local size = tonumber(rest)
        if size < 0 then return false end
        local bytes, why = sock:receive(size + 2)
        return bytes and bytes:sub(1, -3), why
    end

    if kind == "*" then
        local list = {}
        for i = 1, tonumber(rest) do
            local value, why = reply(sock)
            if value == nil then return nil, why end
            list[i] = value
        end
        return list
    end

    if kind == "-" then return nil, rest end
    return rest
end

-- The reply, or nil and what went wrong.  address: "unix:/path", or "host:port".
function _M.ask(address, ...)
    local sock = tcp()
    sock:settimeouts(settings.timeout, settings.timeout, settings.timeout)

    local host, port = address:match("^([%d.]+):(%d+)$")
    local ok, err
    if host then
        ok, err = sock:connect(host, tonumber(port))
    else
        ok, err = sock:connect(address)
    end
    if not ok then return nil, err end

    local words = { ... }
    local out = { "*", #words, "\r\n" }
    for i = 1, #words do
        out[#out + 1] = "$" .. #words[i] .. "\r\n" .. words[i] .. "\r\n"
    end

    ok, err = sock:send(concat(out))
    if not ok then return nil, err end

    local value, why = reply(sock)
    if value == nil then return nil, why end

    sock:setkeepalive(60000, 256)
    return value
end

return _M
