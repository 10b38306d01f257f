-- The words of a rule file.  While the files run, what they declare is looked
-- at and queued; `finish` hands it to the engine once all fields are known.

local check = use "check"
local actions = use "actions"
local native = native
local str = string    -- see check.lua

local queue = {}      -- segments and campaigns, in the order of the files
local names = { segment = {}, campaign = {} }
local used = {}       -- actions that stand in a campaign

local function check_loading(what)
  if native.is_loaded() then
    error(what .. " stands outside functions: a function only answers for one visitor", 3)
  end
end

-- A name that Redis keys, labels and variables can hold.
local function check_name(at, what, name, pattern, rule)
  if type(name) ~= "string" or #name > 64 or not str.find(name, pattern) then
    check.report(at, "%s: a name is up to 64 %s, not %s", what, rule, check.show(name))
    return false
  end
  return true
end

local function check_unique(at, what, name)
  local first = names[what][name]
  if first then
    check.report(at, "there is already a %s \"%s\", at %s:%d", what, name, native.file_name(first.file), first.line)
    return false
  end
  names[what][name] = at
  return true
end

-- word "name" { ... } and word("name", { ... }).
local function declaration(word, declare)
  return function(name, ...)
    check_loading(word)
    local at = check.here()
    if select("#", ...) > 0 then
      return declare(at, name, (...))
    end
    local pending = { pending = true, word = word, name = name, at = at }
    queue[#queue + 1] = pending
    return function(body)
      pending.pending = false
      return declare(at, name, body)
    end
  end
end

-- Segments -------------------------------------------------------------------

local tests = {
  is = true, is_not = true, at_least = true, at_most = true, more_than = true, less_than = true,
  one_of = true, none_of = true, has = true, has_not = true, exists = true,
}

-- orders = { at_least = 3, at_most = 9 }, tier = "gold", tier = { "gold", "vip" }
local function conditions_of(at, what, field, v)
  local found = {}
  local function add(test, operand)
    found[#found + 1] = { field = field, test = test, operand = operand }
  end

  if type(v) ~= "table" then
    if type(v) == "function" then
      check.report(at, "%s: '%s' cannot be a function; a segment's function is 'when'", what, field)
    else
      add("is", v)
    end
  elseif #v > 0 then
    add("one_of", v)
  else
    for _, test in ipairs(check.keys(v)) do
      if check.one_of(at, what .. ": '" .. field .. "'", test, tests) then
        add(test, v[test])
      end
    end
    if next(v) == nil then
      check.report(at, "%s: '%s' has no test: write %s = { at_least = 1 }", what, field, field)
    end
  end
  return found
end

local function add_all(list, items)
  for _, item in ipairs(items) do
    list[#list + 1] = item
  end
end

local function declare_segment(at, name, body)
  local what = type(name) == "string" and 'segment "' .. name .. '"' or "segment"
  if not check_name(at, "segment", name, "^[^%c%s,{}]+$", "letters without spaces, commas and braces")
    or not check_unique(at, "segment", name)
  then
    return
  end
  local segment = { name = name, file = at.file, line = at.line, conditions = {} }
  if type(body) == "function" then
    segment.when = body
  elseif type(body) ~= "table" then
    check.report(at, "%s takes conditions { ... } or a function, not %s", what, check.show(body))
    return
  else
    for _, field in ipairs(check.keys(body)) do
      if type(field) ~= "string" then
        check.report(at, "%s: item %s has no field: write field = { test = value }", what, tostring(field))
      elseif field == "when" then
        segment.when = body.when
        if type(body.when) ~= "function" then
          check.report(at, "%s: 'when' must be a function, not %s", what, check.show(body.when))
          segment.when = nil
        end
      elseif field == "ctx" and type(body.ctx) == "table" then
        for _, fact in ipairs(check.keys(body.ctx)) do
          add_all(segment.conditions, conditions_of(at, what, "ctx." .. tostring(fact), body.ctx[fact]))
        end
      else
        add_all(segment.conditions, conditions_of(at, what, field, body[field]))
      end
    end
    if next(body) == nil then
      check.report(at, "%s has no condition: everyone would be in it", what)
    end
  end
  queue[#queue + 1] = { submit = native.segment, body = segment }
end

-- Campaigns ------------------------------------------------------------------

local campaign_keys = {
  segments = "texts", pages = "texts", from = "text", to = "text", timezone = "word", group = "word",
  priority = "number", holdout = "percent", seed = "word", when = "fn", show = "map", variants = "map",
  cap = "any",
}

-- The actions in a list; `keys` are the keys that may stand beside them.
local function actions_of(at, what, list, keys)
  local found = {}
  for _, k in ipairs(check.keys(list)) do
    local v = list[k]
    if type(k) == "number" then
      if actions.is(v) then
        used[v] = true
        found[#found + 1] = v
      else
        check.report(at, "%s: item %s is not an action (header, html, welcome_bar ...) but %s",
          what, tostring(k), check.show(v))
      end
    elseif keys[k] == nil then
      local near = native.suggest(tostring(k), keys)
      check.report(at, "%s: unknown key '%s'%s", what, tostring(k), near and "; did you mean '" .. near .. "'?"
        or "; actions stand in a list: { header { ... }, ... }")
    end
  end
  return found
end

local function variants_of(at, what, variants)
  local found, sum, weighted = {}, 0, 0
  for _, name in ipairs(check.keys(variants)) do
    local v = variants[name]
    local its = what .. ", variant " .. check.show(name)
    if not check_name(at, its, name, "^[%w_.-]+$", "letters, digits, '_', '.' and '-'") then
      v = nil
    elseif type(v) ~= "table" or actions.is(v) then
      check.report(at, "%s: write %s = { weight = 50, ... }", its, tostring(name))
      v = nil
    end
    if v then
      local weight = v.weight
      if weight ~= nil then
        weighted = weighted + 1
        if type(weight) ~= "number" or not (weight >= 0 and weight < 1e9) then
          check.report(at, "%s: 'weight' must be a number from 0 on, not %s", its, check.show(weight))
          weight = 1
        end
      end
      sum = sum + (weight or 1)
      found[#found + 1] = { name = name, weight = weight or 1, actions = actions_of(at, its, v, { weight = true }) }
    end
  end
  if next(variants) == nil then
    check.report(at, "%s: 'variants' is empty: write variants = { control = { }, name = { ... } }", what)
  elseif weighted > 0 and weighted < #found then
    check.report(at, "%s: give every variant a 'weight', or none", what)
  elseif #found > 0 and sum == 0 then
    check.report(at, "%s: the weights of all variants are 0", what)
  end
  return found
end

local function shown(at, what, body)
  local show = body.show
  if show == nil then
    check.report(at, "%s shows nothing: it needs show = { ... } or variants = { ... }", what)
    return {}
  end
  local list = actions_of(at, what .. ": show", actions.is(show) and { show } or show, {})
  if next(show) == nil then
    check.report(at, "%s: 'show' is empty", what)
  end
  return { { name = "show", weight = 1, actions = list } }
end

-- What stands in a campaign that is wrong is not lost: say only what is wrong.
local function mark_used(t, depth)
  for _, v in pairs(type(t) == "table" and t or {}) do
    if actions.is(v) then
      used[v] = true
    elseif depth > 0 then
      mark_used(v, depth - 1)
    end
  end
end

local function declare_campaign(at, name, body)
  mark_used(body, 3)
  local what = type(name) == "string" and 'campaign "' .. name .. '"' or "campaign"
  if not check_name(at, "campaign", name, "^[%w_.-]+$", "letters, digits, '_', '.' and '-'")
    or not check_unique(at, "campaign", name)
    or not check.spec(at, what, body, campaign_keys)
  then
    return
  end
  if body.cap ~= nil then
    check.report(at, "%s: cap is not supported yet", what)
  end
  if body.show ~= nil and body.variants ~= nil then
    check.report(at, "%s: write either 'show' or 'variants'", what)
    return
  end
  local function list(v)
    return type(v) == "string" and { v } or v or {}
  end
  queue[#queue + 1] = { submit = native.campaign, body = {
    name = name, file = at.file, line = at.line,
    segments = list(body.segments), pages = list(body.pages),
    from = body.from, to = body.to, timezone = body.timezone,
    group = body.group, priority = body.priority or 0, holdout = body.holdout or 0,
    seed = body.seed, when = body.when,
    experiment = body.variants ~= nil or (body.holdout or 0) > 0,
    variants = body.variants and variants_of(at, what, body.variants) or shown(at, what, body),
  } }
end

-- Fields ---------------------------------------------------------------------

local types = { text = true, number = true, time = true, flag = true, list = true }

local function declare_fields(t)
  check_loading("fields")
  local at = check.here()
  if type(t) ~= "table" then
    check.report(at, 'fields takes a table: fields { shoe_size = "number" }, not %s', check.show(t))
    return
  end
  for _, name in ipairs(check.keys(t)) do
    local v = t[name]
    local kind = type(v) == "table" and v[1] or v
    local its = "fields: " .. check.show(name)
    if type(name) ~= "string" or not str.find(name, "^[%w_:.-]+$") or #name > 64 then
      check.report(at, "%s: a field's name is up to 64 letters, digits, '_', ':', '.' and '-'", its)
    elseif type(v) == "table" and not check.spec(at, its, v, { "word!", safe = "flag" }) then
      -- said already
    elseif check.one_of(at, its, kind, types) then
      local problem = native.field(name, kind, type(v) == "table" and v.safe == true)
      if problem then
        check.report(at, "%s %s", its, problem)
      end
    end
  end
end

-- What rule files see ----------------------------------------------------------

local words = {
  segment = declaration("segment", declare_segment),
  campaign = declaration("campaign", declare_campaign),
  fields = declare_fields,
}

local function add_action(name, make)
  words[name] = function(t)
    check_loading(name)
    return make(t)
  end
end

for _, name in ipairs({ "header", "html", "before", "after", "prepend", "append", "replace", "inner",
  "remove", "set_attr", "remove_attr", "add_class", "remove_class" })
do
  add_action(name, actions[name])
end
for _, name in ipairs({ "welcome_bar", "banner", "recommendations", "coupon" }) do
  add_action(name, use(name))
end

local function finish()
  for _, item in ipairs(queue) do
    if item.pending then
      check.report(item.at, '%s %s has no body: write %s "name" { ... }', item.word, check.show(item.name), item.word)
    elseif item.submit then
      item.submit(item.body)
    end
  end
  for _, action in ipairs(actions.all) do
    actions.check_values(action)
    if not used[action] then
      check.report(action, "%s stands outside a campaign: put it into 'show' or a variant", action.what)
    end
  end
end

return { words = words, finish = finish }
