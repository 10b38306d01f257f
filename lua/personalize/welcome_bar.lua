-- welcome_bar: a line across the top of the page.  It is in the page as it
-- arrives, so nothing moves; it closes without a script.

local check = use "check"
local markup = use "markup"
local actions = use "actions"

local css = ".pz-welcome-bar{background:#123c69;color:#fff;font-size:1rem;min-height:2.75rem;overflow:hidden}"
  .. ".pz-welcome-bar-text{margin:0;padding:.55rem 3.25rem;text-align:center;" .. markup.text_css .. "}"
  .. ".pz-welcome-bar-link{color:inherit;font-weight:700;text-underline-offset:.2em}"
  .. markup.close_css
  .. ".pz-welcome-bar:has(.pz-close:checked){display:none}"
  .. "@media (prefers-reduced-motion:no-preference){.pz-welcome-bar-link{transition:opacity .15s}}"
  .. ".pz-welcome-bar-link:hover{opacity:.85}"
  .. "@media print{.pz-welcome-bar{display:none}}"

local keys = {
  text = "content!", url = "text", link = "text", label = "text", close = "any",
  color = "text", background = "text", at = "word", op = "word", values = "map",
}

return function(t)
  local at = check.here()
  local action = actions.new("welcome_bar", at, t)
  if not check.spec(at, "welcome_bar", t, keys) or not markup.check_common(action, t)
    or not actions.check_op(action, t.op or "prepend")
  then
    return action
  end
  actions.set_place(action, { at = t.at or "body" }, t.op or "prepend")
  action.content_kind = "html"
  action.content = '<div class="pz-welcome-bar" role="region" aria-label="'
    .. markup.escape(t.label or "Welcome") .. '"' .. markup.colors(t) .. ">"
    .. markup.style(css) .. markup.close(t)
    .. '<p class="pz-welcome-bar-text">' .. markup.escape(actions.content(action, "text", t.text))
    .. markup.link("pz-welcome-bar-link", t, "More") .. "</p></div>"
  return action
end
