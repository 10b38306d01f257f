-- What the three places get.  Bench::Server writes the templates: text with $name, $tier and $points.

local templates = require "templates"
local _M = {}

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local function escape(text)
    if not text:find("[&<>\"']") then return text end
    return (text:gsub("[&<>\"']", entities))
end

function _M.render(which, profile)
    return (templates[which]:gsub("%$(%a+)", function(name) return escape(profile[name] or "") end))
end

-- The same, with the templates cut into pieces once.
local cut = {}
for i, template in ipairs(templates) do
    local parts, at = {}, 1
    while true do
        local from, to, name = template:find("%$(%a+)", at)
        if not from then break end
        parts[#parts + 1] = { text = template:sub(at, from - 1) }
        parts[#parts + 1] = { name = name }
        at = to + 1
    end
    parts[#parts + 1] = { text = template:sub(at) }
    cut[i] = parts
end

function _M.pieces(which, profile)
    local out = {}
    local parts = cut[which]
    for i = 1, #parts do
        out[i] = parts[i].text or escape(profile[parts[i].name] or "")
    end
    return out
end

return _M
