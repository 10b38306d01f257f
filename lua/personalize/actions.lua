-- Actions that edit the page as written: header, html, before ... remove_class.
-- Each call makes one action: a plain table that the engine compiles.

local check = use "check"
local markup = use "markup"
local native = native
local str = string    -- see check.lua

local actions = { all = {} }

local is_action = setmetatable({}, { __mode = "k" })

function actions.is(t)
  return is_action[t] == true
end

-- A new action of this kind, at this place of the rule file.
function actions.new(what, at, t)
  local action = { kind = "edit", what = what, file = at.file, line = at.line, values = {} }
  is_action[action] = true
  actions.all[#actions.all + 1] = action
  if type(t) == "table" and type(t.values) == "table" then
    actions.add_values(action, t.values)
  end
  return action
end

-- What `values = { ... }` brings to the templates of an action.
function actions.add_values(action, values)
  for _, k in ipairs(check.keys(values)) do
    local v = values[k]
    local kind = type(v)
    if type(k) ~= "string" or not str.find(k, "^[%a_][%w_]*$") then
      check.report(action, "%s: values: a name is letters, digits and _, not %s", action.what, check.show(k))
    elseif kind == "function" then
      action.values[#action.values + 1] = { name = k, fn = v }
    elseif kind == "string" or kind == "number" then
      action.values[#action.values + 1] = { name = k, text = tostring(v) }
    else
      check.report(action, "%s: values: '%s' must be a text, a number or a function, not %s",
        action.what, k, check.show(v))
    end
  end
end

-- A text, or a function that makes it: then a value of its own.  A function
-- that returns nothing leaves the whole action out.
function actions.content(action, key, v)
  if type(v) ~= "function" then
    return v
  end
  local name = "own_" .. key
  action.values[#action.values + 1] = { name = name, fn = v, needed = true }
  return "{{ " .. name .. " }}"
end

local inserting = { before = true, after = true, prepend = true, append = true, replace = true, inner = true }

-- The limit of matches: the first only for what is inserted, every one for the rest.
function actions.set_place(action, t, op)
  action.at = t.at
  action.op = op
  if t.every ~= nil and t.limit ~= nil then
    check.report(action, "%s: write either 'every' or 'limit'", action.what)
  end
  if t.limit then
    action.limit = t.limit
  elseif t.every ~= nil then
    action.limit = t.every and 0 or 1
  else
    action.limit = inserting[op] and 1 or 0
  end
end

-- A value, a product or a code in an element that runs its text, or does what
-- its attributes say, is refused; what the author wrote and nobody else can
-- change is the author's business.  A selector need not name its element: the
-- rewriter looks again when it has found one.
function actions.check_values(action)
  local content = action.layout and "{{" or action.content
  if type(action.op) ~= "string" or not (content and str.find(content, "{{", 1, true)) then
    return
  end
  local selector = str.gsub(str.gsub(action.at, "%b[]", ""), "%b()", "")
  for part in str.gmatch(selector, "[^,]+") do
    local subject = str.match(part, "([^%s>+~]+)%s*$")
    local element = subject and str.match(subject, "^[%w-]+")
    if element and native.is_unsafe(action.op, element) then
      check.report(action, "%s: no value may stand %s <%s>: there is no safe way to escape it", action.what,
        action.op == "set_attr" and "in the tag" or "inside", str.lower(element))
    end
  end
end

function actions.check_op(action, op)
  return check.one_of(action, action.what .. ": op", op, inserting)
end

-- HTML that is given as `html` or as `text`; says so when both or neither are.
local function set_html(action, t)
  if (t.html == nil) == (t.text == nil) then
    check.report(action, t.html and "%s: write either 'html' or 'text'"
      or "%s: 'html' (markup) or 'text' is missing", action.what)
    return
  end
  action.content_kind = "html"
  action.content = t.html or markup.escape(actions.content(action, "text", t.text))
end

local html_keys = { at = "word!", html = "text", text = "content", every = "flag", limit = "count", values = "map" }

-- before { at = "#hero", html = "<p>...</p>" }, and its five sisters.
local function inserter(op)
  return function(t)
    local at = check.here()
    local action = actions.new(op, at, t)
    if check.spec(at, op, t, html_keys) then
      actions.set_place(action, t, op)
      set_html(action, t)
    end
    return action
  end
end

for op in pairs(inserting) do
  actions[op] = inserter(op)
end

function actions.html(t)
  local at = check.here()
  local action = actions.new("html", at, t)
  local keys = { op = "word" }
  for k, kind in pairs(html_keys) do
    keys[k] = kind
  end
  keys.content = "text"
  if type(t) == "table" and t.content ~= nil and t.html == nil then
    t.html, t.content = t.content, nil    -- the other name of it
  end
  if check.spec(at, "html", t, keys) and actions.check_op(action, t.op or "append") then
    actions.set_place(action, t, t.op or "append")
    set_html(action, t)
  end
  return action
end

function actions.remove(t)
  local at = check.here()
  local action = actions.new("remove", at, t)
  if check.spec(at, "remove", t, { at = "word!", every = "flag", limit = "count" }) then
    actions.set_place(action, t, "remove")
  end
  return action
end

local function check_attribute(action, name)
  if str.find(name, "^[%w_:.-]+$") then
    return true
  end
  check.report(action, "%s: %s is no name of an attribute", action.what, check.show(name))
  return false
end

function actions.set_attr(t)
  local at = check.here()
  local action = actions.new("set_attr", at, t)
  local keys = { at = "word!", name = "word!", value = "content!", every = "flag", limit = "count", values = "map" }
  if not check.spec(at, "set_attr", t, keys) or not check_attribute(action, t.name) then
    return action
  end
  actions.set_place(action, t, "set_attr")
  action.name = str.lower(t.name)
  action.content = actions.content(action, "value", t.value)
  action.content_kind = native.is_url(action.name) and "url" or "plain"
  if native.is_code(action.name) and str.find(action.content, "{{", 1, true) then
    check.report(at, "set_attr: no value may stand in '%s': there is no safe way to escape it", action.name)
  end
  if action.content_kind == "url" then
    markup.check_url(at, "set_attr", action.content)
  end
  return action
end

function actions.remove_attr(t)
  local at = check.here()
  local action = actions.new("remove_attr", at, t)
  local keys = { at = "word!", name = "word!", every = "flag", limit = "count" }
  if check.spec(at, "remove_attr", t, keys) and check_attribute(action, t.name) then
    actions.set_place(action, t, "remove_attr")
    action.name = str.lower(t.name)
  end
  return action
end

local function classes(op)
  return function(t)
    local at = check.here()
    local action = actions.new(op, at, t)
    local keys = { at = "word!", class = "content!", every = "flag", limit = "count", values = "map" }
    if check.spec(at, op, t, keys) then
      actions.set_place(action, t, op)
      action.class = actions.content(action, "class", t.class)
      local constant = not str.find(action.class, "{{", 1, true)
      if constant and not str.find(action.class, "^%S+$") then
        check.report(at, "%s: 'class' is one class, not %s", op, check.show(action.class))
      end
    end
    return action
  end
end

actions.add_class = classes("add_class")
actions.remove_class = classes("remove_class")

-- Headers that say how the message is framed, stored or understood are the server's.
local own_headers = {}
for name in str.gmatch(([[accept-ranges age cache-control connection content-encoding content-length content-range
  content-type date etag expires keep-alive last-modified location proxy-authenticate proxy-connection
  set-cookie server status surrogate-control te trailer transfer-encoding upgrade
  www-authenticate x-accel-buffering x-accel-charset x-accel-expires x-accel-limit-rate
  x-accel-redirect]]), "%S+") do
  own_headers[name] = true
end

function actions.header(t)
  local at = check.here()
  local action = actions.new("header", at, t)
  action.kind = "header"
  if not check.spec(at, "header", t, { "word!", "content!", values = "map" }) then
    return action
  end
  if not str.find(t[1], "^[%w!#$%%&'*+.^_`|~-]+$") then
    check.report(at, "header: %s is no name of a header", check.show(t[1]))
  elseif own_headers[str.lower(t[1])] then
    check.report(at, "header: '%s' is the server's own: a rule cannot set it", t[1])
  end
  action.name = t[1]
  action.content = actions.content(action, "value", t[2])
  action.content_kind = "header"
  return action
end

return actions
