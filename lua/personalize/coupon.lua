-- coupon: a code that is this visitor's own until it expires.

local check = use "check"
local markup = use "markup"
local actions = use "actions"

local str = string    -- see check.lua

local css = ".pz-coupon{position:relative;margin:1rem 0;padding:1rem 3rem 1rem 1rem;border:2px dashed currentColor;"
  .. "border-radius:.75rem;background:#fffbeb;color:#78350f;" .. markup.text_css .. "}"
  .. ".pz-coupon-title{margin:0 0 .25rem;font-weight:700}"
  .. ".pz-coupon-text{margin:0}"
  .. ".pz-coupon-code{display:inline-block;padding:.1rem .6rem;border:1px dashed currentColor;border-radius:.35rem;"
  .. "font-family:ui-monospace,monospace;font-weight:700;letter-spacing:.05em;user-select:all;-webkit-user-select:all}"
  .. ".pz-coupon-expires{margin:.25rem 0 0;font-size:.875rem}"
  .. ".pz-coupon-link{color:inherit;font-weight:700}"
  .. ".pz-coupon .pz-close{position:absolute;top:0;right:0;float:none}"
  .. ".pz-coupon:has(.pz-close:checked){display:none}"
  .. ".pz-coupon-side{position:fixed;z-index:50;right:1rem;bottom:1rem;margin:0;max-width:min(20rem,calc(100vw - 2rem));"
  .. "box-shadow:0 8px 24px #0003}"
  .. markup.close_css

local keys = {
  at = "word!", op = "word", pool = "word!", text = "content", title = "text", ttl = "any",
  expires = "text", url = "text", link = "text", label = "text", close = "any", side = "flag",
  color = "text", background = "text", values = "map",
}

local code = '<strong class="pz-coupon-code">{{ code }}</strong>'

-- The code stands out wherever the text has it, and comes first when it has not.
local function text_with_code(text)
  local html, n = str.gsub(markup.escape(text), "{{%s*code%s*}}", code)
  return n > 0 and html or code .. " " .. html
end

return function(t)
  local at = check.here()
  local action = actions.new("coupon", at, t)
  action.kind = "coupon"
  if not check.spec(at, "coupon", t, keys) or not markup.check_common(action, t)
    or not actions.check_op(action, t.op or "append")
  then
    return action
  end
  if not str.find(t.pool, "^[%w_.-]+$") or #t.pool > 64 then
    check.report(at, "coupon: 'pool' is up to 64 letters, digits, '_', '.' and '-', not %s", check.show(t.pool))
  end
  action.ttl = check.seconds(t.ttl or "7d")
  if not action.ttl or action.ttl > 366 * 86400 then
    check.report(at, "coupon: 'ttl' is a time such as \"48h\" or \"7d\", a year at the most, not %s", check.show(t.ttl))
  end
  actions.set_place(action, { at = t.at, limit = 1 }, t.op or "append")
  action.pool = t.pool
  action.layout = {
    open = '<div class="pz-coupon' .. (t.side and " pz-coupon-side" or "") .. '" role="region" aria-label="'
      .. markup.escape(t.label or "Coupon") .. '"' .. markup.colors(t) .. ">" .. markup.style(css) .. markup.close(t)
      .. (t.title and '<p class="pz-coupon-title">' .. markup.escape(t.title) .. "</p>" or "")
      .. '<p class="pz-coupon-text">' .. text_with_code(actions.content(action, "text", t.text or "")) .. "</p>"
      .. (t.expires and '<p class="pz-coupon-expires">' .. markup.escape(t.expires) .. "</p>" or "")
      .. markup.link("pz-coupon-link", t, "Use it") .. "</div>",
  }
  return action
end
