-- recommendations: cards of products, from lists that other systems keep in
-- Redis.  The engine picks the products; here is only how they look.

local check = use "check"
local markup = use "markup"
local actions = use "actions"

local css = ".pz-recs{margin:1.5rem 0}"
  .. ".pz-recs-heading{margin:0 0 .75rem;font-size:1.25rem;line-height:1.4}"
  .. ".pz-recs-list{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(10rem,100%),1fr));gap:1rem;"
  .. "margin:0;padding:0;list-style:none}"
  .. ".pz-rec{min-width:0;margin:0}"
  .. ".pz-rec-link{display:block;height:100%;color:inherit;text-decoration:none;border:1px solid #0001;"
  .. "border-radius:.75rem;overflow:hidden;background:#fff}"
  .. ".pz-rec-link:focus-visible{outline:3px solid #123c69;outline-offset:2px}"
  .. ".pz-rec-image{display:block;width:100%;height:auto;aspect-ratio:1;object-fit:cover;background:#f1f5f9}"
  .. ".pz-rec-title{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;"
  .. "margin:.6rem .75rem .2rem;min-height:3.2em;" .. markup.text_css .. "}"
  .. ".pz-rec-price{display:block;margin:0 .75rem .75rem;font-weight:700;white-space:nowrap;overflow:hidden;"
  .. "text-overflow:ellipsis}"

local keys = {
  at = "word!", op = "word", strategy = "texts", count = "count", heading = "content", label = "text",
  values = "map",
}

local card = '<li class="pz-rec"><a class="pz-rec-link" href="{{ url }}">'
local image = '<img class="pz-rec-image" src="{{ image }}" alt="" width="320" height="320" loading="lazy" decoding="async">'
local words = '<span class="pz-rec-title">{{ title }}</span><span class="pz-rec-price">{{ price }}</span></a></li>'

return function(t)
  local at = check.here()
  local action = actions.new("recommendations", at, t)
  action.kind = "recommendations"
  if not check.spec(at, "recommendations", t, keys)
    or not actions.check_op(action, t.op or "append")
  then
    return action
  end
  if t.count and t.count > 24 then
    check.report(at, "recommendations: 'count' is 24 at the most, not %d", t.count)
  end
  local strategies = t.strategy or { "visitor", "segment", "popular" }
  local heading = t.heading and '<h2 class="pz-recs-heading">'
    .. markup.escape(actions.content(action, "heading", t.heading)) .. "</h2>" or ""
  actions.set_place(action, { at = t.at, limit = 1 }, t.op or "append")
  action.strategies = type(strategies) == "string" and { strategies } or strategies
  action.count = t.count or 4
  action.layout = {
    open = '<section class="pz-recs" aria-label="' .. markup.escape(t.label or "Recommended for you") .. '">'
      .. markup.style(css) .. heading .. '<ul class="pz-recs-list" role="list">',
    item = card .. image .. words,
    plain = card .. words,
    close = "</ul></section>",
  }
  return action
end
