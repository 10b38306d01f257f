-- Looking at what a rule file wrote, and saying what is wrong with it.
-- Nothing here throws: one look at a file should find all of its mistakes.

-- Functions of `string` by name and never as methods: while rule files run, the
-- methods of strings are the safe ones, which know no patterns.
local str = string
local format, sort = string.format, table.sort
local native = native

local check = {}

-- Where the rule file is right now: { file = number, line = number }.
function check.here()
  local file, line = native.where()
  return { file = file, line = line }
end

function check.report(at, message, ...)
  native.report(at.file, at.line, select("#", ...) > 0 and format(message, ...) or message)
end

-- A value as it stands in a message: short, and never a table's address.
function check.show(v)
  local kind = type(v)
  if kind == "string" then
    return format("%q", #v > 40 and str.sub(v, 1, 40) .. "..." or v)
  elseif kind == "number" or kind == "boolean" then
    return tostring(v)
  elseif kind == "nil" then
    return "nothing"
  end
  return "a " .. kind
end

function check.keys(t)
  local keys = {}
  for k in pairs(t) do
    keys[#keys + 1] = k
  end
  sort(keys, function(a, b)
    if type(a) == type(b) and (type(a) == "string" or type(a) == "number") then
      return a < b
    end
    return tostring(type(a)) < tostring(type(b))
  end)
  return keys
end

local function is_texts(v)
  if type(v) == "string" then
    return true
  elseif type(v) ~= "table" or #v == 0 then
    return false
  end
  local n = 0
  for _, item in pairs(v) do
    n = n + 1
    if type(item) ~= "string" then
      return false
    end
  end
  return n == #v
end

-- What a key may hold: how to say it, and how to know it.
local kinds = {
  text     = { "a text", function(v) return type(v) == "string" end },
  word     = { "a text that is not empty", function(v) return type(v) == "string" and v ~= "" end },
  texts    = { "a text or a list of texts", is_texts },
  content  = { "a text or a function", function(v) return type(v) == "string" or type(v) == "function" end },
  number   = { "a number", function(v) return type(v) == "number" and v == v end },
  count    = { "a whole number from 1 on", function(v) return type(v) == "number" and v >= 1 and v % 1 == 0 and v < 1e6 end },
  percent  = { "a number from 0 to 100", function(v) return type(v) == "number" and v >= 0 and v <= 100 end },
  weight   = { "a number from 0 on", function(v) return type(v) == "number" and v >= 0 and v < 1e9 end },
  flag     = { "true or false", function(v) return type(v) == "boolean" end },
  fn       = { "a function", function(v) return type(v) == "function" end },
  map      = { "a table", function(v) return type(v) == "table" end },
  any      = { "a value", function() return true end },
}

local function key_name(k)
  return type(k) == "string" and "'" .. k .. "'" or "item " .. tostring(k)
end

-- Hold the table `t` against `spec`: key = "kind", or "kind!" for a key that
-- must be there.  Says all that is wrong; returns whether nothing was.
function check.spec(at, what, t, spec)
  local good = true
  local function wrong(...)
    good = false
    check.report(at, ...)
  end

  if type(t) ~= "table" then
    wrong("%s takes a table: %s { ... }, not %s", what, what, check.show(t))
    return false
  end
  for _, k in ipairs(check.keys(t)) do
    local kind = spec[k]
    if kind == nil then
      local near = type(k) == "string" and native.suggest(k, spec)
      wrong("%s: unknown key %s%s", what, key_name(k),
        near and "; did you mean '" .. near .. "'?" or "")
    else
      kind = kinds[(str.gsub(kind, "!$", ""))]
      if not kind[2](t[k]) then
        wrong("%s: %s must be %s, not %s", what, key_name(k), kind[1], check.show(t[k]))
      end
    end
  end
  for _, k in ipairs(check.keys(spec)) do
    if str.sub(spec[k], -1) == "!" and t[k] == nil then
      wrong("%s: %s is missing: %s", what, key_name(k), kinds[str.sub(spec[k], 1, -2)][1])
    end
  end
  return good
end

-- Whether `v` is one of the keys of `set`; says which there are when it is not.
function check.one_of(at, what, v, set)
  if set[v] ~= nil then
    return true
  end
  local near = type(v) == "string" and native.suggest(v, set)
  if near then
    check.report(at, "%s: there is no %s; did you mean '%s'?", what, check.show(v), near)
  else
    check.report(at, "%s: there is no %s; there are: %s", what, check.show(v),
      table.concat(check.keys(set), ", "))
  end
  return false
end

-- "30m", "48h", "7d" or a number of seconds; nil when it is neither.
function check.seconds(v)
  if type(v) == "number" then
    return v >= 1 and v % 1 == 0 and v or nil
  end
  local n, unit = str.match(tostring(v), "^(%d+)%s*([smhd])$")
  if not n or tonumber(n) < 1 then
    return nil
  end
  return tonumber(n) * ({ s = 1, m = 60, h = 3600, d = 86400 })[unit]
end

return check
