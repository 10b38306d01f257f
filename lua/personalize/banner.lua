-- banner: a picture, a title, a text and a link, at a place of the page.

local check = use "check"
local markup = use "markup"
local actions = use "actions"

local css = ".pz-banner{display:flex;flex-wrap:wrap;align-items:center;gap:1rem;margin:1rem 0;overflow:hidden;"
  .. "border-radius:.75rem;background:#f1f5f9;color:#0f172a}"
  .. ".pz-banner-image{display:block;flex:1 1 16rem;max-width:100%;height:auto;min-width:0;object-fit:cover}"
  .. ".pz-banner-body{flex:2 1 16rem;min-width:0;padding:1.25rem;" .. markup.text_css .. "}"
  .. ".pz-banner-title{margin:0 0 .35rem;font-size:1.25rem;font-weight:700;line-height:1.4}"
  .. ".pz-banner-text{margin:0 0 .75rem}"
  .. ".pz-banner-link{display:inline-block;padding:.6rem 1.2rem;border-radius:.5rem;background:#123c69;color:#fff;"
  .. "font-weight:700;text-decoration:none}"
  .. ".pz-banner-link:focus-visible{outline:3px solid currentColor;outline-offset:2px}"

local keys = {
  at = "word!", op = "word", title = "content", text = "content", image = "text", alt = "text",
  width = "count", height = "count", url = "text", link = "text", label = "text",
  color = "text", background = "text", values = "map",
}

local function picture(action, t)
  if not t.image then
    return ""
  end
  if not (t.width and t.height) then
    check.report(action, "banner: a picture needs 'width' and 'height': without them the page moves while it loads")
  end
  return '<img class="pz-banner-image" src="' .. markup.escape(t.image) .. '" alt="' .. markup.escape(t.alt or "")
    .. '" width="' .. tostring(t.width) .. '" height="' .. tostring(t.height) .. '" decoding="async">'
end

local function body(action, t)
  if not (t.title or t.text or t.url) then
    return ""
  end
  local html = '<div class="pz-banner-body">'
  if t.title then
    html = html .. '<p class="pz-banner-title">' .. markup.escape(actions.content(action, "title", t.title)) .. "</p>"
  end
  if t.text then
    html = html .. '<p class="pz-banner-text">' .. markup.escape(actions.content(action, "text", t.text)) .. "</p>"
  end
  return html .. markup.link("pz-banner-link", t, "More") .. "</div>"
end

return function(t)
  local at = check.here()
  local action = actions.new("banner", at, t)
  if not check.spec(at, "banner", t, keys) or not markup.check_common(action, t)
    or not actions.check_op(action, t.op or "append")
  then
    return action
  end
  if not (t.text or t.title or t.image) then
    check.report(at, "banner: give it a 'title', a 'text' or an 'image'")
  end
  actions.set_place(action, t, t.op or "append")
  action.content_kind = "html"
  action.content = '<section class="pz-banner" aria-label="' .. markup.escape(t.label or "Offer") .. '"'
    .. markup.colors(t) .. ">" .. markup.style(css) .. picture(action, t) .. body(action, t) .. "</section>"
  return action
end
