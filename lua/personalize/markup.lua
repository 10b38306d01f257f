-- HTML of the widgets.  What a rule's author wrote as text is escaped here;
-- {{ values }} stay as they are, and the template escapes them for their place.

local check = use "check"

local find, sub, gsub, lower, match = string.find, string.sub, string.gsub, string.lower, string.match

local markup = {}

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

function markup.escape(text)
  local out, at = {}, 1
  while true do
    local open = find(text, "{{", at, true)
    local _, close = nil, nil
    if open then
      _, close = find(text, "}}", open, true)
      if close and sub(text, close + 1, close + 1) == "}" then
        close = close + 1
      end
    end
    out[#out + 1] = (gsub(sub(text, at, open and open - 1), "[&<>\"']", entities))
    if not open then
      break
    elseif not close then
      out[#out + 1] = sub(text, open)    -- the template says what is wrong with it
      break
    end
    out[#out + 1] = sub(text, open, close)
    at = close + 1
  end
  return table.concat(out)
end

local schemes = { http = true, https = true, mailto = true, tel = true }

-- A link or picture address that a rule's author wrote.
function markup.check_url(at, what, url)
  local scheme = match(url, "^%s*([%a][%w+.-]*):")
  if scheme and not schemes[lower(scheme)] then
    check.report(at, "%s: a link starts with http, https, mailto, tel or a path, not '%s:'", what, scheme)
    return false
  end
  return true
end

-- Colours go into a style attribute, where no value may stand.
function markup.check_color(at, what, color)
  if match(color, "^#%x%x%x%x?$") or match(color, "^#%x%x%x%x%x%x$")
    or match(color, "^#%x%x%x%x%x%x%x%x$") or match(color, "^%a+$")
    or match(color, "^rgba?%([%d%s.,%%/]+%)$") or match(color, "^hsla?%([%d%s.,%%/]+%)$")
  then
    return true
  end
  check.report(at, "%s: %s is no colour: write a name, #rrggbb, rgb() or hsl()", what, check.show(color))
  return false
end

-- The keys that several widgets share.
function markup.check_common(action, t)
  local good = true
  for _, key in ipairs({ "url", "image" }) do
    good = (not t[key] or markup.check_url(action, action.what, t[key])) and good
  end
  for _, key in ipairs({ "color", "background" }) do
    good = (not t[key] or markup.check_color(action, action.what .. ": " .. key, t[key])) and good
  end
  if t.close ~= nil and t.close ~= false and type(t.close) ~= "string" then
    check.report(action, "%s: 'close' is the button's name, or false for no button", action.what)
    good = false
  end
  return good
end

function markup.colors(t)
  if not (t.color or t.background) then
    return ""
  end
  return ' style="' .. (t.color and "color:" .. t.color .. ";" or "")
    .. (t.background and "background:" .. t.background .. ";" or "") .. '"'
end

-- A link; or nothing when there is no address.
function markup.link(class, t, default)
  if not t.url then
    return ""
  end
  return ' <a class="' .. class .. '" href="' .. markup.escape(t.url) .. '">'
    .. markup.escape(t.link or default) .. "</a>"
end

-- A close button that needs no script: a checkbox that hides what follows it.
function markup.close(t)
  if t.close == false then
    return ""
  end
  return '<input class="pz-close" type="checkbox" aria-label="'
    .. markup.escape(t.close or "Close") .. '">'
end

markup.close_css =
  ".pz-close{appearance:none;-webkit-appearance:none;float:right;width:2.75rem;height:2.75rem;margin:0;"
  .. "border:0;background:none;color:inherit;cursor:pointer;font:inherit;position:relative}"
  .. '.pz-close::before{content:"\\00d7";position:absolute;inset:0;display:grid;place-items:center;font-size:1.5rem;line-height:1}'
  .. ".pz-close:focus-visible{outline:2px solid currentColor;outline-offset:-4px}"
  .. ".pz-close:checked,.pz-close:checked~*{display:none}"

-- Thai has marks above and below the line and no spaces between words: give it
-- height, and let long words break only where nothing else helps.
markup.text_css = "line-height:1.6;overflow-wrap:anywhere"

function markup.style(css)
  return "<style>" .. css .. "</style>"
end

return markup
